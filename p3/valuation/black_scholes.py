"""The value of an option, and of an option that dilutes the shares it is written on.

Sources: Black and Scholes (1973); Merton (1973); Damodaran, "Investment Valuation", chapters 5 and 16 (warrants
and employee options).

All arguments broadcast to a shape (...). Rates and volatilities are fractions a year, maturities years.
"""

from dataclasses import dataclass

import numpy as np

from p3.valuation.normal_distribution import cumulative
from p3.valuation.paths import Driver, Floats
from p3.valuation.roots import bisect


@dataclass(frozen=True)
class Terms:
    """What an option's value rests on beside the share. ``maturity`` is the expected life, not the contract's.

    Raises ValueError where strike, volatility or maturity is not positive.
    """

    strike: Driver
    maturity: Driver
    volatility: Driver
    risk_free_rate: Driver
    dividend_yield: Driver = 0.0

    def __post_init__(self) -> None:
        if min(np.min(self.strike), np.min(self.maturity), np.min(self.volatility)) <= 0.0:
            raise ValueError("strike, maturity and volatility must be positive")


@dataclass(frozen=True)
class Call:
    """The value of a call, with the arguments of the normal distribution that give it (...)."""

    value: Floats
    d1: Floats
    d2: Floats


def call(spot: Driver, terms: Terms) -> Call:
    """Return the value of a European call at the share price ``spot``. Raises ValueError where it is not positive."""
    if np.min(spot) <= 0.0:
        raise ValueError("a share price that is not positive")
    deviation = terms.volatility * np.sqrt(terms.maturity)
    drift = (terms.risk_free_rate - terms.dividend_yield) * terms.maturity
    d1 = np.asarray((np.log(spot / terms.strike) + drift) / deviation + deviation / 2)
    d2 = np.asarray(d1 - deviation)
    received = spot * np.exp(-terms.dividend_yield * terms.maturity) * cumulative(d1)
    paid = terms.strike * np.exp(-terms.risk_free_rate * terms.maturity) * cumulative(d2)
    return Call(np.asarray(received - paid), d1, d2)


def warrant(spot: Driver, shares: Driver, warrants: Driver, terms: Terms) -> Floats:
    """Return the value of one of ``warrants`` at a share price ``spot`` that does not know of them.

    Black and Scholes at the price diluted by the warrants' own value: S n + W m over n + m. Raises ValueError where
    price or counts are not positive.
    """
    return call(diluted_price(spot * shares, shares, warrants, terms, 1.0), terms).value


def diluted_price(value: Driver, shares: Driver, warrants: Driver, terms: Terms, kept: Driver) -> Floats:
    """Return the price P at which P (n + m) - kept x m x call(P) equals ``value``.

    ``value`` is money of the ``shares`` n and ``kept`` the part of the warrants' value that it leaves out. Raises
    ValueError where a count or ``value`` is not positive.
    """
    if min(np.min(value), np.min(shares), np.min(warrants)) <= 0.0:
        raise ValueError("value and counts must be positive")
    total = shares + warrants

    def gap(price: Floats) -> Floats:
        return price * total - kept * warrants * call(price, terms).value - value

    margin = 1e-9  # so that a root at a bound is found in spite of rounding
    return bisect(gap, value / total * (1.0 - margin), value / (total - kept * warrants) * (1.0 + margin))
