"""Value by free cash flow to equity, in two or three stages: what is left of earnings after what growth needs.

The part reinvested is growth / return on equity. Earnings leave out what cash earns, and the cash is added at
the end. Sources: Damodaran, "Damodaran on Valuation" (2006), chapter 5; "Investment Valuation", chapter 14.
A real estate trust is valued the same way with its adjusted funds from operations as the earnings
(``affo``).

Drivers broadcast to a shape (...), yearly results are (..., years). Money in single units, rates as fractions a
year.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from p3.valuation import equity_flows
from p3.valuation.bridge import Claims, Equity, bridge
from p3.valuation.discounting import Timing
from p3.valuation.equity_flows import Economics, EquityFlows
from p3.valuation.paths import Driver, Floats, Stages, fade


@dataclass(frozen=True)
class Drivers:
    """What a value rests on. ``earnings`` are the last year's; debt is already served, so ``claims`` hold none."""

    earnings: Driver
    growth: Driver
    terminal_growth: Driver
    return_on_equity: Driver
    terminal_return: Driver
    cost_of_equity: Driver
    terminal_cost_of_equity: Driver
    stages: Stages
    timing: Timing
    claims: Claims


@dataclass(frozen=True)
class Forecast:
    """The yearly flows to equity, and the owners' value with the cash (...)."""

    flows: EquityFlows
    equity: Floats
    per_share: Floats


def forecast(drivers: Drivers) -> Forecast:
    """Return the forecast of each scenario.

    Raises ValueError where a return on equity is not positive, or the terminal cost of equity does not exceed
    terminal growth.
    """
    found = equity_flows.flows(drivers.earnings, _yearly(drivers), _terminal(drivers), drivers.timing)
    left = bridge(found.value, drivers.claims)
    return Forecast(found, left.equity, left.per_share)


def equity(drivers: Drivers) -> Equity:
    """Return what ``forecast`` gives without the years: for many scenarios, whose years nobody looks at."""
    value = equity_flows.value(drivers.earnings, _yearly(drivers), _terminal(drivers), drivers.timing)
    return bridge(value, drivers.claims)


def from_firm(cash_flow: Driver, interest: Driver, tax_rate: Driver, net_borrowing: Driver) -> Driver:
    """Return the flow to equity of a year from that to the firm: less interest after tax, plus net borrowing."""
    return cash_flow - interest * (1.0 - tax_rate) + net_borrowing


def payout(growth: Driver, return_on_equity: Driver) -> Driver:
    """Return the part of earnings that ``growth`` leaves to the owners; below 0 where they must pay in.

    Raises ValueError where a return is not positive.
    """
    if np.min(return_on_equity) <= 0.0:
        raise ValueError("a return on equity that is not positive")
    return 1.0 - growth / return_on_equity


def _yearly(drivers: Drivers) -> Iterator[Economics]:
    paths = zip(
        fade(drivers.growth, drivers.terminal_growth, drivers.stages),
        fade(drivers.return_on_equity, drivers.terminal_return, drivers.stages),
        fade(drivers.cost_of_equity, drivers.terminal_cost_of_equity, drivers.stages),
        strict=True,
    )
    for growth, earned, required in paths:
        yield Economics(growth, payout(growth, earned), required)


def _terminal(drivers: Drivers) -> Economics:
    left = payout(drivers.terminal_growth, drivers.terminal_return)
    return Economics(drivers.terminal_growth, left, drivers.terminal_cost_of_equity)
