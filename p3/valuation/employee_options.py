"""What options of employees cost the owners of the shares.

Two ways: count the options as shares and their proceeds as cash (the treasury stock approach), or value them and
take that value, after the tax it saves, out of equity.

Source: Damodaran, "Damodaran on Valuation" (2006), chapter 11. Money in single units, all of shape (...).
"""

import numpy as np

from p3.valuation.black_scholes import Terms, call, diluted_price
from p3.valuation.paths import Driver, Floats


def per_share_fully_diluted(equity: Driver, shares: Driver, options: Driver) -> Driver:
    """Return the value of a share where options in the money are shares already, and pay nothing."""
    return equity / (shares + options)


def per_share_treasury_stock(equity: Driver, shares: Driver, options: Driver, strike: Driver) -> Driver:
    """Return the value of a share where all options are exercised and their proceeds added to equity."""
    return (equity + options * strike) / (shares + options)


def per_share_net_of_options(equity: Driver, shares: Driver, option_value: Driver, tax_rate: Driver) -> Driver:
    """Return the value of a share after ``option_value``, that of all options, less the tax that exercise saves."""
    return (equity - option_value * (1.0 - tax_rate)) / shares


def per_share_consistent(equity: Driver, shares: Driver, options: Driver, tax_rate: Driver, terms: Terms) -> Floats:
    """Return the value of a share that is also the price at which its options are valued.

    Raises ValueError where equity or a count is not positive.
    """
    price = diluted_price(equity, shares, options, terms, tax_rate)
    return np.asarray(per_share_net_of_options(equity, shares, options * call(price, terms).value, tax_rate))
