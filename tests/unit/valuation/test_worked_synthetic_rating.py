"""Published ratings by interest coverage, each with its source and the tolerance of its rounding."""

from collections.abc import Sequence
from math import inf

import pytest

from p3.valuation.betas import debt_to_equity
from p3.valuation.synthetic_rating import Rating, interest_coverage, rate, rate_debt, table

SMALL_2004 = [
    Rating(12.5, "AAA", 0.0035),
    Rating(9.5, "AA", 0.005),
    Rating(7.5, "A+", 0.007),
    Rating(6.0, "A", 0.0085),
    Rating(4.5, "A-", 0.01),
    Rating(4.0, "BBB", 0.015),
    Rating(3.5, "BB+", 0.02),
    Rating(3.0, "BB", 0.025),
    Rating(2.5, "B+", 0.0325),
    Rating(2.0, "B", 0.04),
    Rating(1.5, "B-", 0.06),
    Rating(1.25, "CCC", 0.08),
    Rating(0.8, "CC", 0.1),
    Rating(0.5, "C", 0.12),
    Rating(-inf, "D", 0.2),
]
DISNEY_2013 = [
    Rating(8.5, "Aaa/AAA", 0.004),
    Rating(6.5, "Aa2/AA", 0.007),
    Rating(5.5, "A1/A+", 0.0085),
    Rating(4.25, "A2/A", 0.01),
    Rating(3, "A3/A-", 0.013),
    Rating(2.5, "Baa2/BBB", 0.02),
    Rating(2.25, "Ba1/BB+", 0.03),
    Rating(2, "Ba2/BB", 0.04),
    Rating(1.75, "B1/B+", 0.055),
    Rating(1.5, "B2/B", 0.065),
    Rating(1.25, "B3/B-", 0.0725),
    Rating(0.8, "Caa/CCC", 0.0875),
    Rating(0.65, "Ca2/CC", 0.095),
    Rating(0.2, "C2/C", 0.105),
]
LARGE_OLDER = [
    Rating(8.5, "Aaa/AAA", 0.0069),
    Rating(6.5, "Aa2/AA", 0.0085),
    Rating(5.5, "A1/A+", 0.0123),
    Rating(4.25, "A2/A", 0.0142),
    Rating(3.0, "A3/A-", 0.0162),
    Rating(2.5, "Baa2/BBB", 0.02),
    Rating(2.25, "Ba1/BB+", 0.0242),
    Rating(2.0, "Ba2/BB", 0.0313),
    Rating(1.75, "B1/B+", 0.0455),
    Rating(1.5, "B2/B", 0.0526),
    Rating(1.25, "B3/B-", 0.0737),
    Rating(0.8, "Caa/CCC", 0.1157),
    Rating(0.65, "Ca2/CC", 0.1578),
    Rating(0.2, "C2/C", 0.175),
    Rating(-inf, "D2/D", 0.2),
]
SMALL_OLDER = [
    Rating(12.5, "Aaa/AAA", 0.0067),
    Rating(9.5, "Aa2/AA", 0.0082),
    Rating(7.5, "A1/A+", 0.0103),
    Rating(6.0, "A2/A", 0.0114),
    Rating(4.5, "A3/A-", 0.0129),
    Rating(4.0, "Baa2/BBB", 0.0159),
    Rating(3.5, "Ba1/BB+", 0.0193),
    Rating(3.0, "Ba2/BB", 0.0215),
    Rating(2.5, "B1/B+", 0.0315),
    Rating(2.0, "B2/B", 0.0378),
    Rating(1.5, "B3/B-", 0.0462),
    Rating(1.25, "Caa/CCC", 0.0778),
    Rating(0.8, "Ca2/CC", 0.088),
    Rating(0.5, "C2/C", 0.1076),
    Rating(-inf, "D2/D", 0.1434),
]


def test_a_small_company_2004() -> None:
    """Damodaran, "Damodaran on Valuation" (2006), table 2.4: operating income of 10 and interest of 3, USD million."""
    coverage = interest_coverage(10, 3)
    assert coverage == pytest.approx(3.33, abs=6e-3)
    found = rate(coverage, SMALL_2004)
    assert (found.rating, found.spread) == ("BB", 0.025)


def test_bookscape_and_another_2003() -> None:
    """Damodaran, "Applied Corporate Finance" (2004 data), slide 164; a bound belongs to the better rating."""
    assert interest_coverage(3500e6, 700e6) == pytest.approx(5.0, abs=1e-9)
    assert interest_coverage(2e6, 0.5e6) == pytest.approx(4.0, abs=1e-9)
    assert rate(4.0, SMALL_2004).rating == "BBB"


def test_disney_2013_at_a_tenth_of_debt() -> None:
    """Damodaran, "Applied Corporate Finance" (November 2013 data), slides 45 to 47, USD million."""
    firm = 121878 + 15961
    assert firm == 137839
    assert 0.1 * firm == pytest.approx(13784, abs=0.6)
    assert debt_to_equity(0.1) == pytest.approx(0.1111, abs=6e-5)
    found = rate_debt(0.1 * firm, 10032, 0.0275, DISNEY_2013)
    assert found.interest == pytest.approx(434, abs=0.6)
    assert found.coverage == pytest.approx(23.1, abs=0.02)
    assert found.rating.rating == "Aaa/AAA"
    assert found.cost == pytest.approx(0.0315, abs=6e-5)


def test_disney_2013_by_rating() -> None:
    """The same: the interest rate of each rating."""
    costs = [rate_debt(1.0, 1.0, 0.0275, [row]).cost for row in DISNEY_2013]
    printed = [
        0.0315,
        0.0345,
        0.036,
        0.0375,
        0.0405,
        0.0475,
        0.0575,
        0.0675,
        0.0825,
        0.0925,
        0.1,
        0.115,
        0.1225,
        0.1325,
    ]
    assert costs == pytest.approx(printed, abs=6e-5)


@pytest.mark.parametrize(
    ("rows", "coverage", "rating", "spread"),
    [
        pytest.param(table("large"), 9.0, "Aaa/AAA", 0.0045, id="large-9.0"),
        pytest.param(table("large"), 3.5, "A3/A-", 0.0095, id="large-3.5"),
        pytest.param(table("small"), 3.5, "Ba1/BB+", 0.0155, id="small-3.5"),
        pytest.param(table("financial"), 1.3, "A3/A-", 0.0095, id="financial-1.3"),
        pytest.param(LARGE_OLDER, 2.6, "Baa2/BBB", 0.02, id="large-older-2.6"),
        pytest.param(SMALL_OLDER, 1.4, "Caa/CCC", 0.0778, id="small-older-1.4"),
    ],
)
def test_the_tables(rows: Sequence[Rating], coverage: float, rating: str, spread: float) -> None:
    """Damodaran Online, "Ratings, Interest Coverage Ratios and Default Spread": its tables, at coverages of ours."""
    found = rate(coverage, rows)
    assert (found.rating, found.spread) == (rating, spread)
