"""A cross-check by comparables: what peers' prices say of a company's earnings, sales or book value.

Multiples of peers whose base is not positive mean nothing and are left out. The median stands for the peers, the
quartiles for their spread. Source: Damodaran, "Investment Valuation", chapters 17 to 20.
"""

from dataclasses import dataclass

import numpy as np

from p3.valuation.bridge import Claims, Equity, bridge
from p3.valuation.paths import Driver, Floats


@dataclass(frozen=True)
class Multiple:
    """The peers' quartiles and how many peers gave them."""

    low: float
    median: float
    high: float
    peers: int


def of_peers(values: Floats, bases: Floats) -> Multiple:
    """Return the multiple of peers, shape (peers,): enterprise values over operating income, prices over earnings...

    Raises ValueError where no peer has a positive value and base.
    """
    sound = (values > 0.0) & (bases > 0.0)
    if not sound.any():
        raise ValueError("no peer has a positive value and base")
    low, median, high = np.percentile(values[sound] / bases[sound], [25, 50, 75])
    return Multiple(float(low), float(median), float(high), int(sound.sum()))


def equity_by_price(multiple: Driver, base: Driver, claims: Claims) -> Equity:
    """Return the owners' value by a multiple of equity (price to earnings, book or AFFO); the debt is in it already.

    Raises ValueError where ``base`` is not positive.
    """
    return bridge(_positive(base) * multiple, Claims(shares=claims.shares))


def equity_by_enterprise_value(multiple: Driver, base: Driver, claims: Claims) -> Equity:
    """Return the owners' value by a multiple of enterprise value (to sales, operating income or EBITDA).

    Raises ValueError where ``base`` is not positive.
    """
    return bridge(_positive(base) * multiple, claims)


def _positive(base: Driver) -> Driver:
    if np.min(base) <= 0.0:
        raise ValueError("a multiple of what is not positive")
    return base
