"""What a backtest gives back."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class BacktestResult:
    """One backtest.

    ``equity``: date, value, benchmark (both money at the close, the benchmark from the same capital with
    dividends reinvested).
    ``decisions``: date, as_of, ticker, upside, weight; one row a ticker with a usable signal, weight 0 where
    it is not to be held.
    ``trades``: date, ticker, quantity (negative: sold), price, notional, cost, reason (``rebalance`` or
    ``delisted``). ``metrics`` and ``benchmark`` by name, None where undefined. ``sessions`` counts the bars;
    ``left_out`` the rows of prices and actions that were not known by the end of their own day, and so were
    not used.
    """

    equity: pl.DataFrame
    decisions: pl.DataFrame
    trades: pl.DataFrame
    metrics: dict[str, float | None]
    benchmark: dict[str, float | None]
    sessions: int
    left_out: int
