"""Sorted arrays of integers used as tables: ranges of rows, runs of equal keys, look-ups."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NONE = -1
"""The place of what is not there."""


def spread(starts: Ints, stops: Ints) -> tuple[Ints, Ints]:
    """Return all places of the ranges ``starts`` to ``stops``, one after the other, as (number of the range, place)."""
    lengths = stops - starts
    owner = np.repeat(np.arange(len(starts)), lengths)
    first = np.cumsum(lengths) - lengths
    return owner, np.arange(len(owner)) - first[owner] + starts[owner]


def begins(key: Ints) -> Flags:
    """Return where a run of equal neighbours begins."""
    return np.append(True, key[1:] != key[:-1])[: len(key)]


def ordinal(key: Ints) -> Ints:
    """Return each row's number, from 0, within its run of equal neighbours."""
    places = np.arange(len(key))
    return places - np.maximum.accumulate(np.where(begins(key), places, 0))


def find(table: Ints, key: Ints) -> Ints:
    """Return the place of each ``key`` in the ascending ``table`` of distinct keys, or NONE."""
    if not len(table):
        return np.full(len(key), NONE)
    place = np.minimum(np.searchsorted(table, key), len(table) - 1)
    return np.where(table[place] == key, place, NONE)


def at(values: NDArray[Any], places: Ints, missing: Any) -> NDArray[Any]:
    """Return ``values`` at ``places``, ``missing`` where a place is NONE."""
    return np.append(values, missing)[places]
