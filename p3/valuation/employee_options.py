"""What options of employees cost the owners of the shares.

Two ways: count the options as shares and their proceeds as cash (the treasury stock approach), or value them and
take that value, after the tax it saves, out of equity.

Source: Damodaran, "Damodaran on Valuation" (2006), chapter 11. Money in single units, all of shape (...).
"""

from p3.valuation.paths import Driver


def per_share_fully_diluted(equity: Driver, shares: Driver, options: Driver) -> Driver:
    """Return the value of a share where options in the money are shares already, and pay nothing."""
    return equity / (shares + options)


def per_share_treasury_stock(equity: Driver, shares: Driver, options: Driver, strike: Driver) -> Driver:
    """Return the value of a share where all options are exercised and their proceeds added to equity."""
    return (equity + options * strike) / (shares + options)


def per_share_net_of_options(equity: Driver, shares: Driver, option_value: Driver, tax_rate: Driver) -> Driver:
    """Return the value of a share after ``option_value``, that of all options, less the tax that exercise saves."""
    return (equity - option_value * (1.0 - tax_rate)) / shares
