import math

import numpy as np
import polars as pl
import pytest

from p3.retrieval.rank import bm25, cosine, zscores
from p3.retrieval.terms import content, stem


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("liabilities", "liabil"),
        ("liability", "liabil"),
        ("taxes", "tax"),
        ("sales", "sale"),
        ("gross", "gross"),
        ("basis", "basis"),
        ("business", "business"),
        ("bus", "bus"),
        ("expenses", "expens"),
        ("depreciates", "depreci"),
        ("depreciation", "depreci"),
        ("cyclicality", "cyclic"),
        ("cyclical", "cyclic"),
        ("10-k", "10-k"),
    ],
)
def test_stem(word, expected):
    assert stem(word) == expected


def test_content_words_once_each_in_order():
    assert content("What were the total liabilities and the liability?") == ["liabil"]


def test_bm25_is_the_formula_worked_by_hand():
    """Equal lengths: the norm is k1 = 1.2; idf = ln(1 + (N - n + .5) / (n + .5)), n of N texts hold the word."""
    texts = pl.Series(["cash cash debt", "cash some what", "nothing 4 here"])
    scores = bm25(texts, {"cash": 1.0, "debt": 0.5, "absent": 1.0})
    cash, debt = math.log(1 + 1.5 / 2.5), math.log(1 + 2.5 / 1.5)
    first = cash * 2 * 2.2 / (2 + 1.2) + 0.5 * debt * 2.2 / (1 + 1.2)
    assert scores == pytest.approx([first, cash * 2.2 / (1 + 1.2), 0.0])


def test_bm25_finds_plurals_capitals_and_words_after_a_no_break_space_but_no_parts_of_words():
    texts = pl.Series(["Current\u00a0Liabilities", "a liability", "reliability tax", "taxes"])
    assert (bm25(texts, {"liabil": 1.0}) > 0).tolist() == [True, True, False, False]
    assert (bm25(texts, {"tax": 1.0}) > 0).tolist() == [False, False, True, True]


def test_bm25_of_nothing():
    assert bm25(pl.Series([], dtype=pl.String), {"cash": 1.0}).tolist() == []
    assert bm25(pl.Series(["cash"]), {}).tolist() == [0.0]


def test_meaning_is_the_greatest_cosine():
    vectors = pl.Series([[1.0, 0.0], [0.6, 0.8]], dtype=pl.Array(pl.Float32, 2))
    questions = np.array([[0.0, 1.0], [1.0, 0.0]], dtype=np.float32)
    assert cosine(vectors, questions) == pytest.approx([1.0, 0.8])


def test_zscores():
    assert zscores(np.array([1.0, 3.0])).tolist() == [-1.0, 1.0]
    assert zscores(np.array([2.0, 2.0])).tolist() == [0.0, 0.0]
    assert zscores(np.array([])).tolist() == []
