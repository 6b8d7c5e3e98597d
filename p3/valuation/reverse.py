"""Reverse valuation: what the market's price implies, with all else as assumed.

Sources: Damodaran, "Damodaran on Valuation" (2006), chapter 5 (implied growth); "Equity Risk Premiums" (implied
premium of an index); Rappaport and Mauboussin, "Expectations Investing" (2001).
"""

from collections.abc import Callable

import numpy as np

from p3.valuation.discounting import Timing, perpetuity, present_value
from p3.valuation.paths import Driver, Floats
from p3.valuation.roots import bisect, nearest

_POINTS = 601


def implied(
    per_share: Callable[[Floats], Driver], price: float, *, low: float, high: float, near: float
) -> float | None:
    """Return the driver's value between ``low`` and ``high`` at which a share is worth its price.

    ``per_share`` gives the values of an array (points,) of that driver. Value need not rise with it: of several
    the one nearest to ``near`` is returned. None where no value of the driver gives the price.
    """
    return nearest(lambda driver: per_share(driver) - price, np.linspace(low, high, _POINTS), near)


def implied_return(price: Driver, flows: Floats, growth: Driver) -> Floats:
    """Return the yearly return (...) that buyers at ``price`` get of ``flows`` (..., years) that then grow for ever.

    Less the risk-free rate it is the implied premium. Raises ValueError where none between growth and 100 % over it
    does, as for a price that is not positive.
    """

    def gap(rate: Floats) -> Floats:
        beyond = perpetuity(flows[..., -1] * (1.0 + growth), rate, growth)
        return present_value(flows, rate[..., None], beyond, Timing()).total - price

    least = np.broadcast_to(growth, np.broadcast_shapes(np.shape(price), flows.shape[:-1], np.shape(growth)))
    return bisect(gap, least + 1e-6, least + 1.0)
