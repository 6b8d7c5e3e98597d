"""Yearly paths: a stage of high growth at the first value, then a fade in a straight line to the last.

A driver is a number or an array; drivers broadcast to a shape (...), such as (scenarios,) or (companies,
scenarios), and a path is one driver a year. ``stack`` makes of it an array (..., years).
Source: Damodaran, "Investment Valuation", chapter 12 (two- and three-stage models).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Driver = float | Floats


@dataclass(frozen=True)
class Stages:
    """How many years growth is high, and how many it fades; two stages where it does not fade.

    Raises ValueError without a year of high growth.
    """

    high_growth_years: int
    fade_years: int = 0

    def __post_init__(self) -> None:
        if self.high_growth_years < 1 or self.fade_years < 0:
            raise ValueError(f"{self.high_growth_years} years of high growth and {self.fade_years} of fade")


def fade(start: Driver, end: Driver, stages: Stages) -> Iterator[Driver]:
    """Yield each year's value: ``start`` while growth is high, ``end`` in the last year of the fade."""
    for _ in range(stages.high_growth_years):
        yield start
    if start is end:
        yield from (end for _ in range(stages.fade_years))
        return
    change = end - start
    for year in range(1, stages.fade_years):
        yield start + change * (year / stages.fade_years)
    if stages.fade_years:
        yield end


def stack(path: Sequence[Driver]) -> Floats:
    """Return the path as one array (..., years)."""
    return np.stack(np.broadcast_arrays(*path), axis=-1).astype(np.float64, copy=False)
