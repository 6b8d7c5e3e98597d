"""Answers that wait for a person's judgement."""

from typing import Any, Literal

from p3.data.chains import ChainBook
from p3.data.reviews import Decision, ReviewQueue
from p3.errors import DataError, UsageError
from p3.shapes import ReviewedAnswer, Reviews
from p3.workflow.result import Result
from p3.workflow.session import Session

_DECISIONS: dict[str, Decision] = {"approve": "approved", "correct": "corrected", "reject": "rejected"}


def correction(action: str, answer: str | None, value: float | None, unit: str | None) -> dict[str, Any] | None:
    """Return what stands in place of the draft, or None. Raises UsageError for flags that do not fit."""
    if action != "correct":
        if (answer, value, unit) != (None, None, None):
            raise UsageError(f"--answer, --value and --unit do not go with {action}", "Use `p3 review correct ID`.")
        return None
    if not (answer or "").strip():
        raise UsageError("a correction needs the answer", "Give --answer, for a number --value and --unit too.")
    if (value is None) != (unit is None):
        raise UsageError("--value and --unit belong together", "Give both or neither.")
    return {"answer": answer, "value": value, "unit": unit}


def required(reasoning_id: str | None) -> str:
    """Return the id. Raises UsageError where none was given."""
    if not reasoning_id:
        raise UsageError("no answer is named", "Name one as `p3 review list` prints it.")
    return reasoning_id


def show_all(session: Session, *, everything: bool) -> Result:
    """Return what is open, or everything that ever was in the queue."""
    queue = ReviewQueue(session.store.ledger)
    items = queue.items(None if everything else "open")
    return Result(Reviews(reviews=[_shape(session, item) for item in items]))


def show(session: Session, reasoning_id: str) -> Result:
    """Return one entry. Raises UsageError where the answer was never in the queue."""
    found = review_of(session, reasoning_id)
    if found is None:
        raise UsageError(f"{reasoning_id[:60]!r} is not in the review queue", "See `p3 review list`.")
    return Result(Reviews(reviews=[found]))


def decide(
    session: Session,
    reasoning_id: str,
    action: Literal["approve", "correct", "reject"],
    corrected: dict[str, Any] | None,
    note: str | None,
) -> Result:
    """Store a decision, and return the entry as it now stands."""
    ReviewQueue(session.store.ledger).decide(reasoning_id, _DECISIONS[action], corrected, note)
    return show(session, reasoning_id)


def review_of(session: Session, reasoning_id: str) -> ReviewedAnswer | None:
    """Return the entry of a chain of reasoning, None where it never was in the queue."""
    item = ReviewQueue(session.store.ledger).find(reasoning_id)
    return None if item is None else _shape(session, item)


def _shape(session: Session, item: dict[str, Any]) -> ReviewedAnswer:
    chain = ChainBook(session.store.ledger).find(item["reasoning_id"])
    if chain is None:
        raise DataError(f"the ledger lost {item['reasoning_id']}", "Restore the ledger from a backup.")
    draft = chain["steps"].get("draft") or chain["answer"]
    return ReviewedAnswer(
        **{name: item[name] for name in ("reasoning_id", "question", "reason", "status", "created", "decided", "note")},
        draft=draft["answer"],
        value=draft["value"],
        unit=draft["unit"],
        confidence=draft["confidence"],
        correction=item["correction"],
    )
