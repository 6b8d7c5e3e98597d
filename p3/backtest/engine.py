"""The fast engine: monthly decisions at a bar's close, fills at the next bar's open, over NumPy arrays.

A bar happens in this order: corporate actions, fills of the orders placed at the bar before, marks at the
close, pay-out of what has stopped trading, orders of this bar's decision.
"""

from datetime import date

import numpy as np
import polars as pl

from p3 import clock
from p3.backtest import metrics, riskfree
from p3.backtest.account import Account, Fill
from p3.backtest.decide import decide
from p3.backtest.result import BacktestResult
from p3.backtest.schedule import decision_bars
from p3.errors import InputMissingError, UsageError
from p3.portfolio import bars as grid
from p3.portfolio.bars import Array, Bars
from p3.portfolio.strategy import Strategy

_TRADES = {
    "date": pl.Date,
    "ticker": pl.String,
    "quantity": pl.Float64,
    "price": pl.Float64,
    "notional": pl.Float64,
    "cost": pl.Float64,
    "reason": pl.String,
}


def run(
    prices: pl.DataFrame,
    actions: pl.DataFrame,
    signals: pl.DataFrame,
    strategy: Strategy,
    *,
    benchmark: str,
    start: date,
    end: date,
    capital: float,
    rates: pl.DataFrame | None = None,
) -> BacktestResult:
    """Return the backtest of ``strategy`` from ``start`` to ``end``, in cash until the first month's end.

    ``prices``, ``actions`` and ``rates`` are as the tables of those names, prices as traded; ``signals`` has
    ``as_of, ticker, upside``. ``capital`` is money. Raises UsageError for a period or capital that makes no
    sense, InputMissingError where there are no prices, no benchmark or no signals in the period, or no
    risk-free rate, DataError for malformed bars or actions.
    """
    if start >= end or not 0 < capital < float("inf"):
        raise UsageError(
            f"no backtest from {start} to {end} with {capital}",
            "Choose start before end, and capital above 0.",
        )
    known = signals.filter(pl.col("as_of") <= clock.end_of_day(end))
    traded = pl.col("ticker").is_in([*known["ticker"].unique(), benchmark])
    bars = grid.gather(prices.filter(traded), actions.filter(traded), end)
    window = period(bars, start)
    growth = _benchmark_growth(bars, benchmark, window)
    decisions = decide(bars, known, strategy, window)
    if decisions.is_empty():
        raise InputMissingError(f"no signal was known at a month's end from {start} to {end}", "Run: p3 dcf")
    equity, trades = simulate(bars, decisions, strategy, window, capital)
    frame = pl.DataFrame({"date": bars.dates[window.start :], "value": equity, "benchmark": capital * growth})
    ours, theirs = _measure(frame, trades, rates, strategy)
    return BacktestResult(frame, decisions, trades, ours, theirs, frame.height, bars.left_out)


def period(bars: Bars, start: date) -> range:
    """Return the indices of the bars from ``start`` on. Raises InputMissingError for fewer than three."""
    window = range(sum(day < start for day in bars.dates), len(bars.dates))
    if len(window) < 3:
        remedy = "Run: p3 fetch-prices, or choose a longer period."
        raise InputMissingError(f"there are {len(window)} bars from {start} on", remedy)
    return window


def simulate(
    bars: Bars, decisions: pl.DataFrame, strategy: Strategy, window: range, capital: float
) -> tuple[Array, pl.DataFrame]:
    """Return the equity at each close in ``window``, and the trades as ``BacktestResult`` has them."""
    account = Account(capital, len(bars.tickers), strategy.execution.costs_bps / 1e4)
    weights, ages = target_rows(bars, decisions, window), grid.price_ages(bars)
    equity: Array = np.empty(len(window))
    trades: list[dict[str, object]] = []
    for row, index in enumerate(window):
        for action in bars.actions.get(index, ()):
            account.apply(action)
        fills = account.trade(bars.open[index])
        account.mark(bars.close[index])
        gone = (account.shares != 0) & (ages[index] > strategy.execution.delisted_after_days)
        fills += account.pay_out(np.flatnonzero(gone))
        if index in weights:
            account.place(weights[index])
        equity[row] = account.equity
        trades += [_trade(bars, index, fill) for fill in fills]
    return equity, pl.DataFrame(trades, schema=_TRADES)


def target_rows(bars: Bars, decisions: pl.DataFrame, window: range) -> dict[int, Array]:
    """Return the weights [ticker] to hold after each decision bar; 0 for a ticker without a decision."""
    columns = {ticker: column for column, ticker in enumerate(bars.tickers)}
    indices = {day: index for index, day in enumerate(bars.dates)}
    dates = bars.dates[window.start : window.stop]
    rows: dict[int, Array] = {window.start + i: np.zeros(len(columns)) for i in decision_bars(dates)}
    for day, ticker, weight in decisions.select("date", "ticker", "weight").iter_rows():
        rows[indices[day]][columns[ticker]] = weight
    return rows


def _benchmark_growth(bars: Bars, benchmark: str, window: range) -> Array:
    """Return the value, from 1 at the first bar's close, of the benchmark with its dividends reinvested."""
    column = bars.tickers.index(benchmark) if benchmark in bars.tickers else None
    if column is None or not np.isfinite(bars.close[window.start, column]):
        raise InputMissingError(
            f"benchmark {benchmark} has no bar on {bars.dates[window.start]}, where the backtest starts",
            "Run: p3 fetch-prices, or choose a later start.",
        )
    growth: Array = 1 + np.nan_to_num(grid.total_returns(bars)[window.start :, column])
    growth[0] = 1.0
    return growth.cumprod()


def _measure(
    equity: pl.DataFrame, trades: pl.DataFrame, rates: pl.DataFrame | None, strategy: Strategy
) -> tuple[dict[str, float | None], dict[str, float | None]]:
    dates, values = equity["date"].to_list(), equity["value"].to_numpy()
    per_year = metrics.bars_per_year(dates)
    free = riskfree.per_bar(dates, rates, strategy.metrics)
    ours, theirs = _returns(values), _returns(equity["benchmark"].to_numpy())
    measured = {
        **metrics.standalone(ours, free, per_year),
        "turnover": metrics.turnover(trades["notional"].to_numpy(), values, per_year),
        "costs": float(trades["cost"].sum()),
        **metrics.relative(ours, theirs, free, per_year),
        "deflated_sharpe": metrics.deflated_sharpe(ours, free, per_year, strategy.metrics),
    }
    return measured, metrics.standalone(theirs, free, per_year)


def _returns(values: Array) -> Array:
    return values[1:] / values[:-1] - 1


def _trade(bars: Bars, index: int, fill: Fill) -> dict[str, object]:
    return {
        "date": bars.dates[index],
        "ticker": bars.tickers[fill.column],
        "quantity": fill.quantity,
        "price": fill.price,
        "notional": fill.quantity * fill.price,
        "cost": fill.cost,
        "reason": fill.reason,
    }
