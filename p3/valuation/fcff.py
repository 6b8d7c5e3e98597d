"""Two-stage value by free cash flow to the firm.

Stage one: revenue grows at ``growth`` for the years of high growth, then growth falls in a straight line to
the terminal rate over the fade. The operating margin moves in a straight line to its target by the end of
high growth; the tax rate stays, and moves to the marginal rate over the fade. Each year reinvests the
increase of revenue over ``sales_to_capital``. Stock compensation is an expense and is not added back.

Stage two: a growing perpetuity that reinvests growth over return on new capital.

Mid-year convention: flows are discounted from the middle of their year, the perpetuity's value with them (N -
0.5); without it, from year ends. Of the first year only the stub is still to come. Equity = operations + cash -
debt, never below 0: owners can walk away.
Source: Damodaran, "Damodaran on Valuation" (2006), chapter 6.

Every driver may be a number or an array of scenarios; results have the scenarios first and the years second.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Driver = float | Floats


@dataclass(frozen=True)
class Drivers:
    """What a value rests on. Money in single units, rates as fractions, ``sales_to_capital`` per unit of capital."""

    revenue: Driver
    margin: Driver
    target_margin: Driver
    growth: Driver
    terminal_growth: Driver
    tax_rate: Driver
    marginal_tax_rate: Driver
    sales_to_capital: Driver
    terminal_return: Driver
    wacc: Driver
    cash: Driver
    debt: Driver
    shares: Driver
    high_growth_years: int
    fade_years: int
    mid_year: bool
    stub: float = 1.0


@dataclass(frozen=True)
class Forecast:
    """The yearly path (scenarios, years) and the values (scenarios)."""

    growth: Floats
    revenue: Floats
    margin: Floats
    nopat: Floats
    reinvestment: Floats
    cash_flow: Floats
    present_value: Floats
    terminal_value: Floats
    operations: Floats
    equity: Floats
    per_share: Floats


def forecast(drivers: Drivers) -> Forecast:
    """Return the forecast of each scenario.

    Raises ValueError where the cost of capital does not exceed terminal growth.
    """
    wacc, terminal_growth = _column(drivers.wacc), _column(drivers.terminal_growth)
    if np.any(wacc <= terminal_growth):
        raise ValueError("the cost of capital does not exceed terminal growth")
    years = drivers.high_growth_years + drivers.fade_years
    growth = _growth(drivers)
    revenue = _column(drivers.revenue) * np.cumprod(1 + growth, axis=1)
    margin = _margin(drivers)
    nopat = revenue * margin * (1 - _tax(drivers))
    before = np.concatenate([np.broadcast_to(_column(drivers.revenue), (len(revenue), 1)), revenue[:, :-1]], axis=1)
    reinvestment = (revenue - before) / _column(drivers.sales_to_capital)
    cash_flow = nopat - reinvestment
    part = np.ones(years)
    part[0] = drivers.stub
    timing = np.cumsum(part) - (part / 2 if drivers.mid_year else 0.0)
    present_value = cash_flow * part / (1 + wacc) ** timing
    terminal = (_terminal_cash_flow(drivers, revenue[:, -1:]) / (wacc - terminal_growth))[:, 0]
    operations = present_value.sum(axis=1) + terminal / (1 + wacc[:, 0]) ** timing[-1]
    equity = np.maximum(operations + drivers.cash - drivers.debt, 0.0)
    return Forecast(
        growth,
        revenue,
        margin,
        nopat,
        reinvestment,
        cash_flow,
        present_value,
        terminal,
        operations,
        equity,
        equity / drivers.shares,
    )


def _terminal_cash_flow(drivers: Drivers, last_revenue: Floats) -> Floats:
    """Return the first flow of the perpetuity."""
    growth = _column(drivers.terminal_growth)
    nopat = last_revenue * (1 + growth) * _column(drivers.target_margin) * (1 - _column(drivers.marginal_tax_rate))
    flow: Floats = nopat * (1 - growth / _column(drivers.terminal_return))
    return flow


def _growth(drivers: Drivers) -> Floats:
    path = _path(drivers.growth, drivers.terminal_growth, _fade_progress(drivers))
    scenarios = max(np.size(getattr(drivers, name)) for name in Drivers.__dataclass_fields__)
    return np.array(np.broadcast_to(path, (scenarios, path.shape[1])))


def _margin(drivers: Drivers) -> Floats:
    years = drivers.high_growth_years + drivers.fade_years
    progress = np.minimum(np.arange(1, years + 1) / drivers.high_growth_years, 1.0)
    return _path(drivers.margin, drivers.target_margin, progress)


def _tax(drivers: Drivers) -> Floats:
    return _path(drivers.tax_rate, drivers.marginal_tax_rate, _fade_progress(drivers))


def _fade_progress(drivers: Drivers) -> Floats:
    """Return for each year how far the fade has come, from 0 to 1."""
    flat = np.zeros(drivers.high_growth_years)
    return np.concatenate([flat, np.arange(1, drivers.fade_years + 1) / max(drivers.fade_years, 1)])


def _path(start: Driver, end: Driver, progress: Floats) -> Floats:
    first, last = _column(start), _column(end)
    path: Floats = first + (last - first) * progress
    return path


def _column(driver: Driver) -> Floats:
    return np.reshape(np.asarray(driver, dtype=np.float64), (-1, 1))
