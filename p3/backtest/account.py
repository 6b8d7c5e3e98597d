"""A simulated account on as-traded prices: cash, whole shares, corporate actions, fills and marks."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from p3.portfolio.bars import Action, Array, effect

_SHARE_ROUNDING = 6  # decimals: a ratio of 0.333333 makes 100 shares of 300


@dataclass(frozen=True, slots=True)
class Fill:
    """``quantity`` shares (negative: sold) of the ticker in ``column`` at ``price``; ``cost`` is money."""

    column: int
    quantity: float
    price: float
    cost: float
    reason: str


class Account:
    """Long-only account over a fixed list of tickers. Cash earns nothing."""

    def __init__(self, capital: float, tickers: int, cost_rate: float) -> None:
        self.cash = capital
        self.shares: Array = np.zeros(tickers)
        self.price: Array = np.full(tickers, np.nan)
        self.orders: Array = np.zeros(tickers)
        self._cost_rate = cost_rate

    @property
    def equity(self) -> float:
        """Cash and positions at their last price."""
        held = self.shares != 0
        return self.cash + float(self.shares[held] @ self.price[held])

    def apply(self, action: Action) -> None:
        """Let ``action`` take effect. A split scales shares and orders; a fraction is paid out."""
        column = action.column
        change = effect(action, float(self.price[column]))
        self.price[column] = change.price
        self.orders[column] = math.trunc(round(self.orders[column] * change.shares, _SHARE_ROUNDING))
        if self.shares[column] == 0:
            return
        scaled = round(self.shares[column] * change.shares, _SHARE_ROUNDING)
        whole = math.floor(scaled)
        self.shares[column] = whole
        self.cash += scaled * change.cash + (scaled - whole) * change.price

    def place(self, weights: Array) -> None:
        """Set the orders, in whole shares, that bring the account towards ``weights`` at the last prices.

        Each is sign x floor(|weight x equity - shares x price| / price); a weight of 0 sells all.
        """
        gap = weights * self.equity - np.where(self.shares != 0, self.shares * self.price, 0.0)
        with np.errstate(invalid="ignore"):
            orders = np.sign(gap) * np.floor(np.abs(gap) / self.price)
        self.orders = np.where(weights == 0, -self.shares, np.nan_to_num(orders))

    def trade(self, opens: Array) -> list[Fill]:
        """Fill the orders at ``opens`` and return the fills: sells first, then buys as far as the cash goes.

        An order whose ticker has no bar is dropped.
        """
        wanted = np.flatnonzero((self.orders != 0) & np.isfinite(opens))
        sells = [self._fill(column, self.orders[column], opens) for column in wanted if self.orders[column] < 0]
        buys = [self._buy(column, opens) for column in wanted if self.orders[column] > 0]
        self.orders[:] = 0.0
        return [*sells, *(fill for fill in buys if fill.quantity)]

    def mark(self, closes: Array) -> None:
        """Take over the closes of the bar; a ticker without one keeps its last price."""
        self.price = np.where(np.isfinite(closes), closes, self.price)

    def pay_out(self, columns: NDArray[np.intp]) -> list[Fill]:
        """Turn the positions in ``columns`` into cash at their last price, at no cost; return the fills."""
        fills = [Fill(int(c), -self.shares[c], float(self.price[c]), 0.0, "delisted") for c in columns]
        self.cash += sum(-fill.quantity * fill.price for fill in fills)
        self.shares[columns] = 0.0
        return fills

    def _buy(self, column: np.intp, opens: Array) -> Fill:
        affordable = math.floor(max(self.cash, 0.0) / (opens[column] * (1 + self._cost_rate)))
        return self._fill(column, min(self.orders[column], affordable), opens)

    def _fill(self, column: np.intp, quantity: float, opens: Array) -> Fill:
        price = float(opens[column])
        cost = abs(quantity) * price * self._cost_rate
        self.shares[column] += quantity
        self.cash -= quantity * price + cost
        return Fill(int(column), float(quantity), price, cost, "rebalance")
