"""The same decisions run bar by bar through backtrader, an engine written by others: a check of the fast one.

Its broker fills the orders and keeps the books. Corporate actions, which it does not know, are booked into it
before the open.
"""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from p3.backtest.engine import period, target_rows
from p3.errors import DataError
from p3.portfolio import bars as grid
from p3.portfolio.bars import Action, Array, Bars
from p3.portfolio.strategy import Strategy


def run_backtrader(
    prices: pl.DataFrame,
    actions: pl.DataFrame,
    decisions: pl.DataFrame,
    strategy: Strategy,
    *,
    start: date,
    end: date,
    capital: float,
    tickers: Sequence[str],
) -> pl.DataFrame:
    """Return the equity that backtrader finds, ``date, value``, for the decisions of a ``BacktestResult``.

    The other arguments are those of ``engine.run``; ``tickers`` are the ones with signals and the benchmark, whose bars
    make the grid. Raises as ``engine.run`` does, and DataError where backtrader's broker refuses an order.
    """
    import backtrader as bt

    among = pl.col("ticker").is_in(list(tickers))
    bars = grid.gather(prices.filter(among), actions.filter(among), end)
    window = period(bars, start)
    cerebro = bt.Cerebro(stdstats=False, cheat_on_open=True)
    cerebro.broker.setcash(capital)
    cerebro.broker.setcommission(commission=strategy.execution.costs_bps / 1e4)
    cerebro.broker.set_checksubmit(False)
    for feed in _feeds(bt, bars, window):
        cerebro.adddata(feed)
    cerebro.addstrategy(_replay(bt), bars=bars, window=window, decisions=decisions, settings=strategy)
    values = cerebro.run()[0].values
    return pl.DataFrame({"date": bars.dates[window.start :], "value": values})


def _feeds(bt: Any, bars: Bars, window: range) -> list[Any]:
    """Return one feed a ticker without gaps: backtrader trades through NaN, and waits for the shortest history."""
    import pandas as pd

    marks = _marks(bars)
    opens = np.where(np.isfinite(bars.open), bars.open, marks)
    index = pd.DatetimeIndex(bars.dates)
    feeds = []
    for column in range(len(bars.tickers)):
        frame = pd.DataFrame({"open": opens[:, column], "close": marks[:, column]}, index=index)
        frame = frame.assign(high=frame.max(axis=1), low=frame.min(axis=1), volume=0.0)
        feeds.append(bt.feeds.PandasData(dataname=frame.iloc[window.start :]))
    return feeds


def _marks(bars: Bars) -> Array:
    """Return the closes, carried through gaps on each date's share basis; 1 before the first."""
    marks = np.ones_like(bars.close)
    last = np.ones(len(bars.tickers))
    for index, closes in enumerate(bars.close):
        for action in bars.actions.get(index, ()):
            last[action.column] = grid.effect(action, last[action.column]).price
        last = np.where(np.isfinite(closes), closes, last)
        marks[index] = last
    return marks


def _replay(bt: Any) -> type:
    """Return the backtrader strategy, whose base class exists only once backtrader is imported."""

    class Replay(bt.Strategy):  # type: ignore[misc]
        params = (("bars", None), ("window", None), ("decisions", None), ("settings", None))

        def __init__(self) -> None:
            self.values: list[float] = []
            self.wanted: dict[int, float] = {}
            self.last = [math.nan] * len(self.datas)
            self.weights = target_rows(self.p.bars, self.p.decisions, self.p.window)
            self.ages = grid.price_ages(self.p.bars)

        def next_open(self) -> None:
            index = self._index()
            for action in self.p.bars.actions.get(index, ()):
                self._book(action)
            opens = {c: q for c, q in self.wanted.items() if math.isfinite(self.p.bars.open[index, c])}
            cash = self.broker.getcash()
            for column, quantity in sorted(opens.items(), key=lambda order: (order[1] > 0, order[0])):
                cash += self._send(column, quantity, cash)
            self.wanted = {}

        def next(self) -> None:
            index = self._index()
            value = self.broker.getvalue()
            for column, data in enumerate(self.datas):
                if self.ages[index, column] > self.p.settings.execution.delisted_after_days:
                    self._release(data)
            if index in self.weights:
                self.wanted = {c: self._gap(c, w, value) for c, w in enumerate(self.weights[index])}
                self.wanted = {column: quantity for column, quantity in self.wanted.items() if quantity}
            self.last = [data.close[0] for data in self.datas]
            self.values.append(value)

        def notify_order(self, order: Any) -> None:
            if order.status in (order.Margin, order.Rejected, order.Canceled):
                raise DataError("backtrader refused an order", "Report this: the engines disagree.")

        def _index(self) -> int:
            return int(self.p.window.start + len(self.data) - 1)

        def _gap(self, column: int, weight: float, value: float) -> float:
            data = self.datas[column]
            held, price = self.getposition(data).size, data.close[0]
            gap = weight * value - held * price
            return float(-held if weight == 0 else math.copysign(math.floor(abs(gap) / price), gap))

        def _send(self, column: int, quantity: float, cash: float) -> float:
            data = self.datas[column]
            rate = self.p.settings.execution.costs_bps / 1e4
            price = data.open[0]
            if quantity < 0:
                self.sell(data=data, size=-quantity)
                return float(-quantity * price * (1 - rate))
            bought = min(quantity, math.floor(cash / (price * (1 + rate))))
            if bought:
                self.buy(data=data, size=bought)
            return float(-bought * price * (1 + rate))

        def _book(self, action: Action) -> None:
            data = self.datas[action.column]
            position = self.getposition(data)
            change = grid.effect(action, self.last[action.column])
            self.last[action.column] = change.price
            if action.column in self.wanted:
                scaled = round(self.wanted[action.column] * change.shares, 6)
                self.wanted[action.column] = math.trunc(scaled)
            if position.size:
                scaled = round(position.size * change.shares, 6)
                position.size = math.floor(scaled)
                self.broker.cash += scaled * change.cash + (scaled - position.size) * change.price

        def _release(self, data: Any) -> None:
            position = self.getposition(data)
            self.broker.cash += position.size * data.close[0]
            position.size = 0

    return Replay
