"""A ticker's prices as arrays: the newest close known at a moment, and weekly returns free of splits and spin-offs.

The return index multiplies each close by the ratios of all actions before it, so it looks only backwards: a
later split changes no earlier point.
"""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from p3.clock import market_date

_MONDAY_BEFORE_EPOCH = 3  # 1970-01-01 was a Thursday
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Quote:
    """A close as traded; ``known`` is when it was."""

    close: float
    day: date
    known: datetime


@dataclass(frozen=True)
class PriceHistory:
    """Bars ascending by date: epoch days, the microsecond from which each is known, close as traded, return index."""

    days: NDArray[np.int64]
    known: NDArray[np.int64]
    close: NDArray[np.float64]
    index: NDArray[np.float64]

    def newest(self, as_of: datetime) -> Quote | None:
        """Return the newest close known at ``as_of``."""
        positions = np.flatnonzero(self.known <= _microseconds(as_of))
        if positions.size == 0:
            return None
        last = positions[-1]
        moment = pl.Series([self.known[last]]).cast(pl.Datetime("us", "UTC"))[0]
        return Quote(float(self.close[last]), date.fromordinal(_EPOCH + int(self.days[last])), moment)

    def known_at(self, as_of: datetime) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the days and the return index of the bars known at ``as_of``."""
        seen = self.known <= _microseconds(as_of)
        return self.days[seen], self.index[seen]


def price_history(prices: pl.DataFrame, actions: pl.DataFrame, ticker: str) -> PriceHistory:
    """Return the history of ``ticker`` in frames with the columns of the prices and actions tables."""
    bars = prices.filter((pl.col("ticker") == ticker) & pl.col("close").is_not_null())
    ratios = (
        actions.filter((pl.col("ticker") == ticker) & pl.col("kind").is_in(["split", "spin_off"]))
        .sort("known_from")
        .select("known_from", pl.col("value").cum_prod().alias("ratio"))
    )
    joined = bars.sort("known_from").join_asof(ratios, on="known_from", strategy="backward").sort("date", "known_from")
    return PriceHistory(
        joined["date"].to_physical().cast(pl.Int64).to_numpy(),
        joined["known_from"].to_physical().to_numpy(),
        joined["close"].to_numpy(),
        (joined["close"] * joined["ratio"].fill_null(1.0)).to_numpy(),
    )


def weekly_returns(
    stock: PriceHistory, market: PriceHistory, as_of: datetime, weeks: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both series' simple price returns from week to week, over up to ``weeks`` weeks known at ``as_of``.

    A week's close is that of its last day on which both have a bar.
    """
    stock_days, stock_index = stock.known_at(as_of)
    market_days, market_index = market.known_at(as_of)
    days, left, right = np.intersect1d(stock_days, market_days, return_indices=True)
    week = (days + _MONDAY_BEFORE_EPOCH) // 7
    last = np.flatnonzero(np.diff(week, append=week[-1:] + 1))[-(weeks + 1) :]
    return _changes(stock_index[left][last]), _changes(market_index[right][last])


def _changes(index: NDArray[np.float64]) -> NDArray[np.float64]:
    changes: NDArray[np.float64] = index[1:] / index[:-1] - 1
    return changes


def age_in_days(quote: Quote, as_of: datetime) -> int:
    """Return the calendar days from the close to ``as_of``."""
    return (market_date(as_of) - quote.day).days


def _microseconds(moment: datetime) -> int:
    return int(pl.Series([moment], dtype=pl.Datetime("us", "UTC")).to_physical()[0])
