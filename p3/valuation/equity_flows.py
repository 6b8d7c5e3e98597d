"""What flows to the owners: earnings that grow, and the part of them that is paid out or could be.

Shared by free cash flow to equity and dividend discount, which differ in what they take the payout to be.
Drivers broadcast to a shape (...), yearly results are (..., years). Money in single units, or per share
throughout; rates as fractions a year.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from p3.valuation.discounting import Discounter, Timing, perpetuity
from p3.valuation.paths import Driver, Floats, stack


@dataclass(frozen=True)
class Economics:
    """How earnings grow, what part is paid and what owners require: in one year, or in each year of the perpetuity."""

    growth: Driver
    payout: Driver
    cost_of_equity: Driver


@dataclass(frozen=True)
class Year:
    """One year's flow, each of shape (...)."""

    earnings: Driver
    flow: Driver
    present_value: Driver


@dataclass(frozen=True)
class EquityFlows:
    """The years (..., years), the undiscounted terminal value (...) and the present value of all (...)."""

    earnings: Floats
    flow: Floats
    present_value: Floats
    terminal_value: Driver
    value: Driver


def flows(earnings: Driver, yearly: Iterable[Economics], terminal: Economics, timing: Timing) -> EquityFlows:
    """Return the value of what last year's ``earnings`` pay as they follow ``yearly``, and then ``terminal``.

    Raises ValueError where the terminal cost of equity does not exceed terminal growth.
    """
    discounter = Discounter(timing)
    years = list(_walk(earnings, yearly, discounter))
    beyond = _terminal_value(years[-1].earnings, terminal)
    present = stack([year.present_value for year in years])
    return EquityFlows(
        stack([year.earnings for year in years]),
        stack([year.flow for year in years]),
        present,
        beyond,
        present.sum(axis=-1) + discounter.beyond(beyond),
    )


def value(earnings: Driver, yearly: Iterable[Economics], terminal: Economics, timing: Timing) -> Driver:
    """Return the value that ``flows`` gives without the years."""
    discounter = Discounter(timing)
    present: Driver = 0.0
    for year in _walk(earnings, yearly, discounter):
        present, earnings = present + year.present_value, year.earnings
    return present + discounter.beyond(_terminal_value(earnings, terminal))


def _walk(earnings: Driver, yearly: Iterable[Economics], discounter: Discounter) -> Iterator[Year]:
    for year in yearly:
        earnings = earnings * (1.0 + year.growth)
        flow = earnings * year.payout
        yield Year(earnings, flow, discounter.flow(flow, year.cost_of_equity))


def _terminal_value(earnings: Driver, terminal: Economics) -> Driver:
    flow = earnings * (1.0 + terminal.growth) * terminal.payout
    return perpetuity(flow, terminal.cost_of_equity, terminal.growth)
