"""Value by economic profit: invested capital, and what it earns above its cost.

The same cash flows, told otherwise: with flows at year ends it gives exactly the value of the free cash flow
model. Sources: Stewart, "The Quest for Value" (1991); Damodaran, "Damodaran on Valuation" (2006), chapter 6.
"""

from dataclasses import dataclass

import numpy as np

from p3.valuation.discounting import Timing, present_value
from p3.valuation.paths import Driver, Floats


@dataclass(frozen=True)
class EconomicProfit:
    """The years (..., years); ``capital`` is that at their beginning. The values (...) are present values."""

    capital: Floats
    economic_profit: Floats
    present_value: Floats
    terminal_present_value: Floats
    market_value_added: Floats
    value: Floats


def economic_profit(nopat: Driver, capital: Driver, wacc: Driver) -> Driver:
    """Return after-tax operating income less the charge for the capital invested at the beginning of the year."""
    return nopat - wacc * capital


def value(capital: Driver, nopat: Floats, reinvestment: Floats, wacc: Driver, terminal_value: Driver) -> EconomicProfit:
    """Return the value of operations that hold ``capital`` (...) today.

    ``nopat`` and ``reinvestment`` are (..., years), ``wacc`` broadcasts to them. ``terminal_value`` (...) is the
    undiscounted value of operations at the end of the last year; what of it exceeds the capital then invested is
    economic profit to come. Raises ValueError for a rate of -100 % or less.
    """
    start = np.asarray(capital, dtype=np.float64)[..., None]
    after = start + np.cumsum(reinvestment, axis=-1)
    before = np.concatenate([np.broadcast_to(start, (*after.shape[:-1], 1)), after[..., :-1]], axis=-1)
    profit = np.asarray(economic_profit(nopat, before, wacc), dtype=np.float64)
    present = present_value(profit, wacc, terminal_value - after[..., -1], Timing())
    return EconomicProfit(before, profit, present.flows, present.terminal, present.total, start[..., 0] + present.total)
