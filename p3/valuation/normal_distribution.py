"""The standard normal distribution over arrays."""

from math import erf, sqrt

import numpy as np

from p3.valuation.paths import Driver, Floats

_ERF = np.frompyfunc(erf, 1, 1)


def cumulative(x: Driver) -> Floats:
    """Return the probability of a value of at most ``x``, of its shape."""
    return 0.5 * (1.0 + np.asarray(_ERF(np.asarray(x) / sqrt(2.0)), dtype=np.float64))
