"""How coarsely an amount is written, and whether one only repeats another in a coarser unit."""

import numpy as np

from p3.facts.arrays import Flags, Floats, Ints

# A double is a multiple of no higher power of ten: that of 23 has more factors of five than its 53 bits hold.
_POWERS = np.array([float(10**power) for power in range(23)])


def zeros(values: Floats) -> Ints:
    """Return how many zeros whole values end in; -1 for a value with a fraction and for 0 itself."""
    found = np.where((values != 0) & (values == np.floor(values)), 0, -1)
    rest = np.flatnonzero(found == 0)
    for number, power in enumerate(_POWERS[1:], 1):
        rest = rest[np.fmod(values[rest], power) == 0]
        if not rest.size:
            break
        found[rest] = number
    return found


def grains(values: Floats) -> Floats:
    """Return the greatest power of ten that divides each whole value; 0 for one with a fraction and for 0 itself."""
    found = zeros(values)
    return np.where(found < 0, 0.0, _POWERS[found])


def grain(value: float) -> float:
    """Return what ``grains`` does, of one value."""
    if value == 0 or value != int(value):
        return 0.0
    digits = str(abs(int(value)))
    return float(10 ** (len(digits) - len(digits.rstrip("0"))))


def roundings(coarse: Floats, fine: Floats) -> Flags:
    """Return where ``coarse`` only repeats ``fine`` in a coarser unit, such as tenths of billions for millions.

    Either may be NaN, which repeats nothing.
    """
    off = np.abs(coarse - fine)
    found = (off > 0) & (off <= np.abs(fine) * 0.005)
    near = np.flatnonzero(found)  # few: most values repeat exactly or are quite another
    step = grains(coarse[near])
    found[near] = (step >= 100 * np.maximum(grains(fine[near]), 0.01)) & (off[near] <= step / 2)
    return found
