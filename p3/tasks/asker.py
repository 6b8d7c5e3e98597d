"""One question after another: answered, or answered before, with each chain of reasoning kept in the LEDGER."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from typing import Any, Self

import polars as pl

from p3 import clock
from p3.answer.answer import answer
from p3.answer.models.protocol import Listener
from p3.answer.result import Answer, Citation, Context, Passage
from p3.data.reviews import ReviewQueue
from p3.data.tables import COMPANIES, FILINGS, LINE_ITEMS, PRIMARY
from p3.errors import InputMissingError
from p3.retrieval.embedding import Embedder
from p3.retrieval.filters import Filters
from p3.retrieval.search import search
from p3.retrieval.understand import parse
from p3.shapes import Ask
from p3.shapes import Citation as CitationShape
from p3.tasks.ask_cache import READ, RememberedAnswers, Vector
from p3.tasks.ask_tables import StatementReader
from p3.tasks.embedders import question_embedder
from p3.tasks.model_tiers import configured
from p3.workflow.session import Session

CODE = (
    "p3.answer",
    "p3.answer.models",
    "p3.answer.tables",
    "p3.retrieval",
    "config/confidence.toml",
    "config/metrics.toml",
    "config/models.toml",
    "config/prompts",
    "config/statement_rows.toml",
    "p3.tasks.ask_tables",
    "p3.tasks.asker",
)
"""What an answer's words and numbers depend on."""


class Asker:
    """Answers questions in one session; the models are loaded when first needed, kept, and closed with the block.

    Unless ``remember``, or while someone listens to a model's drafts, every question is answered anew. ``template``
    names a prompt in place of the one configured.
    """

    def __init__(
        self,
        session: Session,
        listen: Listener | None = None,
        *,
        remember: bool = True,
        template: str | None = None,
    ) -> None:
        self._session = session
        self._listen = listen
        self._template = template
        self._remember = remember and listen is None and template is None
        self._models = configured(session.settings.language_model)
        self._tiers = self._models.opened()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        if self._tiers is not None:
            self._open.enter_context(self._tiers)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def ask(self, question: str, ciks: Sequence[int]) -> Ask:
        """Return the answer to a question about ``ciks``, or about whom it names, as it is printed."""
        started = clock.monotonic()
        if self._companies.is_empty():
            raise InputMissingError(
                "no company's data is here yet", "Run `p3 e2e f2 --source sample`, or `p3 fetch-sec`."
            )
        asked = self._answers.asked(question, self._companies, ciks) if self._remember else None
        before = self._answers.find(asked) if asked else None
        if before is not None:
            now = {"seconds": _since(started), "as_of": clock.iso(self._session.as_of), "cached": True}
            return before.model_copy(update=now)
        found = answer(question, self._context(question, ciks))
        self._tell(found)
        made = self._kept(found, ciks, started)
        if asked and found.status == "answered":
            self._answers.keep(asked, made.reasoning_id)
        return made

    @cached_property
    def _companies(self) -> pl.DataFrame:
        return self._session.store.rows(COMPANIES)

    @cached_property
    def _answers(self) -> RememberedAnswers:
        return RememberedAnswers(self._session, CODE, self._models.identity, self._vector)

    @cached_property
    def _embedder(self) -> Embedder:
        return question_embedder(self._session)

    def _vector(self, text: str) -> Vector:
        return self._embedder.encode([text])[0]

    def _context(self, question: str, ciks: Sequence[int]) -> Context:
        store, as_of = self._session.store, self._session.as_of
        about = list(ciks) or list(parse(question, self._companies).ciks)
        mine = f"cik IN ({', '.join(map(str, about)) or 'NULL'})"
        line_items = store.rows(LINE_ITEMS, f"{mine} AND known_from <= ?", [as_of])
        documents = store.rows(FILINGS, f"{mine} AND {PRIMARY}").select("accession", "document")
        return Context(
            companies=self._companies,
            line_items=line_items,
            search=lambda text, k: self._search(text, k, ciks),
            as_of=as_of,
            model=self._tiers,
            listen=self._listen,
            template=self._template,
            documents=dict(documents.iter_rows()),
            similarity=self._similarity,
            statements=StatementReader(self._session, line_items),
        )

    def _search(self, text: str, k: int, ciks: Sequence[int]) -> Sequence[Passage]:
        index = self._session.store.index
        if index.version() is None:
            return []
        return search(text, k, index, self._embedder, self._companies, Filters(self._session.as_of, tuple(ciks)))

    def _similarity(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the cosine of each text to the question."""
        vectors = self._embedder.encode([question, *texts])
        nearness: list[float] = (vectors[1:] @ vectors[0]).tolist()
        return nearness

    def _tell(self, found: Answer) -> None:
        if self._listen is not None and found.worded:
            self._listen("\n")
        if found.worded and found.worded["tier"] is None:
            self._session.notes.append(
                "No language model gave an answer that could be checked: the text is quoted by rules."
            )

    def _kept(self, found: Answer, ciks: Sequence[int], started: float) -> Ask:
        """Keep the chain of reasoning, and put an answer that was withheld in the queue for a person."""
        session = self._session
        shape = self._shape(found, started)
        versions = {name: at for name, at in session.store.versions().items() if name in READ}
        session.store.ledger.add_chain(
            session.run_id, shape.model_dump(mode="json"), {"ciks": list(ciks), **_steps(found)}, versions
        )
        if found.draft is not None:
            ReviewQueue(session.store.ledger).add(shape.reasoning_id, found.steps[-1])
            session.notes.append(f"The draft waits for review: p3 review show {shape.reasoning_id}")
        return shape

    def _shape(self, found: Answer, started: float) -> Ask:
        return Ask(
            question=found.question,
            as_of=clock.iso(self._session.as_of),
            answer=found.answer,
            value=found.value,
            unit=found.unit,
            formula=found.formula,
            status=found.status,
            confidence=found.confidence,
            standing=found.standing,
            route=found.route,
            tier=found.tier,
            citations=[_citation(citation) for citation in found.citations],
            reasoning_id=f"chain-{secrets.token_hex(8)}",
            seconds=_since(started),
            cached=False,
            origin=", ".join(self._companies["origin"].unique().sort()),
        )


def _steps(found: Answer) -> dict[str, Any]:
    said: Mapping[str, Any] = {
        "request": dict(found.request),
        "steps": list(found.steps),
        "passages": [dict(each) for each in found.passages],
        "model": dict(found.worded),
        "signals": dict(found.signals),
        "draft": None if found.draft is None else _drafted(found.draft),
    }
    return {name: value for name, value in said.items() if value}


def _since(started: float) -> float:
    return round(clock.monotonic() - started, 3)


def _drafted(draft: Answer) -> dict[str, Any]:
    plain = replace(draft, worded={}, request={}, passages=())
    names = ("answer", "value", "unit", "formula", "confidence", "route", "tier", "citations")
    return {name: plain.as_dict()[name] for name in names}


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
