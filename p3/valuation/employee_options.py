"""What options of employees cost the owners of the shares.

Two ways: count the options as shares and their proceeds as cash (the treasury stock approach), or value them and
take that value, after the tax it saves, out of equity. The accounting treasury stock method, which buys back
shares with the proceeds, gives the diluted count of the accounts.

Sources: Damodaran, "Damodaran on Valuation" (2006), chapter 11; FASB ASC 260 (earnings per share). Money in
single units, all of shape (...).
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


def diluted_shares(shares: Driver, options: Driver, strike: Driver, price: Driver) -> Driver:
    """Return the shares left where options in the money are exercised and the proceeds buy back at ``price``.

    Raises ValueError where the price is not positive.
    """
    if np.min(price) <= 0.0:
        raise ValueError("a share price that is not positive")
    return shares + options * np.maximum(1.0 - strike / price, 0.0)


def per_share_net_of_options(equity: Driver, shares: Driver, option_value: Driver, tax_rate: Driver) -> Driver:
    """Return the value of a share after ``option_value``, that of all options, less the tax that exercise saves."""
    return (equity - option_value * (1.0 - tax_rate)) / shares


def per_share_consistent(equity: Driver, shares: Driver, options: Driver, tax_rate: Driver, terms: Terms) -> Floats:
    """Return the value of a share that is also the price at which its options are valued.

    Raises ValueError where equity or a count is not positive.
    """
    price = diluted_price(equity, shares, options, terms, tax_rate)
    return np.asarray(per_share_net_of_options(equity, shares, options * call(price, terms).value, tax_rate))
