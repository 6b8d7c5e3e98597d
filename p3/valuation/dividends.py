"""Value by the dividends themselves: for ever at one growth, in two or three stages, or by the H-model.

Sources: Gordon, "Dividends, Earnings, and Stock Prices" (1959); Fuller and Hsia, "A Simplified Common Stock
Valuation Model" (1984); Damodaran, "Investment Valuation", chapter 13.

Drivers broadcast to a shape (...), yearly results are (..., years). Money per share, rates as fractions a year.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from p3.valuation import equity_flows
from p3.valuation.discounting import Timing, perpetuity
from p3.valuation.equity_flows import Economics, EquityFlows
from p3.valuation.paths import Driver, Floats, Stages, fade


@dataclass(frozen=True)
class Drivers:
    """What a value rests on. ``earnings`` are the last year's per share, ``payout`` the dividend's part of them."""

    earnings: Driver
    payout: Driver
    terminal_payout: Driver
    growth: Driver
    terminal_growth: Driver
    cost_of_equity: Driver
    terminal_cost_of_equity: Driver
    stages: Stages
    timing: Timing


@dataclass(frozen=True)
class Forecast:
    """The yearly dividends, and the value of a share (...)."""

    flows: EquityFlows
    per_share: Floats


def gordon(dividend: Driver, cost_of_equity: Driver, growth: Driver) -> Driver:
    """Return the value where last year's ``dividend`` grows at ``growth`` for ever.

    Raises ValueError where the cost of equity does not exceed growth.
    """
    return perpetuity(dividend * (1.0 + growth), cost_of_equity, growth)


def h_model(
    dividend: Driver, cost_of_equity: Driver, growth: Driver, terminal_growth: Driver, decline_years: Driver
) -> Driver:
    """Return the value where growth falls in a straight line to its terminal rate over ``decline_years``.

    ``dividend`` is last year's. Raises ValueError where the cost of equity does not exceed terminal growth.
    """
    extra = dividend * (decline_years / 2.0) * (growth - terminal_growth)
    return perpetuity(dividend * (1.0 + terminal_growth) + extra, cost_of_equity, terminal_growth)


def sustainable_payout(growth: Driver, return_on_equity: Driver) -> Driver:
    """Return the payout that leaves just enough to grow. Raises ValueError where the return is below growth or 0."""
    if np.min(return_on_equity) <= 0.0 or np.any(np.asarray(return_on_equity) < growth):
        raise ValueError("earnings cannot pay for this growth")
    return 1.0 - growth / return_on_equity


def forecast(drivers: Drivers) -> Forecast:
    """Return the forecast of each scenario.

    Raises ValueError where the terminal cost of equity does not exceed terminal growth.
    """
    found = equity_flows.flows(drivers.earnings, _yearly(drivers), _terminal(drivers), drivers.timing)
    return Forecast(found, np.asarray(found.value, dtype=np.float64))


def per_share(drivers: Drivers) -> Floats:
    """Return what ``forecast`` gives without the years: for many scenarios, whose years nobody looks at."""
    value = equity_flows.value(drivers.earnings, _yearly(drivers), _terminal(drivers), drivers.timing)
    return np.asarray(value, dtype=np.float64)


def _yearly(drivers: Drivers) -> Iterator[Economics]:
    paths = zip(
        fade(drivers.growth, drivers.terminal_growth, drivers.stages),
        fade(drivers.payout, drivers.terminal_payout, drivers.stages),
        fade(drivers.cost_of_equity, drivers.terminal_cost_of_equity, drivers.stages),
        strict=True,
    )
    for growth, paid, required in paths:
        yield Economics(growth, paid, required)


def _terminal(drivers: Drivers) -> Economics:
    return Economics(drivers.terminal_growth, drivers.terminal_payout, drivers.terminal_cost_of_equity)
