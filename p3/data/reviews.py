"""The review queue: answers too doubtful to go out, and what a person decided of each."""

import json
from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa

from p3.clock import iso, now
from p3.data.ledger import Ledger
from p3.data.ledger_schema import chains, reviews
from p3.errors import UsageError

Decision = Literal["approved", "corrected", "rejected"]
_WITH_QUESTION = sa.select(reviews, chains.c.question).join(chains, chains.c.reasoning_id == reviews.c.reasoning_id)


class ReviewQueue:
    """The queue of one ledger, which ``ChainBook`` adds to.

    A decision is one transaction and a link of the audit log, and stands.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def items(self, status: str | None = None) -> list[dict[str, Any]]:
        """Return what was put in the queue, oldest first, with its question: all of it or that of one status."""
        query = _WITH_QUESTION if status is None else _WITH_QUESTION.where(reviews.c.status == status)
        with self._ledger.reading() as connection:
            return [_row(dict(row)) for row in connection.execute(query.order_by(reviews.c.created)).mappings()]

    def find(self, reasoning_id: str) -> dict[str, Any] | None:
        """Return one entry, None where the chain was never in the queue."""
        with self._ledger.reading() as connection:
            row = connection.execute(_WITH_QUESTION.where(reviews.c.reasoning_id == reasoning_id)).mappings().first()
        return None if row is None else _row(dict(row))

    def decide(
        self, reasoning_id: str, decision: Decision, correction: Mapping[str, Any] | None, note: str | None
    ) -> None:
        """Store a decision; ``correction`` holds answer, value and unit in place of the draft's.

        Raises UsageError where the chain does not wait: it was never in the queue, or is decided.
        """
        row = {
            "status": decision,
            "decided": iso(now()),
            "correction": None if correction is None else json.dumps(correction),
            "note": note,
        }
        with self._ledger.transaction() as connection:
            waiting = (reviews.c.reasoning_id == reasoning_id) & (reviews.c.status == "open")
            changed = connection.execute(reviews.update().where(waiting).values(**row))
            if changed.rowcount != 1:
                raise UsageError(f"{reasoning_id[:60]!r} does not wait for review", "See `p3 review list --all`.")
            self._ledger.append_audit(connection, f"review {decision}", reasoning_id, row)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    correction = row["correction"]
    return {**row, "correction": None if correction is None else json.loads(correction)}
