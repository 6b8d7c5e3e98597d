import math

import numpy as np
import polars as pl
import pytest

from p3.data.postings import Postings, PostingsWriter
from p3.retrieval import rank
from p3.retrieval.terms import Term, stem

TEXTS = ["Cash, cash and debts.", "cash some what", "nothing 4 here", "CASHIER long-term 10-K"]


@pytest.fixture
def postings(tmp_path) -> Postings:
    writer = PostingsWriter()
    writer.add(0, pl.Series(TEXTS[:1]))
    writer.add(1, pl.Series(TEXTS[1:]))
    writer.write(tmp_path)
    return Postings(tmp_path)


def scores(postings: Postings, terms: dict[str, float], among: list[bool] | None = None) -> list[float]:
    wanted = [Term(stem, weight) for stem, weight in terms.items()]
    chosen = np.array(among or [True] * len(TEXTS))
    return postings.bm25(wanted, np.ones(len(TEXTS), np.float32), chosen).tolist()


def test_bm25_is_the_formula_worked_by_hand(postings):
    """Equal lengths: the norm is k1 = 1.2; idf = ln(1 + (N - n + .5) / (n + .5)), n of N texts hold the word."""
    cash, debt = math.log(1 + 2.5 / 2.5), math.log(1 + 3.5 / 1.5)
    first = cash * 2 * 2.2 / (2 + 1.2) + 0.5 * debt * 2.2 / (1 + 1.2)
    expected = [first, cash * 2.2 / (1 + 1.2), 0.0, 0.0]
    assert scores(postings, {"cash": 1.0, "debt": 0.5, "absent": 1.0}) == pytest.approx(expected)


def test_texts_that_are_not_asked_for_score_nothing_and_weigh_nothing(postings):
    among = [False, True, True, False]
    assert scores(postings, {"cash": 1.0, "debt": 1.0}, among) == pytest.approx([0, math.log(1 + 1.5 / 1.5), 0, 0])
    assert scores(postings, {"cash": 1.0}, [False] * 4) == [0.0] * 4


@pytest.mark.parametrize("stem", ["long-term", "10-k"])
def test_words_with_a_hyphen_are_words(postings, stem):
    assert [score > 0 for score in scores(postings, {stem: 1.0})] == [False, False, False, True]


def test_texts_without_a_word_make_an_index_that_finds_nothing(tmp_path):
    writer = PostingsWriter()
    writer.add(0, pl.Series(["日本", ""]))
    writer.write(tmp_path)
    found = Postings(tmp_path).bm25([Term("cash", 1.0)], np.ones(2, np.float32), np.ones(2, np.bool_))
    assert found.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a non-cancelable lease", "cancelable"),
        ("Cash.Dividends paid", "dividends"),
        ("long-term debt", "term"),
        ("R&D", "r&d"),
    ],
)
def test_parts_of_compound_words_are_found_as_the_ranking_finds_them(tmp_path, text, word):
    writer = PostingsWriter()
    writer.add(0, pl.Series([text, "nothing of it"]))
    writer.write(tmp_path)
    wanted = stem(word)
    found = Postings(tmp_path).bm25([Term(wanted, 1.0)], np.ones(2, np.float32), np.ones(2, np.bool_))
    ranked = rank.bm25(pl.Series([text, "nothing of it"]), {wanted: 1.0})
    assert (found > 0).tolist() == (ranked > 0).tolist() == [True, False]
