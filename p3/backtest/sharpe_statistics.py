"""How much to believe a Sharpe ratio: probabilistic and deflated Sharpe ratios.

Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier" (2012) and "The Deflated Sharpe Ratio"
(2014). Sharpe ratios here are per bar, not annual; kurtosis is 3 for a normal distribution. The variance is
taken at the observed ratio, over n - 1.
"""

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from p3.portfolio.bars import Array

_NORMAL = NormalDist()
_EULER = 0.5772156649015329


class Moments(NamedTuple):
    """Skewness and kurtosis (3 for a normal distribution) of the population."""

    skewness: float
    kurtosis: float


def moments(returns: Array) -> Moments:
    """Return the moments of ``returns``, which must not be constant."""
    standard = (returns - returns.mean()) / returns.std()
    return Moments(float(np.mean(standard**3)), float(np.mean(standard**4)))


def variance(ratio: float, shape: Moments) -> float:
    """Return n times the variance of a Sharpe ratio estimated from n returns (Mertens 2002)."""
    return 1 - shape.skewness * ratio + (shape.kurtosis - 1) / 4 * ratio**2


def probabilistic(ratio: float, shape: Moments, count: int, threshold: float) -> float | None:
    """Return the probability that the true ratio exceeds ``threshold``, given ``ratio`` from n returns.

    n is ``count``. None for fewer than two returns and where the moments allow no variance.
    """
    spread = variance(ratio, shape)
    if count < 2 or spread <= 0:
        return None
    return _NORMAL.cdf((ratio - threshold) * math.sqrt((count - 1) / spread))


def expected_maximum(trials: int, trial_variance: float) -> float:
    """Return the ratio expected of the best of ``trials`` strategies without skill; 0 for a single one.

    The approximation of Bailey and others (2014), somewhat above the exact value for few trials.
    """
    if trials < 2:
        return 0.0
    first, second = _NORMAL.inv_cdf(1 - 1 / trials), _NORMAL.inv_cdf(1 - 1 / (trials * math.e))
    return math.sqrt(trial_variance) * ((1 - _EULER) * first + _EULER * second)


def deflated(ratio: float, shape: Moments, count: int, trials: int, trial_variance: float) -> float | None:
    """Return the probability that the true ratio is positive, given that it is the best of ``trials``."""
    return probabilistic(ratio, shape, count, expected_maximum(trials, trial_variance))
