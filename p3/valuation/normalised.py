"""Earnings normalised over the cycle: this year's size at an average year's profitability.

Source: Damodaran, "Investment Valuation", chapter 22 (earnings of cyclical and troubled companies).
"""

import numpy as np

from p3.valuation.paths import Floats


def average_ratio(incomes: Floats, bases: Floats) -> Floats:
    """Return the sum of ``incomes`` over that of ``bases`` (..., years): the margin, or the return on capital.

    Years of which either is unknown (NaN) are left out. Raises ValueError where the bases' sum is not positive.
    """
    known = ~(np.isnan(incomes) | np.isnan(bases))
    total = np.where(known, bases, 0.0).sum(axis=-1)
    if np.min(total) <= 0.0:
        raise ValueError("revenue or capital of the cycle is not positive")
    return np.asarray(np.where(known, incomes, 0.0).sum(axis=-1) / total)
