"""Research and development as capital: an asset that is written off in a straight line over its life.

Spending of the year is not yet written off, that of ``life`` years ago is for the last time. The whole spending
was deductible, so the difference to operating income is not taxed. Source: Damodaran, "Damodaran on Valuation"
(2006), chapter 3; "Investment Valuation", chapter 9.
"""

from dataclasses import dataclass

import numpy as np

from p3.valuation.paths import Driver, Floats


@dataclass(frozen=True)
class Research:
    """The asset, this year's write-off and this year's spending, each (...), in the money of the spending."""

    asset: Floats
    amortization: Floats
    spending: Floats

    @property
    def adjustment(self) -> Floats:
        """What operating income, and income after tax, rise by; also the rise of reinvestment."""
        return self.spending - self.amortization


def capitalize(spending: Floats) -> Research:
    """Return the asset of ``spending`` (..., life + 1): this year's first, then that of each year before.

    Raises ValueError where there are fewer than two years or a year's spending is negative.
    """
    life = spending.shape[-1] - 1
    if life < 1 or np.min(spending) < 0.0:
        raise ValueError("at least two years of spending, none negative")
    left = 1.0 - np.arange(life + 1) / life
    return Research(spending @ left, spending[..., 1:].sum(axis=-1) / life, spending[..., 0])


def adjusted_nopat(operating_income: Driver, tax_rate: Driver, research: Research) -> Driver:
    """Return operating income after tax with the research capitalised."""
    return operating_income * (1.0 - tax_rate) + research.adjustment
