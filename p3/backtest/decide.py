"""The decisions of a backtest: target weights at each month's last bar, from what was known then."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from p3 import clock
from p3.backtest.schedule import decision_bars
from p3.portfolio import bars as grid
from p3.portfolio import signals as signal_view
from p3.portfolio.allocate import target_weights
from p3.portfolio.bars import Array, Bars
from p3.portfolio.strategy import Strategy

_SCHEMA = pl.Schema(
    [
        ("date", pl.Date()),
        ("as_of", pl.Datetime("us", "UTC")),
        ("ticker", pl.String()),
        ("upside", pl.Float64()),
        ("weight", pl.Float64()),
    ]
)


def decide(bars: Bars, signals: pl.DataFrame, strategy: Strategy, window: range) -> pl.DataFrame:
    """Return the decisions at each month's last bar in ``window``, as ``BacktestResult.decisions``.

    A decision uses what is known at the end of the bar's day in New York, as a run with that date as its as-of would.
    """
    history, ages = grid.return_frame(bars), grid.price_ages(bars)
    rows: list[dict[str, object]] = []
    for offset in decision_bars(bars.dates[window.start : window.stop]):
        index = window.start + offset
        tradable = _tradable(bars.tickers, ages[index], strategy)
        rows += _decision(clock.end_of_day(bars.dates[index]), tradable, signals, history, strategy)
    return pl.DataFrame(rows, schema=_SCHEMA)


def decide_now(
    prices: pl.DataFrame, actions: pl.DataFrame, signals: pl.DataFrame, strategy: Strategy, as_of: datetime
) -> pl.DataFrame:
    """Return the one decision that a live run takes at ``as_of``: what ``decide`` gives for the end of that day.

    The arguments are those of ``engine.run``. Raises InputMissingError where no price was known, DataError for
    malformed bars or actions.
    """
    known = pl.col("known_from") <= as_of
    day = clock.market_date(as_of)
    bars = grid.gather(prices.filter(known), actions.filter(known), day)
    ages = grid.price_ages(bars)[-1] + (day - bars.dates[-1]).days
    tradable = _tradable(bars.tickers, ages, strategy)
    return pl.DataFrame(_decision(as_of, tradable, signals, grid.return_frame(bars), strategy), schema=_SCHEMA)


def _tradable(tickers: Sequence[str], ages: Array, strategy: Strategy) -> list[str]:
    fresh = ages <= strategy.execution.max_price_age_days
    return [ticker for ticker, is_fresh in zip(tickers, fresh, strict=True) if is_fresh]


def _decision(
    as_of: datetime, tradable: Sequence[str], signals: pl.DataFrame, history: pl.DataFrame, strategy: Strategy
) -> list[dict[str, object]]:
    day = clock.market_date(as_of)
    now = signal_view.known(signals, as_of, strategy.selection.max_signal_age_days)
    now = now.filter(pl.col("ticker").is_in(list(tradable)))
    first = day - timedelta(days=strategy.allocation.lookback_days)
    returns = history.filter(pl.col("date").is_between(first, day, closed="right"))
    weights = target_weights(now, returns, strategy)
    return [
        {"date": day, "as_of": as_of, "weight": weights.get(row["ticker"], 0.0), **row}
        for row in now.iter_rows(named=True)
    ]
