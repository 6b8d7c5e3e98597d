"""Answers given before, by the data that they stand on and what was asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from p3.clock import iso
from p3.data.ledger import Ledger
from p3.data.ledger_schema import answer_counts, cached_answers, chains

Vector = NDArray[np.float32]

_MOST = 10_000  # answers kept; those longest kept go first


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
        }
        kept = cached_answers.c
        with self._ledger.transaction() as connection:
            added = connection.execute(cached_answers.insert().values(**row)).inserted_primary_key
            oldest = int(added[0]) - _MOST if added else 0
            connection.execute(cached_answers.delete().where(kept.tree == self._tree, kept.id <= oldest))

    def count(self, *, hit: bool) -> None:
        """Count one question asked, and whether it had been answered before."""
        kept = answer_counts.c
        with self._ledger.transaction() as connection:
            more = answer_counts.update().where(kept.tree == self._tree)
            counted = connection.execute(more.values(asked=kept.asked + 1, hits=kept.hits + int(hit)))
            if not counted.rowcount:
                connection.execute(answer_counts.insert().values(tree=self._tree, asked=1, hits=int(hit)))

    def usage(self) -> Usage:
        """Return how often the cache was asked, and how often it had the answer."""
        query = sa.select(answer_counts).where(answer_counts.c.tree == self._tree)
        with self._ledger.reading() as connection:
            row = connection.execute(query).first()
        return Usage(0, 0) if row is None else Usage(row.asked, row.hits)

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
