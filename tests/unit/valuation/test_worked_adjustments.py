"""Published adjustments for research, leases and employee options, each with its source and tolerance."""

import numpy as np
import pytest

from p3.valuation import employee_options as options
from p3.valuation import multiples
from p3.valuation.black_scholes import Terms, call
from p3.valuation.bridge import Claims
from p3.valuation.leases import adjusted_operating_income, annuity, lease_debt
from p3.valuation.normal_distribution import cumulative
from p3.valuation.research import Research, adjusted_nopat, capitalize


def test_research_of_cisco_2005() -> None:
    """Damodaran, "Damodaran on Valuation" (2006), illustration 3.2, USD million, printed in billions.

    The adjusted incomes are images in the copy that the figures were taken from, and not tested.
    """
    found = capitalize(np.array([3320.0, 3192.0, 3135.0, 3448.0, 3922.0, 2704.0]))
    assert found.asset == pytest.approx(9920, abs=5)
    assert found.amortization == pytest.approx(3280, abs=5)


def test_research_of_sap_2004() -> None:
    """Damodaran, "Damodaran on Valuation" (2006), illustration 6.4, EUR million.

    The amortization is what the printed NOPAT implies, for the history is an image: only the rest is confirmed.
    """
    research = Research(np.array(0.0), np.array(1020 - 116.8776), np.array(1020.0))
    assert adjusted_nopat(2044.0, 0.3654, research) == pytest.approx(1414, abs=0.6)
    reinvestment = 831 - 19
    assert reinvestment == pytest.approx(812, abs=0.6)
    assert reinvestment / 1414 == pytest.approx(0.5742, abs=1e-4)
    assert 1414 - reinvestment == pytest.approx(602, abs=0.6)


def test_leases_of_target_2004() -> None:
    """Damodaran, "Damodaran on Valuation" (2006), page 181 and illustration 6.3, USD million.

    The sum of the later years holds 18.67 average commitments, and is spread over 18 years.
    """
    commitments = np.array([146.0, 142.0, 137.0, 117.0, 102.0])
    assert commitments.mean() == pytest.approx(128.8, abs=0.006)
    found = lease_debt(commitments, 2405.0, 0.055)
    assert found.yearly == pytest.approx([138.39, 127.58, 116.67, 94.44, 78.04], abs=0.006)
    assert found.beyond == pytest.approx(1149.69, abs=0.006)
    assert found.beyond / annuity(1.0, 0.055, 18) * 1.055**5 == pytest.approx(133.61, abs=0.006)
    assert found.debt == pytest.approx(1704.82, abs=0.006)
    assert 9538 + found.debt == pytest.approx(11243, abs=0.6)


def test_leases_of_bookscape_2003() -> None:
    """Damodaran, "Applied Corporate Finance" (2004 data), slide 355, USD thousand; peers' price over earnings."""
    debt = annuity(500.0, 0.055, 25)
    assert debt == pytest.approx(6708, abs=1.5)
    assert lease_debt(np.full(24, 500.0), 500.0, 0.055).debt == pytest.approx(6708, abs=1.5)
    assert adjusted_operating_income(2000, debt, 0.055) == pytest.approx(2369, abs=1.5)
    assert multiples.equity_by_price(16.31, 1320.0, Claims()).equity == pytest.approx(21525, abs=8)


@pytest.mark.parametrize(
    ("equity", "shares", "count", "strike", "proceeds", "total", "diluted", "per_share", "tolerance"),
    [
        pytest.param(65622, 6487, 1436, 25.02, 35928, 101550, 7923, 12.82, 1.5, id="cisco"),
        pytest.param(32187, 277.78, 25.61, 24.41, 625, 32812, 303.39, 108.15, 0.6, id="google"),
    ],
)
def test_the_treasury_stock_approach_2005(
    equity: float,
    shares: float,
    count: float,
    strike: float,
    proceeds: float,
    total: float,
    diluted: float,
    per_share: float,
    tolerance: float,
) -> None:
    """Damodaran, "Damodaran on Valuation" (2006), illustrations 11.1 and 11.2, USD and options in million."""
    assert count * strike == pytest.approx(proceeds, abs=tolerance)
    assert equity + count * strike == pytest.approx(total, abs=tolerance)
    assert shares + count == pytest.approx(diluted, abs=0.006)
    assert options.per_share_treasury_stock(equity, shares, count, strike) == pytest.approx(per_share, abs=0.006)


@pytest.mark.parametrize(
    ("equity", "shares", "in_the_money", "per_share"),
    [pytest.param(65622, 6487, 591, 9.27, id="cisco"), pytest.param(32187, 277.78, 25.61, 106.09, id="google")],
)
def test_partially_diluted_values_2005(equity: float, shares: float, in_the_money: float, per_share: float) -> None:
    """The same: only the options in the money are counted, and nothing is added for their proceeds."""
    assert options.per_share_fully_diluted(equity, shares, in_the_money) == pytest.approx(per_share, abs=0.006)


@pytest.mark.parametrize(
    ("equity", "shares", "count", "each", "tax", "value", "after_tax", "left", "per_share"),
    [
        pytest.param(65622, 6487, 1436, 2.27, 0.368, 3257, 2058, 63564, 9.80, id="cisco"),
        pytest.param(32187, 277.78, 25.61, 274.27, 0.35, 7023, 4565, 27622, 99.44, id="google"),
    ],
)
def test_options_net_of_tax_2005(
    equity: float,
    shares: float,
    count: float,
    each: float,
    tax: float,
    value: float,
    after_tax: float,
    left: float,
    per_share: float,
) -> None:
    """Damodaran, "Damodaran on Valuation" (2006), pages 720 and 721, USD and options in million."""
    assert count * each == pytest.approx(value, abs=3)
    assert count * each * (1 - tax) == pytest.approx(after_tax, abs=3)
    found = options.per_share_net_of_options(equity, shares, count * each, tax)
    assert found * shares == pytest.approx(left, abs=3)
    assert found == pytest.approx(per_share, abs=0.006)


def test_black_scholes_probabilities() -> None:
    """A textbook's spreadsheet, example 4.12; the prices are cut off in the copy that the figures were taken from."""
    found = call(40.0, Terms(40.0, 0.4, 0.3, 0.07))
    assert found.d1 == pytest.approx(0.2424, abs=6e-4)
    assert found.d2 == pytest.approx(0.0527, abs=6e-4)
    assert cumulative(found.d1) == pytest.approx(0.5958, abs=6e-4)
    assert cumulative(-found.d1) == pytest.approx(0.4042, abs=6e-4)
    assert cumulative(found.d2) == pytest.approx(0.5210, abs=6e-4)
    assert cumulative(-found.d2) == pytest.approx(0.4790, abs=6e-4)


def test_a_call_below_its_strike() -> None:
    """An instructor's slides to a corporate finance textbook: a share of 36, a strike of 40, 90 days."""
    found = call(36.0, Terms(40.0, 90 / 365, 0.4, 0.1))
    assert cumulative(found.d1) == pytest.approx(0.3794, abs=6e-4)
    assert cumulative(found.d2) == pytest.approx(0.3065, abs=6e-4)
    assert found.value == pytest.approx(1.70, abs=0.006)
