"""Performance metrics of a series of returns, one a bar: fractions, and None where one is not defined.

Means and deviations are arithmetic and are annualised by the bars in a year, deviations divide by n - 1
unless said otherwise.
"""

from collections.abc import Sequence
from datetime import date
from statistics import median

import numpy as np

from p3.backtest import sharpe_statistics
from p3.errors import DataError
from p3.portfolio.bars import Array
from p3.portfolio.strategy import MetricsSettings

_ROUNDING = 1e-14  # a deviation below this is the rounding of a constant series
_BARS_PER_YEAR = ((4, 252.0), (10, 52.0), (35, 12.0), (100, 4.0))


def bars_per_year(dates: Sequence[date]) -> float:
    """Return 252 for daily, 52 for weekly, 12 for monthly and 4 for quarterly bars, by the median gap.

    ``dates`` ascend. Raises DataError for fewer than two bars and for bars further apart.
    """
    gaps = np.diff(np.array(dates, dtype="datetime64[D]")).astype(int).tolist()
    if not gaps:
        raise DataError("one bar has no frequency", "Choose a longer period.")
    for longest, count in _BARS_PER_YEAR:
        if median(gaps) <= longest:
            return count
    raise DataError(f"bars lie {median(gaps)} days apart", "Fetch daily, weekly or monthly bars.")


def cagr(returns: Array, per_year: float) -> float:
    """Compound annual growth rate: the product of 1 + r to the power of ``per_year`` / n, less 1."""
    growth = float(np.prod(1 + returns))
    return growth ** (per_year / len(returns)) - 1 if growth > 0 else -1.0


def volatility(returns: Array, per_year: float) -> float | None:
    """Annualised standard deviation."""
    deviation = _deviation(returns)
    return None if deviation is None else deviation * per_year**0.5


def sharpe(returns: Array, risk_free: Array | float, per_year: float) -> float | None:
    """Annualised Sharpe ratio: mean excess return over its standard deviation (Sharpe 1994)."""
    return _ratio(returns - risk_free, per_year)


def sortino(returns: Array, risk_free: Array | float, per_year: float) -> float | None:
    """Annualised Sortino ratio: mean excess return over downside deviation below the risk-free return."""
    excess = returns - risk_free
    downside = downside_deviation(excess)
    return None if downside <= _ROUNDING else float(excess.mean()) / downside * per_year**0.5


def downside_deviation(returns: Array, target: float = 0.0) -> float:
    """Root mean square shortfall below ``target`` per bar, over all n returns (Bacon 2008)."""
    return float(np.sqrt(np.mean(np.minimum(returns - target, 0.0) ** 2)))


def drawdowns(returns: Array) -> Array:
    """Loss from the highest value so far after each return, 0 or negative; the start counts as a high."""
    value = np.cumprod(1 + returns)
    return value / np.maximum(np.maximum.accumulate(value), 1.0) - 1


def max_drawdown(returns: Array) -> float:
    """Largest loss from a high, 0 or negative."""
    return float(drawdowns(returns).min())


def calmar(returns: Array, per_year: float) -> float | None:
    """Compound annual growth rate over the size of the largest drawdown."""
    worst = max_drawdown(returns)
    return None if worst == 0 else cagr(returns, per_year) / -worst


def beta(returns: Array, benchmark: Array, risk_free: Array | float) -> float | None:
    """Slope of the excess returns on the benchmark's excess returns, by least squares."""
    if _deviation(benchmark - risk_free) is None:
        return None
    covariance = np.cov(returns - risk_free, benchmark - risk_free)
    return float(covariance[0, 1] / covariance[1, 1])


def alpha(returns: Array, benchmark: Array, risk_free: Array, per_year: float) -> float | None:
    """Jensen's alpha a year from compound rates: R - Rf - beta (B - Rf) (Bacon 2008)."""
    slope = beta(returns, benchmark, risk_free)
    if slope is None:
        return None
    free = cagr(risk_free, per_year)
    return cagr(returns, per_year) - free - slope * (cagr(benchmark, per_year) - free)


def tracking_error(returns: Array, benchmark: Array, per_year: float) -> float | None:
    """Annualised standard deviation of the active return."""
    return volatility(returns - benchmark, per_year)


def information_ratio(returns: Array, benchmark: Array, per_year: float) -> float | None:
    """Annualised mean active return over its standard deviation (Grinold and Kahn 2000)."""
    return _ratio(returns - benchmark, per_year)


def turnover(notionals: Array, equity: Array, per_year: float) -> float:
    """Half the amount traded (bought and sold together, money) over mean equity, a year."""
    years = (len(equity) - 1) / per_year
    return float(np.abs(notionals).sum()) / 2 / float(equity.mean()) / years


def standalone(returns: Array, risk_free: Array, per_year: float) -> dict[str, float | None]:
    """Return the metrics that need no other series."""
    return {
        "cagr": cagr(returns, per_year),
        "volatility": volatility(returns, per_year),
        "sharpe": sharpe(returns, risk_free, per_year),
        "sortino": sortino(returns, risk_free, per_year),
        "max_drawdown": max_drawdown(returns),
        "calmar": calmar(returns, per_year),
    }


def relative(returns: Array, benchmark: Array, risk_free: Array, per_year: float) -> dict[str, float | None]:
    """Return the metrics against a benchmark."""
    return {
        "alpha": alpha(returns, benchmark, risk_free, per_year),
        "beta": beta(returns, benchmark, risk_free),
        "information_ratio": information_ratio(returns, benchmark, per_year),
    }


def deflated_sharpe(returns: Array, risk_free: Array, per_year: float, settings: MetricsSettings) -> float | None:
    """Return the deflated Sharpe ratio of the excess returns for the trials that ``settings`` state."""
    excess = returns - risk_free
    ratio = _ratio(excess, 1.0)
    if ratio is None:
        return None
    variance = (settings.trial_sharpe_variance or 0.0) / per_year
    moments = sharpe_statistics.moments(excess)
    return sharpe_statistics.deflated(ratio, moments, len(excess), settings.trials, variance)


def _deviation(returns: Array) -> float | None:
    if len(returns) < 2:
        return None
    deviation = float(np.std(returns, ddof=1))
    return deviation if deviation > _ROUNDING else None


def _ratio(returns: Array, per_year: float) -> float | None:
    deviation = _deviation(returns)
    return None if deviation is None else float(returns.mean()) / deviation * per_year**0.5
