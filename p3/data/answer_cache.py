"""Answers given before, by the data that they stand on and what was asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from p3.clock import iso
from p3.data.ledger import Ledger
from p3.data.ledger_schema import cached_answers, chains

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer kept: what was asked, and the chain of reasoning that holds it; ``vector`` is the question's."""

    id: int
    question: str
    vector: Vector | None
    reasoning_id: str


@dataclass(frozen=True, slots=True)
class Usage:
    """How often a question found an answer given before, of all questions asked."""

    asked: int
    hits: int


class AnswerCache:
    """The answers of one data tree, in its ledger."""

    def __init__(self, ledger: Ledger, tree: str) -> None:
        self._ledger = ledger
        self._tree = tree

    def exact(self, data: str, request: str, as_of: datetime) -> Entry | None:
        """Return the newest answer to ``request`` from ``data`` that holds at ``as_of``."""
        found = self._entries(data, as_of, cached_answers.c.request == request)
        return found[0] if found else None

    def worded(self, data: str, as_of: datetime) -> list[Entry]:
        """Return the answers from ``data`` to questions with a vector that hold at ``as_of``, newest first."""
        return self._entries(data, as_of, cached_answers.c.vector.is_not(None))

    def add(
        self, data: str, request: str, vector: Vector | None, holds: tuple[datetime, datetime | None], reasoning_id: str
    ) -> None:
        """Keep an answer; it ``holds`` from its as-of until, and not at, the moment when more is known."""
        since, until = holds
        row = {
            "tree": self._tree,
            "data": data,
            "request": request,
            "vector": None if vector is None else vector.astype(np.float32).tobytes(),
            "as_of": iso(since),
            "until": None if until is None else iso(until),
            "reasoning_id": reasoning_id,
            "hits": 0,
        }
        with self._ledger.transaction() as connection:
            connection.execute(cached_answers.insert().values(**row))

    def hit(self, entry: Entry) -> None:
        """Count one use of an entry."""
        counted = cached_answers.update().where(cached_answers.c.id == entry.id)
        with self._ledger.transaction() as connection:
            connection.execute(counted.values(hits=cached_answers.c.hits + 1))

    def usage(self) -> Usage:
        """Return how often the cache was asked, and how often it had the answer."""
        with self._ledger.reading() as connection:
            hits = connection.execute(
                sa.select(sa.func.coalesce(sa.func.sum(cached_answers.c.hits), 0)).where(
                    cached_answers.c.tree == self._tree
                )
            ).scalar_one()
            made = connection.execute(sa.select(sa.func.count()).select_from(chains)).scalar_one()
        return Usage(asked=made + hits, hits=hits)

    def _entries(self, data: str, as_of: datetime, condition: sa.ColumnElement[bool]) -> list[Entry]:
        moment = iso(as_of)
        kept = cached_answers.c
        query = (
            sa.select(cached_answers, chains.c.question)
            .join(chains, chains.c.reasoning_id == kept.reasoning_id)
            .where(kept.tree == self._tree, kept.data == data, condition)
            .where(kept.as_of <= moment, kept.until.is_(None) | (kept.until > moment))
            .order_by(kept.id.desc())
        )
        with self._ledger.reading() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]


def _entry(row: sa.RowMapping) -> Entry:
    values: dict[str, Any] = dict(row)
    raw = values["vector"]
    vector = None if raw is None else np.frombuffer(raw, dtype=np.float32)
    return Entry(values["id"], values["question"], vector, values["reasoning_id"])
