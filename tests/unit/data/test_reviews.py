"""The review queue: what waits, what was decided, and that each decision is in the audit log."""

from pathlib import Path

import pytest

from p3.clock import now
from p3.data.chains import ChainBook
from p3.data.ledger import Ledger
from p3.data.ledger_schema import chains
from p3.data.reviews import ReviewQueue
from p3.errors import DataError, UsageError


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "ledger.sqlite")
    for at in range(3):
        chain = {"reasoning_id": f"chain-{at}", "as_of": "2024-05-01T00:00:00Z", "question": f"Q{at}?"}
        ChainBook(made).add("run", {**chain, "status": "abstained"}, {}, {}, "too doubtful" if at < 2 else None)
    return made


def test_what_was_doubtful_waits_until_it_is_decided(ledger: Ledger) -> None:
    queue = ReviewQueue(ledger)
    queue.decide("chain-0", "approved", None, "stands on page 3")
    assert [row["reasoning_id"] for row in queue.items("open")] == ["chain-1"]
    found = queue.find("chain-0")
    assert found is not None
    assert (found["question"], found["status"], found["note"]) == ("Q0?", "approved", "stands on page 3")
    assert now().isoformat()[:10] == found["decided"][:10]


def test_a_correction_is_kept_as_it_was_given_and_stands(ledger: Ledger) -> None:
    queue = ReviewQueue(ledger)
    queue.decide("chain-1", "corrected", {"answer": "12 %", "value": 0.12, "unit": "ratio"}, None)
    with pytest.raises(UsageError, match="does not wait for review"):
        queue.decide("chain-1", "approved", None, None)
    found = queue.find("chain-1")
    assert found is not None
    assert (found["status"], found["correction"]) == ("corrected", {"answer": "12 %", "value": 0.12, "unit": "ratio"})
    kinds = [row["kind"] for row in ledger.audit_entries(["chain-1"])]
    assert kinds == ["answer kept", "review opened", "review corrected"]
    assert ledger.verify_audit() == 6


def test_nothing_is_decided_of_what_never_waited(ledger: Ledger) -> None:
    queue = ReviewQueue(ledger)
    with pytest.raises(UsageError, match="does not wait for review"):
        queue.decide("chain-2", "approved", None, None)
    assert queue.find("chain-2") is None
    assert queue.find("chain-9") is None


def test_a_question_that_a_person_has_or_had_is_not_queued_again(ledger: Ledger) -> None:
    again = {"reasoning_id": "chain-9", "as_of": "2024-05-02T00:00:00Z", "question": "Q0?", "status": "abstained"}
    assert ChainBook(ledger).add("run", again, {}, {}, "too doubtful") == "chain-0"
    ReviewQueue(ledger).decide("chain-0", "rejected", None, None)
    assert ChainBook(ledger).add("run", {**again, "reasoning_id": "chain-10"}, {}, {}, "too doubtful") == "chain-0"
    fresh = {**again, "reasoning_id": "chain-11", "question": "Q11?"}
    assert ChainBook(ledger).add("run", fresh, {}, {}, "too doubtful") == "chain-11"
    assert ChainBook(ledger).add("run", {**fresh, "reasoning_id": "chain-12"}, {}, {}) is None


def test_an_answer_that_was_changed_in_the_ledger_is_told(ledger: Ledger) -> None:
    book = ChainBook(ledger)
    found = book.find("chain-0")
    assert found is not None
    with ledger.transaction() as connection:
        connection.execute(chains.update().values(answer='{"answer": "another"}'))
    with pytest.raises(DataError, match="not as it was kept"):
        book.find("chain-0")
    with pytest.raises(DataError, match="not as it was kept"):
        book.answers(["chain-1"])


def test_answers_come_in_the_order_asked_for_and_the_newest_chains_first(ledger: Ledger) -> None:
    book = ChainBook(ledger)
    assert [each["question"] for each in book.answers(["chain-2", "unknown", "chain-0"])] == ["Q2?", "Q0?"]
    assert len(book.newest(2)) == 2
