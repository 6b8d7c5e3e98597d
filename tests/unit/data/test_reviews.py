"""The review queue: what waits, what was decided, and that each decision is in the audit log."""

from pathlib import Path

import pytest

from p3.clock import now
from p3.data.ledger import Ledger
from p3.data.reviews import ReviewQueue
from p3.errors import UsageError


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "ledger.sqlite")
    for at in range(3):
        chain = {"reasoning_id": f"chain-{at}", "as_of": "2024-05-01T00:00:00Z", "question": f"Q{at}?"}
        made.add_chain("run", {**chain, "status": "abstained"}, {}, {})
    return made


def test_what_is_added_waits_until_it_is_decided(ledger: Ledger) -> None:
    queue = ReviewQueue(ledger)
    queue.add("chain-0", "too doubtful")
    queue.add("chain-1", "too doubtful")
    queue.decide("chain-0", "approved", None, "stands on page 3")
    assert [row["reasoning_id"] for row in queue.items("open")] == ["chain-1"]
    found = queue.find("chain-0")
    assert (found["question"], found["status"], found["note"]) == ("Q0?", "approved", "stands on page 3")
    assert now().isoformat()[:10] == found["decided"][:10]


def test_a_correction_is_kept_as_it_was_given_and_the_last_decision_counts(ledger: Ledger) -> None:
    queue = ReviewQueue(ledger)
    queue.add("chain-2", "too doubtful")
    queue.decide("chain-2", "rejected", None, None)
    queue.decide("chain-2", "corrected", {"answer": "12 %", "value": 0.12, "unit": "ratio"}, None)
    found = queue.find("chain-2")
    assert (found["status"], found["correction"]) == ("corrected", {"answer": "12 %", "value": 0.12, "unit": "ratio"})
    kinds = [row["kind"] for row in ledger.audit_entries(["chain-2"])]
    assert kinds == ["review opened", "review rejected", "review corrected"]
    assert ledger.verify_audit() == 3


def test_nothing_is_decided_of_what_never_waited(ledger: Ledger) -> None:
    queue = ReviewQueue(ledger)
    with pytest.raises(UsageError, match="not in the review queue"):
        queue.decide("chain-0", "approved", None, None)
    with pytest.raises(UsageError, match="not in the review queue"):
        queue.find("chain-9")
    assert ledger.verify_audit() == 0
