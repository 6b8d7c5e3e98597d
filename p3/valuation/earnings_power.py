"""Earnings power value: what a company is worth if it never grows.

Normal operating income after tax, with depreciation brought to what upkeep really costs, over the cost of
capital. What it exceeds the cost of reproducing the assets by is the value of the franchise. Source: Greenwald,
Kahn, Sonkin and van Biema, "Value Investing: From Graham to Buffett and Beyond" (2001).

Drivers broadcast to a shape (...). Money in single units, rates as fractions a year.
"""

from dataclasses import dataclass

import numpy as np

from p3.valuation.bridge import Claims, Equity, bridge
from p3.valuation.discounting import perpetuity
from p3.valuation.paths import Driver


@dataclass(frozen=True)
class Drivers:
    """What a value rests on; ``revenue`` is this year's and ``normal_margin`` that of operating income in a cycle."""

    revenue: Driver
    normal_margin: Driver
    tax_rate: Driver
    depreciation: Driver
    maintenance_capital_expenditure: Driver
    wacc: Driver
    claims: Claims


def normal_earnings(drivers: Drivers) -> Driver:
    """Return the earnings that could be paid out every year (...)."""
    taxed = drivers.revenue * drivers.normal_margin * (1.0 - drivers.tax_rate)
    return taxed + (drivers.depreciation - drivers.maintenance_capital_expenditure)


def operations(drivers: Drivers) -> Driver:
    """Return the value of operations (...). Raises ValueError where the cost of capital is not positive."""
    return perpetuity(normal_earnings(drivers), drivers.wacc, 0.0)


def equity(drivers: Drivers) -> Equity:
    """Return what belongs to the owners. Raises ValueError where the cost of capital is not positive."""
    return bridge(operations(drivers), drivers.claims)


def maintenance_capital_expenditure(
    capital_expenditure: Driver, revenue: Driver, revenue_before: Driver, fixed_assets_to_revenue: Driver
) -> Driver:
    """Return capital expenditure less what the year's growth of revenue needed; no part is spent where it fell."""
    grown = np.maximum(np.subtract(revenue, revenue_before), 0.0)
    return np.maximum(capital_expenditure - fixed_assets_to_revenue * grown, 0.0)
