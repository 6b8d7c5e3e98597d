"""Bars of many tickers on one grid of dates, as traded, with the corporate actions that go ex in each bar.

A bar may span a day, a week or a month; its date is its last session and its prices stand on the share basis
of that date. An action takes effect before the open of the first bar that ends on or after its ex-date.
"""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from p3 import clock
from p3.errors import DataError, InputMissingError

Array = NDArray[np.float64]
_ORDER = {"split": 0, "spin_off": 1, "dividend": 2}


@dataclass(frozen=True, slots=True)
class Action:
    """A corporate action of the ticker in ``column``; kinds and units as in the actions table."""

    column: int
    kind: str
    value: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What a share becomes: ``shares`` new ones, ``cash`` for each of them, and the last price restated."""

    shares: float
    cash: float
    price: float


@dataclass(frozen=True)
class Bars:
    """``open`` and ``close`` are [bar, ticker], NaN without a bar; ``actions`` by the bar that they precede.

    A bar without an open (a source of closes alone) trades at its close. ``left_out`` counts the rows that
    were not known by the end of their own day, and are therefore not here.
    """

    dates: list[date]
    tickers: list[str]
    open: Array
    close: Array
    actions: dict[int, list[Action]]
    left_out: int


def gather(prices: pl.DataFrame, actions: pl.DataFrame, until: date) -> Bars:
    """Return the bars up to and including ``until``.

    Prices that are null, not finite or not positive count as absent. Raises InputMissingError when no bar is
    left, DataError for two bars of one ticker on one date and for an action that cannot be what it says.
    """
    known_prices, known_actions = _known(prices, until), _known(actions, until)
    if known_prices.is_empty():
        raise InputMissingError(f"there are no prices up to {until}", "Run: p3 fetch-prices")
    if known_prices.select("ticker", "date").is_duplicated().any():
        raise DataError("a ticker has two bars on one date", "Run: p3 fetch-prices")
    closes = _wide(known_prices, _positive("close"))
    opens = _wide(known_prices, pl.coalesce(_positive("open"), _positive("close")))
    dates, tickers = closes["date"].to_list(), closes.columns[1:]
    asked = _by(prices, until).height + _by(actions, until).height
    left_out = asked - known_prices.height - known_actions.height
    return Bars(dates, tickers, _matrix(opens), _matrix(closes), _placed(known_actions, dates, tickers), left_out)


def effect(action: Action, price: float) -> Effect:
    """Return what ``action`` does to a share whose last price before the ex-date is ``price``.

    A split multiplies shares and divides the price. A spin-off is a price factor, not a split: the shares stay, and the
    value that leaves the price, price x (1 - 1 / factor), is returned in cash on the ex-date. A factor below 1, the
    rest of a distribution whose shares were not worth the old ones exactly, takes that value back. A dividend is paid
    in cash on the ex-date.
    """
    if action.kind == "split":
        return Effect(action.value, 0.0, price / action.value)
    if action.kind == "spin_off":
        return Effect(1.0, price * (1 - 1 / action.value), price / action.value)
    return Effect(1.0, action.value, price)


def total_returns(bars: Bars) -> Array:
    """Return each bar's total return [bar, ticker], with dividends and spun-off value; NaN without a bar.

    A ticker's first bar has none. The return of a bar after a gap spans the gap. Row i depends on rows up to
    i alone.
    """
    returns = np.full_like(bars.close, np.nan)
    base = np.full(len(bars.tickers), np.nan)
    last, shares, cash = base.copy(), np.ones_like(base), np.zeros_like(base)
    for index, closes in enumerate(bars.close):
        for action in bars.actions.get(index, ()):
            change = effect(action, last[action.column])
            shares[action.column] *= change.shares
            cash[action.column] += shares[action.column] * change.cash
            last[action.column] = change.price
        traded = np.isfinite(closes)
        returns[index, traded] = (shares * closes + cash)[traded] / base[traded] - 1
        base[traded] = last[traded] = closes[traded]
        shares[traded], cash[traded] = 1.0, 0.0
    return returns


def return_frame(bars: Bars) -> pl.DataFrame:
    """Return ``total_returns`` as a frame: date, then one column a ticker, NaN where there is none."""
    return pl.DataFrame({"date": bars.dates}).hstack(pl.from_numpy(total_returns(bars), schema=bars.tickers))


def price_ages(bars: Bars) -> Array:
    """Return the days since each ticker's newest close [bar, ticker], infinite before its first."""
    days = np.array(bars.dates, dtype="datetime64[D]").astype(np.float64)[:, None]
    return days - np.maximum.accumulate(np.where(np.isfinite(bars.close), days, -np.inf), axis=0)


def _by(frame: pl.DataFrame, until: date) -> pl.DataFrame:
    return frame.filter((pl.col("date") <= until) & (pl.col("known_from") <= clock.end_of_day(until)))


def _known(frame: pl.DataFrame, until: date) -> pl.DataFrame:
    """Return the rows up to ``until`` that were known by the end of their own day in New York."""
    own_day = pl.col("known_from").dt.convert_time_zone("America/New_York").dt.date()
    return _by(frame, until).filter(own_day <= pl.col("date"))


def _positive(column: str) -> pl.Expr:
    value = pl.col(column)
    return pl.when(value.is_finite() & (value > 0)).then(value)


def _wide(prices: pl.DataFrame, value: pl.Expr) -> pl.DataFrame:
    wide = prices.select("ticker", "date", value.alias("value")).pivot(on="ticker", index="date", values="value")
    return wide.select("date", *sorted(set(wide.columns) - {"date"})).sort("date")


def _matrix(wide: pl.DataFrame) -> Array:
    return wide.drop("date").cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _placed(actions: pl.DataFrame, dates: list[date], tickers: list[str]) -> dict[int, list[Action]]:
    columns = {ticker: index for index, ticker in enumerate(tickers)}
    ends = np.array(dates, dtype="datetime64[D]")
    placed: dict[int, list[Action]] = {}
    for row in actions.sort("date", "ticker").iter_rows(named=True):
        bar = int(np.searchsorted(ends, np.datetime64(row["date"])))
        if row["ticker"] in columns and bar < len(dates):
            placed.setdefault(bar, []).append(_action(row["ticker"], columns, row["kind"], row["value"]))
    return {bar: sorted(found, key=lambda action: _ORDER[action.kind]) for bar, found in placed.items()}


def _action(ticker: str, columns: dict[str, int], kind: str, value: float | None) -> Action:
    if kind not in _ORDER or value is None or not math.isfinite(value) or value <= 0:
        raise DataError(
            f"{ticker} has an action that cannot be: {kind} {value}",
            "Correct the actions file and fetch again.",
        )
    return Action(columns[ticker], kind, value)
