"""How coarsely amounts are written."""

import numpy as np
import pytest

from p3.facts.rounding import grain, grains, roundings

VALUES = [0.0, -0.0, 0.5, 1.0, 10.0, -1200.0, 5e6, 1e15, 123456789e3, 2.0**60, 1e22, 1e23, 5e22, 1e308, -1e-300]


def test_the_grain_is_the_greatest_power_of_ten_that_divides() -> None:
    assert [grain(value) for value in (1200.0, -5e6, 7.0, 0.5, 0.0, 1e22)] == [100, 1e6, 1, 0, 0, 1e22]


def test_of_an_array_it_is_that_of_each() -> None:
    assert grains(np.array(VALUES)).tolist() == [grain(value) for value in VALUES]


@pytest.mark.parametrize(
    ("coarse", "fine", "expected"),
    [
        (49_600_000_000, 49_552_000_000, True),
        (49_552_000_000, 49_600_000_000, False),
        (49_552_000_000, 49_552_000_000, False),
        (49_700_000_000, 49_552_000_000, False),
        (100, 100.2, True),
        (float("nan"), 100.2, False),
        (100, float("nan"), False),
        (0, 0, False),
    ],
)
def test_what_only_repeats_another_in_a_coarser_unit(coarse: float, fine: float, expected: bool) -> None:
    assert roundings(np.array([coarse], dtype=float), np.array([fine], dtype=float)).tolist() == [expected]
