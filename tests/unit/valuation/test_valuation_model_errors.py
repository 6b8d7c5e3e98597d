"""Inputs that no model can value: each is refused with its reason, in whichever scenario it stands."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from p3.valuation import betas, dividends, earnings_power, fcfe, multiples, residual_income
from p3.valuation import fcff_three_stage as fcff
from p3.valuation.black_scholes import Terms, call
from p3.valuation.bridge import Claims
from p3.valuation.discounting import Timing, perpetuity, present_value
from p3.valuation.leases import lease_debt
from p3.valuation.lognormal import Lognormal
from p3.valuation.normalised import average_ratio
from p3.valuation.paths import Stages
from p3.valuation.research import capitalize
from p3.valuation.reverse import implied, implied_return
from p3.valuation.roots import bisect
from p3.valuation.synthetic_rating import interest_coverage

FIRM = fcff.Drivers(
    revenue=100.0,
    margin=0.2,
    terminal_margin=0.2,
    growth=0.05,
    terminal_growth=0.02,
    return_on_capital=0.15,
    terminal_return=0.1,
    tax_rate=0.2,
    terminal_tax_rate=0.25,
    wacc=0.09,
    terminal_wacc=0.08,
    stages=Stages(3, 2),
    timing=Timing(),
    claims=Claims(),
)
EQUITY = fcfe.Drivers(
    earnings=10.0,
    growth=0.05,
    terminal_growth=0.02,
    return_on_equity=0.15,
    terminal_return=0.1,
    cost_of_equity=0.09,
    terminal_cost_of_equity=0.08,
    stages=Stages(3, 2),
    timing=Timing(),
    claims=Claims(),
)
BANK = residual_income.Drivers(
    book_value=100.0,
    return_on_equity=0.12,
    terminal_return=0.1,
    growth=0.05,
    terminal_growth=0.02,
    cost_of_equity=0.09,
    terminal_cost_of_equity=0.08,
    persistence=0.6,
    stages=Stages(3, 2),
    claims=Claims(),
)
SOME = np.array([0.05, 0.0, 0.1])


@pytest.mark.parametrize("value", [fcff.forecast, fcff.equity])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"terminal_wacc": 0.02}, "terminal growth"),
        ({"terminal_wacc": np.array([0.08, 0.01])}, "terminal growth"),
        ({"wacc": -1.0}, "-100 %"),
        ({"return_on_capital": SOME}, "return on capital"),
        ({"terminal_return": -0.1}, "return on capital"),
    ],
)
def test_a_firm(value: Callable[[fcff.Drivers], object], changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        value(replace(FIRM, **changes))


@pytest.mark.parametrize("value", [fcfe.forecast, fcfe.equity])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"terminal_cost_of_equity": 0.02}, "terminal growth"),
        ({"return_on_equity": SOME}, "return on equity"),
        ({"cost_of_equity": -1.0}, "-100 %"),
    ],
)
def test_flows_to_equity(value: Callable[[fcfe.Drivers], object], changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        value(replace(EQUITY, **changes))


@pytest.mark.parametrize("value", [residual_income.forecast, residual_income.equity])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"book_value": -1.0}, "book value"),
        ({"book_value": SOME}, "book value"),
        ({"persistence": 1.08}, "persistence"),
        ({"persistence": -0.1}, "persistence"),
    ],
)
def test_a_bank(value: Callable[[residual_income.Drivers], object], changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        value(replace(BANK, **changes))


@pytest.mark.parametrize(
    ("call_it", "reason"),
    [
        pytest.param(lambda: Stages(0, 5), "0 years", id="no-high-growth"),
        pytest.param(lambda: Stages(5, -1), "-1 of fade", id="negative-fade"),
        pytest.param(lambda: Timing(stub=0.0), "first year", id="empty-stub"),
        pytest.param(lambda: Timing(stub=1.1), "first year", id="long-stub"),
        pytest.param(lambda: Claims(shares=np.array([1.0, 0.0])), "no shares", id="no-shares"),
        pytest.param(lambda: perpetuity(1.0, 0.05, 0.05), "terminal growth", id="rate-at-growth"),
        pytest.param(lambda: present_value(np.ones(2), -1.5, 0.0, Timing()), "-100 %", id="rate"),
        pytest.param(lambda: dividends.gordon(1.0, 0.03, 0.03), "terminal growth", id="gordon"),
        pytest.param(lambda: dividends.h_model(1.0, 0.03, 0.1, 0.03, 4), "terminal growth", id="h-model"),
        pytest.param(lambda: dividends.sustainable_payout(0.1, 0.05), "pay for", id="payout"),
        pytest.param(lambda: residual_income.single_stage(1.0, 0.1, 0.02, 0.02), "growth", id="single-stage"),
        pytest.param(lambda: residual_income.single_stage(0.0, 0.1, 0.1, 0.02), "book value", id="no-book"),
        pytest.param(lambda: multiples.of_peers(np.ones(2), -np.ones(2)), "no peer", id="no-peer"),
        pytest.param(lambda: multiples.equity_by_price(10.0, -1.0, Claims()), "not positive", id="loss"),
        pytest.param(lambda: multiples.equity_by_enterprise_value(10.0, 0.0, Claims()), "not positive", id="no-base"),
        pytest.param(lambda: betas.regress(np.ones(2), np.arange(2.0)), "2 returns", id="two-returns"),
        pytest.param(lambda: betas.of_industry(*(np.ones(1),) * 3), "1 peers", id="one-peer"),
        pytest.param(lambda: betas.of_operations(1.0, 1.0), "cash", id="nothing-but-cash"),
        pytest.param(
            lambda: betas.vasicek(betas.Estimate(1.0, 0.0), betas.Estimate(1.0, 0.0)), "both 0", id="no-errors"
        ),
        pytest.param(lambda: Terms(10.0, 0.0, 0.3, 0.02), "positive", id="expired"),
        pytest.param(lambda: call(0.0, Terms(10.0, 1.0, 0.3, 0.02)), "share price", id="worthless-share"),
        pytest.param(lambda: capitalize(np.array([1.0])), "two years", id="one-year-of-research"),
        pytest.param(lambda: capitalize(np.array([1.0, -1.0])), "none negative", id="negative-research"),
        pytest.param(lambda: lease_debt(np.ones(5), 1.0, 0.0), "cost of debt", id="free-leases"),
        pytest.param(lambda: lease_debt(-np.ones(5), 1.0, 0.05), "commitment", id="negative-lease"),
        pytest.param(lambda: average_ratio(np.ones(2), np.array([1.0, -1.0])), "cycle", id="no-revenue"),
        pytest.param(lambda: Lognormal(0.0, 0.0), "deviation", id="certain"),
        pytest.param(lambda: bisect(lambda x: x, 1.0, 2.0), "no root", id="no-root"),
        pytest.param(lambda: implied_return(-1.0, np.ones(3), 0.02), "no root", id="negative-price"),
        pytest.param(lambda: interest_coverage(1.0, -1.0), "negative", id="negative-interest"),
    ],
)
def test_anything_else(call_it: Callable[[], object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        call_it()


def test_a_cost_of_capital_of_nothing_has_no_earnings_power() -> None:
    firm = earnings_power.Drivers(100.0, 0.1, 0.2, 5.0, 5.0, 0.0, Claims())
    with pytest.raises(ValueError, match="discount rate"):
        earnings_power.equity(firm)


def test_a_price_that_no_growth_gives() -> None:
    def per_share(growth: np.ndarray) -> np.ndarray:
        return fcff.equity(replace(FIRM, growth=growth)).per_share

    assert implied(per_share, 1e9, low=-0.2, high=0.2, near=0.05) is None
