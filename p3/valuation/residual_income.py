"""Value by residual income, for banks and insurers: book value, and what it earns above the cost of equity.

V = B0 + the present value of (return on equity - cost of equity) x the book value at the beginning of the year.
Beyond the forecast residual income keeps each year the part ``persistence`` of itself: 0 ends it with the last
year, 1 keeps it, 1 + growth lets it grow with the book value for ever.

Sources: Edwards and Bell (1961); Ohlson, "Earnings, Book Values, and Dividends in Equity Valuation" (1995);
Damodaran, "Investment Valuation", chapter 21 (excess returns of financial services).

Drivers broadcast to a shape (...), yearly results are (..., years). Money in single units, rates as fractions a
year; flows stand at year ends, counted from the balance sheet.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from p3.valuation.bridge import Claims, Equity, bridge
from p3.valuation.discounting import Discounter, Timing
from p3.valuation.paths import Driver, Floats, Stages, fade, stack


@dataclass(frozen=True)
class Drivers:
    """What a value rests on. ``growth`` is that of book value, so that growth / return on equity is kept back."""

    book_value: Driver
    return_on_equity: Driver
    terminal_return: Driver
    growth: Driver
    terminal_growth: Driver
    cost_of_equity: Driver
    terminal_cost_of_equity: Driver
    persistence: Driver
    stages: Stages
    claims: Claims


@dataclass(frozen=True)
class Year:
    """One year, each of shape (...); ``book_value`` is that at its beginning, ``next_book_value`` at its end."""

    book_value: Driver
    next_book_value: Driver
    earnings: Driver
    dividend: Driver
    residual_income: Driver
    present_value: Driver
    cost_of_equity: Driver


@dataclass(frozen=True)
class Forecast:
    """The years (..., years), the residual income beyond them, undiscounted (...), and the owners' value (...)."""

    book_value: Floats
    earnings: Floats
    dividend: Floats
    residual_income: Floats
    present_value: Floats
    terminal_value: Driver
    equity: Floats
    per_share: Floats


def residual_income(net_income: Driver, book_value: Driver, cost_of_equity: Driver) -> Driver:
    """Return earnings less the charge for the book value at the beginning of the year."""
    return net_income - cost_of_equity * book_value


def clean_surplus(book_value: Driver, earnings: Floats, dividends: Floats) -> Floats:
    """Return the book value at the beginning of each year (..., years), moved by earnings less dividends alone."""
    kept = np.cumsum(earnings - dividends, axis=-1)
    start = np.asarray(book_value, dtype=np.float64)[..., None]
    return np.concatenate([np.broadcast_to(start, (*kept.shape[:-1], 1)), start + kept[..., :-1]], axis=-1)


def single_stage(book_value: Driver, return_on_equity: Driver, cost_of_equity: Driver, growth: Driver) -> Driver:
    """Return the value where return and growth never change: book value times (ROE - g) / (cost of equity - g).

    Raises ValueError where the cost of equity does not exceed growth, or book value is not positive.
    """
    _check(book_value)
    if np.any(np.asarray(cost_of_equity) <= growth):
        raise ValueError("the cost of equity does not exceed growth")
    return book_value * (return_on_equity - growth) / (cost_of_equity - growth)


def forecast(drivers: Drivers) -> Forecast:
    """Return the forecast of each scenario.

    Raises ValueError where book value is not positive, or persistence is negative or reaches 1 + the cost of
    equity.
    """
    discounter = Discounter(Timing())
    years = list(_walk(drivers, discounter))
    beyond = _terminal_value(years[-1], drivers)
    present = stack([year.present_value for year in years])
    left = bridge(drivers.book_value + present.sum(axis=-1) + discounter.beyond(beyond), drivers.claims)
    return Forecast(
        stack([year.book_value for year in years]),
        stack([year.earnings for year in years]),
        stack([year.dividend for year in years]),
        stack([year.residual_income for year in years]),
        present,
        beyond,
        left.equity,
        left.per_share,
    )


def equity(drivers: Drivers) -> Equity:
    """Return what ``forecast`` gives without the years: for many scenarios, whose years nobody looks at."""
    discounter, value = Discounter(Timing()), drivers.book_value
    for year in _walk(drivers, discounter):
        value, last = value + year.present_value, year
    return bridge(value + discounter.beyond(_terminal_value(last, drivers)), drivers.claims)


def _walk(drivers: Drivers, discounter: Discounter) -> Iterator[Year]:
    _check(drivers.book_value)
    book = drivers.book_value
    paths = zip(
        fade(drivers.return_on_equity, drivers.terminal_return, drivers.stages),
        fade(drivers.growth, drivers.terminal_growth, drivers.stages),
        fade(drivers.cost_of_equity, drivers.terminal_cost_of_equity, drivers.stages),
        strict=True,
    )
    for earned, growth, required in paths:
        earnings = book * earned
        after = book * (1.0 + growth)
        residual = residual_income(earnings, book, required)
        present = discounter.flow(residual, required)
        yield Year(book, after, earnings, earnings - (after - book), residual, present, required)
        book = after


def _terminal_value(last: Year, drivers: Drivers) -> Driver:
    """Return what the residual income after the last year is worth at its end."""
    fall = 1.0 + drivers.terminal_cost_of_equity - drivers.persistence
    if np.min(drivers.persistence) < 0.0 or np.min(fall) <= 0.0:
        raise ValueError("persistence outside of 0 to 1 + the cost of equity")
    return last.residual_income * drivers.persistence / fall


def _check(book_value: Driver) -> None:
    if np.min(book_value) <= 0.0:
        raise ValueError("book value is not positive")
