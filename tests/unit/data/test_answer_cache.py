"""Answers given before: only those of the same data, and only while nothing more was known."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from p3.data import answer_cache
from p3.data.answer_cache import AnswerCache
from p3.data.chains import ChainBook
from p3.data.ledger import Ledger

THEN = datetime(2024, 5, 1, tzinfo=UTC)
NEXT = THEN + timedelta(days=10)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "ledger.sqlite")
    answer = {"reasoning_id": "chain-1", "as_of": "2024-05-01T00:00:00Z", "question": "Q?", "status": "answered"}
    ChainBook(made).add("run", answer, {}, {})
    return made


@pytest.fixture
def cache(ledger: Ledger) -> AnswerCache:
    return AnswerCache(ledger, "tree")


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        (THEN - timedelta(seconds=1), False),
        (THEN, True),
        (NEXT - timedelta(seconds=1), True),
        (NEXT, False),
        (NEXT + timedelta(days=1), False),
    ],
)
def test_an_answer_holds_from_its_as_of_until_more_is_known(cache: AnswerCache, moment: datetime, found: bool) -> None:
    cache.add("data", "request", None, (THEN, NEXT), "chain-1")
    assert (cache.exact("data", "request", moment) is not None) is found


def test_another_tree_other_data_or_another_request_has_none(ledger: Ledger, cache: AnswerCache) -> None:
    cache.add("data", "request", None, (THEN, None), "chain-1")
    assert cache.exact("other", "request", THEN) is None
    assert cache.exact("data", "other", THEN) is None
    assert AnswerCache(ledger, "another tree").exact("data", "request", THEN) is None


def test_an_answer_is_kept_without_an_end_where_nothing_is_known_to_come(cache: AnswerCache) -> None:
    cache.add("data", "request", None, (THEN, None), "chain-1")
    assert cache.exact("data", "request", THEN + timedelta(days=4000)) is not None


def test_vectors_come_back_as_they_were(cache: AnswerCache) -> None:
    vector = np.array([0.6, 0.8], dtype=np.float32)
    cache.add("data", "request", vector, (THEN, None), "chain-1")
    cache.add("data", "computed", None, (THEN, None), "chain-1")
    (entry,) = cache.worded("data", THEN)
    assert entry.question == "Q?"
    assert entry.vector is not None
    np.testing.assert_array_equal(entry.vector, vector)


def test_the_hit_rate_counts_every_question_of_its_own_tree(ledger: Ledger, cache: AnswerCache) -> None:
    for hit in (False, True, True):
        cache.count(hit=hit)
    AnswerCache(ledger, "another tree").count(hit=False)
    usage = cache.usage()
    assert (usage.asked, usage.hits) == (3, 2)


def test_only_the_newest_answers_are_kept(cache: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_cache, "_MOST", 2)
    for request in ("first", "second", "third"):
        cache.add("data", request, None, (THEN, None), "chain-1")
    assert [cache.exact("data", each, THEN) is None for each in ("first", "second", "third")] == [True, False, False]
