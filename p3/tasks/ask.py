"""An answer with its sources, and the chain of reasoning behind it, into the LEDGER."""

import json
import secrets
import tomllib
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import resources
from typing import Any

from p3 import clock
from p3.answer.answer import answer
from p3.answer.models import LanguageModel, LlamaModel, ServerModel
from p3.answer.result import Answer, Citation, Context, Passage
from p3.data.tables import COMPANIES, FILINGS, LINE_ITEMS, PRIMARY
from p3.errors import DataError, InputMissingError
from p3.facts import view
from p3.retrieval.embedding import Embedder
from p3.retrieval.filters import Filters
from p3.retrieval.search import search
from p3.retrieval.understand import parse
from p3.settings import LanguageModel as ModelSettings
from p3.shapes import Ask
from p3.shapes import Citation as CitationShape
from p3.tasks.companies import cik_of, row_of
from p3.tasks.embedders import question_embedder
from p3.tasks.market import settle_as_of
from p3.workflow.result import Result
from p3.workflow.scoping import choose
from p3.workflow.session import Session
from p3.workflow.single import company_of
from p3.workflow.stage import Job, Kind, Output, Stage


def stage() -> Stage:
    """Declare the stage: the standard questions, asked of each company."""
    return Stage(
        name="ask",
        kind=Kind.QUERY,
        place=50,
        reads=("facts", "embed"),
        writes=(),
        code=("p3.answer", "p3.retrieval", "config/metrics.toml", "config/questions.toml", "p3.tasks.ask"),
        parameters=lambda session: {"as_of": session.as_of_key, "model": _model_name(session.settings.language_model)},
        run=_ask_standard,
        prepare=settle_as_of,
        resource=lambda session, _parameters: nullcontext(Asker(session)),
    )


def ask(session: Session, question: str, tickers: Sequence[str]) -> Result:
    """Answer ``question`` about the companies that it names; ``tickers`` restrict it to theirs."""
    ciks = [cik_of(session, company) for company in choose(session, None, tickers).companies] if tickers else []
    return Result(Asker(session).ask(question, ciks))


def standard_questions(name: str, year: str) -> list[str]:
    """Return what `p3 e2e` asks of each company."""
    text = (resources.files("p3.common") / "config" / "questions.toml").read_text(encoding="utf-8")
    return [template.format(name=name, year=year) for template in tomllib.loads(text)["questions"]]


class Asker:
    """Answers questions in one session; the models are loaded when first needed and kept."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._embedder: Embedder | None = None

    def ask(self, question: str, ciks: Sequence[int]) -> Ask:
        """Answer a question, keep its chain, and return it as it is printed."""
        session, started = self._session, clock.monotonic()
        companies = session.store.rows(COMPANIES)
        if companies.is_empty():
            raise InputMissingError(
                "no company's data is here yet", "Run `p3 e2e f2 --source sample`, or `p3 fetch-sec`."
            )
        about = list(ciks) or list(parse(question, companies).ciks)
        mine = f"cik IN ({', '.join(map(str, about)) or 'NULL'})"
        found = answer(
            question,
            Context(
                companies=companies,
                line_items=session.store.rows(LINE_ITEMS, f"{mine} AND known_from <= ?", [session.as_of]),
                search=lambda text, k: self._search(text, k, ciks),
                as_of=session.as_of,
                model=_model(session.settings.language_model),
                documents=dict(
                    session.store.rows(FILINGS, f"{mine} AND {PRIMARY}").select("accession", "document").iter_rows()
                ),
                similarity=self._similarity,
            ),
        )
        shape = _shape(session, found, ", ".join(companies["origin"].unique().sort()), clock.monotonic() - started)
        session.store.ledger.add_chain(
            session.run_id, shape.model_dump(mode="json"), _steps(found), session.store.versions()
        )
        return shape

    def _search(self, text: str, k: int, ciks: Sequence[int]) -> Sequence[Passage]:
        session = self._session
        index = session.store.index
        if index.version() is None:
            return []
        companies = session.store.rows(COMPANIES)
        return search(text, k, index, self._model(), companies, Filters(session.as_of, tuple(ciks)))

    def _similarity(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the cosine of each text to the question."""
        vectors = self._model().encode([question, *texts])
        nearness: list[float] = (vectors[1:] @ vectors[0]).tolist()
        return nearness

    def _model(self) -> Embedder:
        if self._embedder is None:
            self._embedder = question_embedder(self._session)
        return self._embedder


def _ask_standard(job: Job) -> Output:
    session, company = job.session, row_of(job.session, company_of(job))
    known = session.store.rows(LINE_ITEMS, "cik = ? AND known_from <= ?", [company["cik"], session.as_of])
    years = view.periods(known, session.as_of, "annual")
    if not years:
        raise DataError(f"no fiscal year of {job.unit} was known at the as-of", "Choose a later --as-of.")
    name = company_of(job).name or company["name"].title()
    asked = [job.resource.ask(question, [company["cik"]]) for question in standard_questions(name, years[-1].label[2:])]
    answered = sum(each.status == "answered" for each in asked)
    return Output(
        rows=len(asked),
        content=",".join(each.reasoning_id for each in asked),
        note=f"{answered} of {len(asked)} answered",
    )


def _shape(session: Session, found: Answer, origin: str, seconds: float) -> Ask:
    return Ask(
        question=found.question,
        as_of=clock.iso(session.as_of),
        answer=found.answer,
        value=found.value,
        unit=found.unit,
        formula=found.formula,
        status=found.status,
        confidence=found.confidence,
        route=found.route,
        tier=found.tier,
        citations=[_citation(citation) for citation in found.citations],
        reasoning_id=f"chain-{secrets.token_hex(8)}",
        seconds=round(seconds, 3),
        origin=origin,
    )


def _citation(citation: Citation) -> CitationShape:
    return CitationShape(
        n=citation.n,
        document=citation.document,
        accession=citation.accession,
        section=citation.section,
        page=citation.page,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        concept=citation.concept,
        period=citation.period,
        value=citation.value,
        unit=citation.unit,
    )


def _steps(found: Answer) -> dict[str, Any]:
    return {"steps": list(found.steps), "signals": dict(found.signals)}


def _model(chosen: ModelSettings) -> LanguageModel | None:
    if chosen.path:
        from pathlib import Path

        return LlamaModel(Path(chosen.path).expanduser())
    if chosen.url:
        return ServerModel(chosen.url, chosen.name, chosen.key.get_secret_value() or None)
    return None


def _model_name(chosen: ModelSettings) -> str:
    return json.dumps([chosen.path, chosen.url, chosen.name])
