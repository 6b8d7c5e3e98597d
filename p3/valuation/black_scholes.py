"""The value of an option.

Sources: Black and Scholes (1973); Merton (1973); Damodaran, "Investment Valuation", chapter 5.

All arguments broadcast to a shape (...). Rates and volatilities are fractions a year, maturities years.
"""

from dataclasses import dataclass

import numpy as np

from p3.valuation.normal_distribution import cumulative
from p3.valuation.paths import Driver, Floats


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
