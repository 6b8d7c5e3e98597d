"""Target weights from the signals known at a moment: the decision that backtest and live run share."""

from collections.abc import Mapping
from math import ceil

import numpy as np
import polars as pl

from p3.errors import DataError
from p3.portfolio import hrp
from p3.portfolio.strategy import Allocation, Strategy


def target_weights(signals_now: pl.DataFrame, returns: pl.DataFrame | None, strategy: Strategy) -> dict[str, float]:
    """Return the weight of each company to hold, a fraction of equity; what is missing to 1 is cash.

    ``signals_now`` has one row a company, ``ticker, upside``. ``returns`` has a date column and one column of
    total returns a ticker, oldest first, already cut to the lookback; ``equal`` needs none. The companies
    with the largest upside are taken, ties by ticker. Under ``inverse_volatility`` and ``hrp`` a company with
    fewer returns than ``min_observations``, or whose price did not move, is passed over. Raises DataError
    where the method needs returns and has none, or cannot find weights.
    """
    allocation, selection = strategy.allocation, strategy.selection
    most = min(selection.count, ceil(selection.fraction * signals_now.height))
    wanted = signals_now.filter(pl.col("upside") >= selection.minimum_upside)
    tickers = wanted.sort(["upside", "ticker"], descending=[True, False])["ticker"].to_list()
    if allocation.method == "equal":
        chosen = tickers[:most]
        raw = dict.fromkeys(chosen, 1.0)
    else:
        if returns is None:
            raise DataError(f"allocation {allocation.method} needs returns", "Pass the returns of the lookback.")
        usable = [ticker for ticker in tickers if _moves(returns, ticker, allocation)]
        raw = _by_risk(returns.select(usable[:most]), allocation)
    return capped(raw, 1 - allocation.cash_buffer, allocation.max_weight)


def inverse_volatility(returns: pl.DataFrame) -> dict[str, float]:
    """Return weights in proportion to 1 / standard deviation of each column; they sum to 1."""
    inverse = {name: 1 / float(np.nanstd(returns[name].to_numpy(), ddof=1)) for name in returns.columns}
    total = sum(inverse.values())
    return {name: value / total for name, value in inverse.items()}


def capped(raw: Mapping[str, float], invested: float, cap: float) -> dict[str, float]:
    """Return weights in proportion to ``raw`` that sum to ``invested``, none above ``cap``.

    What a cap takes away goes to the others in proportion; once every weight is at the cap, the rest stays in
    cash.
    """
    weights: dict[str, float] = {}
    free = dict(raw)
    while free:
        scale = (invested - cap * len(weights)) / sum(free.values())
        over = [ticker for ticker, share in free.items() if share * scale > cap]
        if not over:
            weights.update({ticker: share * scale for ticker, share in free.items()})
            break
        for ticker in over:
            weights[ticker] = cap
            del free[ticker]
    return {ticker: weights[ticker] for ticker in raw}


def _by_risk(returns: pl.DataFrame, allocation: Allocation) -> dict[str, float]:
    if not returns.columns:
        return {}
    if allocation.method == "inverse_volatility":
        return inverse_volatility(returns)
    return hrp.weights(returns)


def _moves(returns: pl.DataFrame, ticker: str, allocation: Allocation) -> bool:
    if ticker not in returns.columns:
        return False
    column = returns[ticker].to_numpy()
    seen = column[np.isfinite(column)]
    return len(seen) >= allocation.min_observations and float(np.ptp(seen)) > 0
