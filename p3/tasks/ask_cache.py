"""Answers given before, given again where nothing that they stand on has changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from p3.answer.cache import data_key, request_key, same_meaning
from p3.answer.lexicon import load_lexicon
from p3.answer.reading import NotNumericError, Request, read
from p3.data.answer_cache import AnswerCache, Entry
from p3.data.store import PASSAGES
from p3.data.tables import COMPANIES, FILINGS, LINE_ITEMS
from p3.shapes import Ask
from p3.workflow.code_version import code_version
from p3.workflow.session import Session

Vector = NDArray[np.float32]

READ = (COMPANIES.name, FILINGS.name, LINE_ITEMS.name, PASSAGES)  # what an answer stands on


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the cache knows it: the data that its answer stands on, and what it asks for."""

    text: str
    ciks: tuple[int, ...]
    data: str
    request: str
    computed: bool


class RememberedAnswers:
    """The answers of a data tree; ``encode`` turns a question into a unit vector, and is called for free text alone."""

    def __init__(self, session: Session, code: tuple[str, ...], model: str, encode: Callable[[str], Vector]) -> None:
        self._session = session
        self._code = code_version(code)
        self._model = model
        self._encode = encode
        self._kept = AnswerCache(session.store.ledger, session.store.directories.tree_id())

    def asked(self, question: str, companies: pl.DataFrame, ciks: Sequence[int]) -> Asked:
        """Return the question as the cache knows it now; without ``ciks`` it is asked of every company."""
        versions = {name: at for name, at in self._session.store.versions().items() if name in READ}
        data = data_key(versions, ciks, self._model, self._code)
        request = _request(question, companies)
        return Asked(question, tuple(ciks), data, request_key(question, request), request is not None)

    def find(self, asked: Asked) -> Ask | None:
        """Return the answer given before to the same request, or to free text of the same meaning; None for none."""
        entry = self._kept.exact(asked.data, asked.request, self._session.as_of)
        if entry is None and not asked.computed:
            entry = self._near(asked)
        if entry is None:
            return None
        chain = self._session.store.ledger.chain(entry.reasoning_id)
        if chain is None:
            return None
        self._kept.hit(entry)
        return Ask(**chain["answer"])

    def keep(self, asked: Asked, reasoning_id: str) -> None:
        """Keep the answer whose chain of reasoning is ``reasoning_id``."""
        vector = None if asked.computed else self._encode(asked.text)
        holds = self._session.as_of, self._until(asked.ciks)
        self._kept.add(asked.data, asked.request, vector, holds, reasoning_id)

    def _near(self, asked: Asked) -> Entry | None:
        entries = self._kept.worded(asked.data, self._session.as_of)
        if not entries:
            return None
        vector = self._encode(asked.text)
        return next((each for each in entries if _is_near(asked, vector, each)), None)

    def _until(self, ciks: Sequence[int]) -> datetime | None:
        """Return when the next filing or line item that is held already becomes known, None where there is none."""
        query, as_of = self._session.store.query(), self._session.as_of
        mine = f"cik IN ({', '.join(map(str, ciks))})" if ciks else "TRUE"
        moments = [
            query.rows(table, f"{mine} AND {table.known} > ?", [as_of])[str(table.known)].min()
            for table in (LINE_ITEMS, FILINGS)
        ]
        return min((each for each in moments if isinstance(each, datetime)), default=None)


def _request(question: str, companies: pl.DataFrame) -> Request | None:
    try:
        return read(question, companies, load_lexicon())
    except NotNumericError:
        return None


def _is_near(asked: Asked, vector: Vector, entry: Entry) -> bool:
    return entry.vector is not None and same_meaning(asked.text, entry.question, vector, entry.vector)
