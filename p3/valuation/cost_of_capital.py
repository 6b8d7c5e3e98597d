"""The cost of capital: CAPM for equity, weights at market value.

Sources: Sharpe (1964); Blume, "On the Assessment of Risk" (1971); Damodaran, "Investment Valuation", chapters
7 and 8.
"""

import numpy as np
from numpy.typing import NDArray


def regression_beta(returns: NDArray[np.float64], market: NDArray[np.float64]) -> float:
    """Return the least-squares slope of ``returns`` on ``market``, two series over the same periods.

    Raises ValueError where the market did not move.
    """
    centred = market - market.mean()
    variance = float(centred @ centred)
    if variance == 0.0:
        raise ValueError("the benchmark's returns do not vary")
    return float(centred @ (returns - returns.mean())) / variance


def blume(raw: float, weight: float = 2 / 3) -> float:
    """Return the beta drawn towards the market's 1, with ``weight`` on the regression's."""
    return weight * raw + (1 - weight)


def cost_of_equity(risk_free: float, beta: float, premium: float) -> float:
    """Return the CAPM's required return."""
    return risk_free + beta * premium


def wacc(equity: float, debt: float, cost_equity: float, cost_debt: float, tax_rate: float) -> float:
    """Return the weighted cost of capital; ``equity`` and ``debt`` are values, ``cost_debt`` is before tax."""
    share = equity / (equity + debt)
    return share * cost_equity + (1 - share) * cost_debt * (1 - tax_rate)
