"""The vectorised forecast against a plain loop, and what must hold for any company."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p3.valuation.fcff import Drivers, forecast

RATE = st.floats(0.0, 0.4)
DRIVERS = st.builds(
    Drivers,
    revenue=st.floats(1.0, 1e12),
    margin=st.floats(-0.2, 0.6),
    target_margin=st.floats(0.01, 0.6),
    growth=st.floats(-0.1, 0.4),
    terminal_growth=st.floats(0.0, 0.03),
    tax_rate=RATE,
    marginal_tax_rate=RATE,
    sales_to_capital=st.floats(0.5, 4.0),
    terminal_return=st.floats(0.05, 0.3),
    wacc=st.floats(0.05, 0.2),
    cash=st.floats(0, 1e11),
    debt=st.floats(0, 1e11),
    shares=st.floats(1.0, 1e10),
    high_growth_years=st.integers(1, 6),
    fade_years=st.integers(0, 6),
    mid_year=st.booleans(),
)


def plainly(d: Drivers) -> float:
    """Return the value per share by a loop over the years."""
    sales, operations, timing = float(d.revenue), 0.0, 0.0
    for year in range(1, d.high_growth_years + d.fade_years + 1):
        faded = max(year - d.high_growth_years, 0) / d.fade_years if d.fade_years else 0.0
        growth = d.growth + (d.terminal_growth - d.growth) * faded
        tax = d.tax_rate + (d.marginal_tax_rate - d.tax_rate) * faded
        margin = d.margin + (d.target_margin - d.margin) * min(year / d.high_growth_years, 1.0)
        before, sales = sales, sales * (1 + growth)
        timing = year - (0.5 if d.mid_year else 0.0)
        flow = sales * margin * (1 - tax) - (sales - before) / d.sales_to_capital
        operations += flow / (1 + d.wacc) ** timing
    income = sales * (1 + d.terminal_growth) * d.target_margin * (1 - d.marginal_tax_rate)
    terminal = income * (1 - d.terminal_growth / d.terminal_return) / (d.wacc - d.terminal_growth)
    operations += terminal / (1 + d.wacc) ** timing
    return max(operations + d.cash - d.debt, 0.0) / d.shares


@settings(deadline=None)
@given(DRIVERS)
def test_the_vectorised_forecast_agrees_with_a_loop(drivers: Drivers) -> None:
    scale = float(drivers.revenue + drivers.cash + drivers.debt) / float(drivers.shares)
    assert forecast(drivers).per_share[0] == pytest.approx(plainly(drivers), rel=1e-9, abs=1e-9 * scale)


@settings(deadline=None)
@given(DRIVERS, st.floats(1.1, 50))
def test_a_split_divides_the_value_of_a_share(drivers: Drivers, ratio: float) -> None:
    split = replace(drivers, shares=drivers.shares * ratio)
    assert forecast(split).per_share[0] * ratio == pytest.approx(forecast(drivers).per_share[0])


@settings(deadline=None)
@given(DRIVERS)
def test_a_better_margin_is_worth_no_less(drivers: Drivers) -> None:
    better = replace(drivers, margin=drivers.margin + 0.05, target_margin=drivers.target_margin + 0.05)
    assert forecast(better).per_share[0] >= forecast(drivers).per_share[0]
