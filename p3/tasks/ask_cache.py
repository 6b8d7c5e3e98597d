"""Answers given before, given again where nothing that they stand on has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from p3.answer.cache import data_key, request_key, same_meaning
from p3.answer.lexicon import load_lexicon
from p3.answer.reading import NotNumericError, Request, read
from p3.data.answer_cache import AnswerCache, Entry
from p3.data.chains import ChainBook
from p3.data.tables import FILINGS, LINE_ITEMS
from p3.shapes import Ask
from p3.tasks.ask_data import AskData
from p3.workflow.code_version import code_version
from p3.workflow.session import Session


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the cache knows it: the data that its answer stands on, and what it asks for."""

    text: str
    ciks: tuple[int, ...]
    data: str
    request: str
    computed: bool


class RememberedAnswers:
    """The answers of a data tree, made by ``code`` and the language models called ``models``."""

    def __init__(self, session: Session, code: tuple[str, ...], models: str) -> None:
        self._session = session
        self._code = code_version(code)
        self._models = models
        self._kept = AnswerCache(session.store.ledger, session.store.directories.tree_id())

    def asked(self, question: str, data: AskData, ciks: Sequence[int]) -> Asked:
        """Return the question as the cache knows it; without ``ciks`` it is asked of every company."""
        key = data_key(data.versions, ciks, self._models, self._code)
        request = _request(question, data.asked_of(ciks))
        return Asked(question, tuple(ciks), key, request_key(question, request), request is not None)

    def find(self, asked: Asked, data: AskData) -> Ask | None:
        """Return the answer given before to the same request, or to free text of the same meaning; None for none."""
        entry = self._kept.exact(asked.data, asked.request, self._session.as_of)
        if entry is None and not asked.computed:
            entry = self._near(asked, data)
        chain = None if entry is None else ChainBook(self._session.store.ledger).find(entry.reasoning_id)
        self._kept.count(hit=chain is not None)
        return None if chain is None else Ask(**chain["answer"])

    def keep(self, asked: Asked, data: AskData, reasoning_id: str) -> None:
        """Keep the answer whose chain of reasoning is ``reasoning_id``."""
        vector = None if asked.computed else data.encode([asked.text])[0]
        holds = self._session.as_of, self._until(asked.ciks)
        self._kept.add(asked.data, asked.request, vector, holds, reasoning_id)

    def _near(self, asked: Asked, data: AskData) -> Entry | None:
        entries = self._kept.worded(asked.data, self._session.as_of)
        if not entries:
            return None
        vector = data.encode([asked.text])[0]
        return next(
            (
                each
                for each in entries
                if each.vector is not None and same_meaning(asked.text, each.question, vector, each.vector)
            ),
            None,
        )

    def _until(self, ciks: Sequence[int]) -> datetime | None:
        """Return when the next filing or line item that is held already becomes known, None where there is none."""
        query, as_of = self._session.store.query(), self._session.as_of
        mine = [pl.col("cik").is_in(ciks)] if ciks else []
        moments = [
            query.filtered(table, *mine, pl.col(str(table.known)) > as_of)[str(table.known)].min()
            for table in (LINE_ITEMS, FILINGS)
        ]
        return min((each for each in moments if isinstance(each, datetime)), default=None)


def _request(question: str, companies: pl.DataFrame) -> Request | None:
    try:
        return read(question, companies, load_lexicon())
    except NotNumericError:
        return None
