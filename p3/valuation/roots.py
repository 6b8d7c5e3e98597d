"""Roots of a function of one variable between two bounds, for arrays of problems at once."""

from collections.abc import Callable

import numpy as np

from p3.valuation.paths import Driver, Floats

_HALVINGS = 60  # the width of the bounds in units of the last digit


def bisect(function: Callable[[Floats], Driver], low: Driver, high: Driver) -> Floats:
    """Return where ``function`` is 0, element by element, between ``low`` and ``high`` (...).

    Raises ValueError where it has the same sign at both bounds.
    """
    below, above = (bound.copy() for bound in np.broadcast_arrays(*np.atleast_1d(low, high)))
    below, above = below.astype(np.float64), above.astype(np.float64)
    negative = np.asarray(function(below)) < 0.0
    if np.any(negative == (np.asarray(function(above)) < 0.0)):
        raise ValueError("no root between the bounds")
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        left = (np.asarray(function(middle)) < 0.0) == negative
        below, above = np.where(left, middle, below), np.where(left, above, middle)
    root: Floats = (below + above) / 2
    return root.reshape(np.broadcast_shapes(np.shape(low), np.shape(high)))


def nearest(function: Callable[[Floats], Driver], grid: Floats, near: float) -> float | None:
    """Return the root nearest to ``near`` among those that ``grid`` (points,), ascending, tells apart; None without."""
    negative = np.asarray(function(grid)) < 0.0
    crossings = np.flatnonzero(negative[:-1] != negative[1:])
    if crossings.size == 0:
        return None
    first = crossings[np.argmin(np.abs(grid[crossings] - near))]
    return float(bisect(function, grid[first], grid[first + 1]))
