"""The earnings of a real estate trust: funds from operations, and what of them recurring upkeep leaves.

Depreciation of buildings is no cost of a trust's owners, renewing them is. The value follows with ``fcfe``,
whose earnings are the adjusted funds from operations and whose return on equity is that on new properties.
Source: Nareit, "Funds From Operations White Paper" (2018 restatement); "adjusted" has no standard, its usual
items are those below.

All are money of the same year and shape (...).
"""

from dataclasses import dataclass

from p3.valuation.paths import Driver


@dataclass(frozen=True)
class Property:
    """The items of a year that concern property, each positive as it is named."""

    depreciation: Driver
    impairments: Driver = 0.0
    gains_on_sale: Driver = 0.0
    recurring_capital_expenditure: Driver = 0.0
    leasing_costs: Driver = 0.0
    straight_line_rent: Driver = 0.0


def funds_from_operations(net_income: Driver, year: Property) -> Driver:
    """Return net income to common owners before what property loses on paper and gains by sale."""
    return net_income + year.depreciation + year.impairments - year.gains_on_sale


def adjusted_funds_from_operations(net_income: Driver, year: Property) -> Driver:
    """Return the funds less recurring capital expenditure, leasing costs and rent booked but not received."""
    upkeep = year.recurring_capital_expenditure + year.leasing_costs + year.straight_line_rent
    return funds_from_operations(net_income, year) - upkeep
