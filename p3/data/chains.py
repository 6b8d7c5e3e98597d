"""Chains of reasoning: each answer as printed, how it came about, and the data that it was made from.

Each is added in one transaction, with a link of the audit log that holds its digest; one changed later is told.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from p3.clock import iso, now
from p3.data.ledger import Ledger
from p3.data.ledger_schema import audit, chains, reviews
from p3.errors import DataError

_KEPT = "answer kept"
_JSON = ("answer", "steps", "versions")


class ChainBook:
    """The chains of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(
        self,
        run_id: str,
        answer: Mapping[str, Any],
        steps: Mapping[str, Any],
        versions: Mapping[str, int],
        doubt: str | None = None,
    ) -> str | None:
        """Keep a chain, and return the id of the review of its question where there is a ``doubt``.

        That is one opened now, unless a person has, or had, the question in the queue already.

        ``answer`` is the answer as printed, ``versions`` those of the tables that were read.
        """
        row = {
            "reasoning_id": answer["reasoning_id"],
            "run_id": run_id,
            "created": iso(now()),
            "as_of": answer["as_of"],
            "question": answer["question"],
            "status": answer["status"],
            "answer": json.dumps(answer),
            "steps": json.dumps(steps),
            "versions": json.dumps(versions),
        }
        with self._ledger.transaction() as connection:
            review = None if doubt is None else _review(connection, answer["question"])
            connection.execute(chains.insert().values(**row))
            self._ledger.append_audit(connection, _KEPT, answer["reasoning_id"], {"sha256": _digest(row)})
            if doubt is not None and review is None:
                review = str(row["reasoning_id"])
                opened = {"reasoning_id": review, "created": row["created"], "reason": doubt}
                connection.execute(reviews.insert().values(**opened, status="open"))
                self._ledger.append_audit(connection, "review opened", review, opened)
        return review

    def find(self, reasoning_id: str) -> dict[str, Any] | None:
        """Return a chain, its JSON read, or None. Raises DataError where it is not as it was kept."""
        found = self._read(sa.select(chains).where(chains.c.reasoning_id == reasoning_id))
        return found[0] if found else None

    def newest(self, most: int) -> list[dict[str, Any]]:
        """Return the newest chains, newest first, as ``find`` does."""
        return self._read(sa.select(chains).order_by(chains.c.created.desc()).limit(most))

    def answers(self, reasoning_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return the answers kept under ``reasoning_ids``, in the order of the ids; one unknown is left out."""
        rows = self._read(sa.select(chains).where(chains.c.reasoning_id.in_(reasoning_ids)))
        found = {row["reasoning_id"]: row["answer"] for row in rows}
        return [found[name] for name in reasoning_ids if name in found]

    def _read(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        with self._ledger.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
            kept = _digests(connection, [row["reasoning_id"] for row in rows])
        for row in rows:
            if kept.get(row["reasoning_id"]) != _digest(row):
                raise DataError(
                    f"{row['reasoning_id']} is not as it was kept", "Restore the ledger from a backup; ask again."
                )
        return [row | {name: json.loads(row[name]) for name in _JSON} for row in rows]


def _review(connection: sa.Connection, question: str) -> str | None:
    """Return the newest chain of a question that is, or was, in the queue."""
    joined = reviews.join(chains, chains.c.reasoning_id == reviews.c.reasoning_id)
    query = sa.select(reviews.c.reasoning_id).select_from(joined).where(chains.c.question == question)
    return connection.execute(query.order_by(reviews.c.created.desc()).limit(1)).scalar()


def _digests(connection: sa.Connection, reasoning_ids: Sequence[str]) -> dict[str, str]:
    query = sa.select(audit.c.subject, audit.c.payload).where(audit.c.kind == _KEPT, audit.c.subject.in_(reasoning_ids))
    return {row.subject: json.loads(row.payload)["sha256"] for row in connection.execute(query)}


def _digest(row: Mapping[str, Any]) -> str:
    kept = [row[name] for name in ("reasoning_id", "as_of", "question", "status", *_JSON)]
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()
