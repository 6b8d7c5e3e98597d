"""Value by free cash flow to the firm where growth has to be earned: reinvestment = growth / return on capital.

Two or three stages: growth, margin, tax, return on capital and cost of capital keep their first values while
growth is high, fade to their terminal values, and stay there for ever. Sources: Damodaran, "Damodaran on
Valuation" (2006), chapter 6; Koller, Goedhart and Wessels, "Valuation" (the value driver formula).

Drivers broadcast to a shape (...), such as (scenarios,) or (companies, scenarios); yearly results are (...,
years). Money in single units, rates as fractions a year.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from p3.valuation.bridge import Claims, Equity, bridge
from p3.valuation.discounting import Discounter, Timing, perpetuity
from p3.valuation.paths import Driver, Floats, Stages, fade, stack


@dataclass(frozen=True)
class Economics:
    """What operations earn, need and cost: in one year, or in each year of the perpetuity."""

    growth: Driver
    margin: Driver
    tax_rate: Driver
    reinvestment_rate: Driver
    wacc: Driver

    @cached_property
    def cash_margin(self) -> Driver:
        """Free cash flow over revenue; the years of high growth share it."""
        return self.margin * (1.0 - self.tax_rate) * (1.0 - self.reinvestment_rate)


@dataclass(frozen=True)
class Drivers:
    """What a value rests on. ``revenue`` is the last year's; ``margin`` is operating income over revenue."""

    revenue: Driver
    margin: Driver
    terminal_margin: Driver
    growth: Driver
    terminal_growth: Driver
    return_on_capital: Driver
    terminal_return: Driver
    tax_rate: Driver
    terminal_tax_rate: Driver
    wacc: Driver
    terminal_wacc: Driver
    stages: Stages
    timing: Timing
    claims: Claims


@dataclass(frozen=True)
class Year:
    """One year's revenue, free cash flow and its present value, each of shape (...)."""

    revenue: Driver
    cash_flow: Driver
    present_value: Driver


@dataclass(frozen=True)
class Operations:
    """The years (..., years), the undiscounted terminal value (...) and the present value of all (...)."""

    revenue: Floats
    operating_income: Floats
    nopat: Floats
    reinvestment: Floats
    cash_flow: Floats
    present_value: Floats
    terminal_value: Driver
    value: Driver


@dataclass(frozen=True)
class Forecast:
    """The operations, and what they leave to the owners (...)."""

    operations: Operations
    equity: Floats
    per_share: Floats


def forecast(drivers: Drivers) -> Forecast:
    """Return the forecast of each scenario.

    Raises ValueError where a return on capital is not positive, or the terminal cost of capital does not exceed
    terminal growth.
    """
    operations = operate(drivers.revenue, _yearly(drivers), _terminal(drivers), drivers.timing)
    left = bridge(operations.value, drivers.claims)
    return Forecast(operations, left.equity, left.per_share)


def equity(drivers: Drivers) -> Equity:
    """Return what ``forecast`` gives without the years: for many scenarios, whose years nobody looks at."""
    discounter, terminal = Discounter(drivers.timing), _terminal(drivers)
    present: Driver = 0.0
    for year in _walk(drivers.revenue, _yearly(drivers), discounter):
        present, revenue = present + year.present_value, year.revenue
    return bridge(present + discounter.beyond(_terminal_value(revenue, terminal)), drivers.claims)


def operate(revenue: Driver, yearly: Iterable[Economics], terminal: Economics, timing: Timing) -> Operations:
    """Return the value of operations that follow ``yearly`` from last year's ``revenue``, and then ``terminal``.

    Raises ValueError where the terminal cost of capital does not exceed terminal growth.
    """
    economics, discounter = list(yearly), Discounter(timing)
    years = list(_walk(revenue, economics, discounter))
    income = [year.revenue * own.margin for year, own in zip(years, economics, strict=True)]
    nopat = stack([profit * (1.0 - own.tax_rate) for profit, own in zip(income, economics, strict=True)])
    flow = stack([year.cash_flow for year in years])
    present = stack([year.present_value for year in years])
    beyond = _terminal_value(years[-1].revenue, terminal)
    return Operations(
        stack([year.revenue for year in years]),
        stack(income),
        nopat,
        nopat - flow,
        flow,
        present,
        beyond,
        present.sum(axis=-1) + discounter.beyond(beyond),
    )


def reinvestment_rate(growth: Driver, return_on_capital: Driver) -> Driver:
    """Return the part of NOPAT that ``growth`` needs.

    Raises ValueError where a return is not positive: no growth can be bought with it.
    """
    if np.min(return_on_capital) <= 0.0:
        raise ValueError("a return on capital that is not positive")
    return growth / return_on_capital


def _walk(revenue: Driver, yearly: Iterable[Economics], discounter: Discounter) -> Iterator[Year]:
    """Yield year after year; nothing is kept, so that many scenarios stay in the processor's cache."""
    for year in yearly:
        revenue = revenue * (1.0 + year.growth)
        flow = revenue * year.cash_margin
        yield Year(revenue, flow, discounter.flow(flow, year.wacc))


def _terminal_value(revenue: Driver, terminal: Economics) -> Driver:
    flow = revenue * (1.0 + terminal.growth) * terminal.cash_margin
    return perpetuity(flow, terminal.wacc, terminal.growth)


def _yearly(drivers: Drivers) -> Iterator[Economics]:
    stages = drivers.stages
    paths = zip(
        fade(drivers.growth, drivers.terminal_growth, stages),
        fade(drivers.margin, drivers.terminal_margin, stages),
        fade(drivers.tax_rate, drivers.terminal_tax_rate, stages),
        fade(drivers.return_on_capital, drivers.terminal_return, stages),
        fade(drivers.wacc, drivers.terminal_wacc, stages),
        strict=True,
    )
    high = _economics(*next(paths))
    yield from [high] * stages.high_growth_years
    yield from (_economics(*year) for year in islice(paths, stages.high_growth_years - 1, None))


def _terminal(drivers: Drivers) -> Economics:
    return _economics(
        drivers.terminal_growth,
        drivers.terminal_margin,
        drivers.terminal_tax_rate,
        drivers.terminal_return,
        drivers.terminal_wacc,
    )


def _economics(growth: Driver, margin: Driver, tax_rate: Driver, return_on_capital: Driver, wacc: Driver) -> Economics:
    return Economics(growth, margin, tax_rate, reinvestment_rate(growth, return_on_capital), wacc)
