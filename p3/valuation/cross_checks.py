"""What simpler methods make of a share, and the multiples that the price pays: a check on the model's value."""

from collections.abc import Mapping

from p3.valuation import earnings_power
from p3.valuation.equity_readings import common_income
from p3.valuation.evidence import Accounts
from p3.valuation.firm_models import claims
from p3.valuation.readings import income_of


def cross_checks(values: Mapping[str, float], accounts: Accounts) -> dict[str, float]:
    """Return those that the accounts allow: the earnings power value a share, and multiples at the price."""
    found = _multiples(values, accounts)
    if {"terminal_margin", "wacc"} <= values.keys():
        found["earnings_power_per_share"] = _earnings_power(values)
    return found


def _earnings_power(values: Mapping[str, float]) -> float:
    """Return the value without growth, at the cycle's margin, where upkeep costs what is written off."""
    drivers = earnings_power.Drivers(
        revenue=values["revenue"],
        normal_margin=values["terminal_margin"],
        tax_rate=values["tax_rate"],
        depreciation=0.0,
        maintenance_capital_expenditure=0.0,
        wacc=values["wacc"],
        claims=claims(values),
    )
    return float(earnings_power.equity(drivers).per_share)


def _multiples(values: Mapping[str, float], accounts: Accounts) -> dict[str, float]:
    market_value = values["price"] * values["shares_diluted"]
    earned, equity = common_income(accounts.base), accounts.base.items.get("equity")
    income = income_of(accounts.base)
    found = {
        "price_to_earnings": _ratio(market_value, earned.value if earned else 0.0),
        "price_to_book": _ratio(market_value, equity.value if equity else 0.0),
    }
    if {"debt", "cash"} <= values.keys():
        enterprise = market_value + values["debt"] + values["minority_interests"] + values["preferred"] - values["cash"]
        found["enterprise_value_to_sales"] = _ratio(enterprise, values["revenue"])
        found["enterprise_value_to_operating_income"] = _ratio(enterprise, income.value if income else 0.0)
    return {name: value for name, value in found.items() if value is not None}


def _ratio(value: float, base: float) -> float | None:
    return value / base if value > 0.0 and base > 0.0 else None
