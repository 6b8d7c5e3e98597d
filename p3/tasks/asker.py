"""One question after another: answered, or answered before, with each chain of reasoning kept in the LEDGER."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from typing import Any, Self

from p3 import clock
from p3.answer.answer import answer
from p3.answer.models.protocol import Listener
from p3.answer.result import Answer, Citation
from p3.data.chains import ChainBook
from p3.errors import InputMissingError
from p3.shapes import Ask
from p3.shapes import Citation as CitationShape
from p3.tasks.ask_cache import RememberedAnswers
from p3.tasks.ask_data import AskData, versions_read
from p3.tasks.model_tiers import configured
from p3.workflow.session import Session

CODE = (
    "p3.answer",
    "p3.answer.models",
    "p3.answer.tables",
    "p3.retrieval",
    "config/company_names.toml",
    "config/confidence.toml",
    "config/metrics.toml",
    "config/models.toml",
    "config/prompts",
    "config/statement_rows.toml",
    "p3.tasks.ask_data",
    "p3.tasks.ask_tables",
    "p3.tasks.asker",
    "p3.tasks.splits",
)
"""What an answer's words and numbers depend on."""


class Asker:
    """Answers questions in one session; the models are loaded when first needed, kept, and closed with the block.

    Unless ``remember``, or while someone listens to a model's drafts, every question is answered anew; with ``queue``
    an answer that is too doubtful waits for review. ``template`` names a prompt in place of the one configured.
    """

    def __init__(
        self,
        session: Session,
        listen: Listener | None = None,
        *,
        remember: bool = True,
        queue: bool = True,
        template: str | None = None,
    ) -> None:
        self._session = session
        self._listen = listen
        self._template = template
        self._remember = remember and listen is None and template is None
        self._queue = queue
        self._models = configured(session.settings.language_model)
        self._tiers = self._models.opened()
        self._open = ExitStack()
        self._newest = AskData(session, versions_read(session))

    def __enter__(self) -> Self:
        if self._tiers is not None:
            self._open.enter_context(self._tiers)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def ask(self, question: str, ciks: Sequence[int]) -> Ask:
        """Return the answer to a question about ``ciks``, or about whom it names, as it is printed.

        Raises InputMissingError where no company is held.
        """
        started, data = clock.monotonic(), self._data()
        if data.companies.is_empty():
            raise InputMissingError(
                "no company's data is here yet", "Run `p3 e2e f2 --source sample`, or `p3 fetch-sec`."
            )
        asked = self._answers.asked(question, data, ciks) if self._remember else None
        before = self._answers.find(asked, data) if asked else None
        if before is not None:
            now = {"question": question, "seconds": _since(started), "cached": True}
            return before.model_copy(update={**now, "as_of": clock.iso(self._session.as_of)})
        context = replace(data.context(question, ciks), model=self._tiers, listen=self._listen, template=self._template)
        found = answer(question, context)
        self._tell(found)
        made = self._kept(found, data, ciks, started)
        if asked and found.status == "answered":
            self._answers.keep(asked, data, made.reasoning_id)
        return made

    def _data(self) -> AskData:
        """Return the data as they are now; what is committed while a question is answered does not touch it."""
        versions = versions_read(self._session)
        if versions != self._newest.versions:
            self._newest = AskData(self._session, versions)
        return self._newest

    @cached_property
    def _answers(self) -> RememberedAnswers:
        return RememberedAnswers(self._session, CODE, self._models.identity)

    def _tell(self, found: Answer) -> None:
        if self._listen is not None and found.worded:
            self._listen("\n")
        if found.worded and found.worded["tier"] is None:
            self._session.notes.append(
                "No language model gave an answer that could be checked: the text is quoted by rules."
            )

    def _kept(self, found: Answer, data: AskData, ciks: Sequence[int], started: float) -> Ask:
        """Keep the chain of reasoning, in the queue for a person where the answer was withheld."""
        shape = self._shape(found, data, started)
        steps = {"ciks": list(ciks), **_steps(found)}
        doubt = found.steps[-1] if found.draft is not None and self._queue else None
        kept = shape.model_dump(mode="json")
        review = ChainBook(self._session.store.ledger).add(self._session.run_id, kept, steps, data.versions, doubt)
        if review is not None:
            self._session.notes.append(f"A draft is kept for a person to judge: p3 review show {review}")
        return shape

    def _shape(self, found: Answer, data: AskData, started: float) -> Ask:
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
            origin=", ".join(data.origins({citation.accession for citation in found.citations})),
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
