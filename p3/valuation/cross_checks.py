"""What simpler methods make of a share, and the multiples that the price pays: a check on the model's value."""

from collections.abc import Mapping

from p3.valuation import earnings_power
from p3.valuation.equity_readings import common_income
from p3.valuation.evidence import Accounts
from p3.valuation.firm_models import claims
from p3.valuation.readings import income_of

_MULTIPLES = {
    "price_to_earnings": ("market_capitalisation", "earnings"),
    "price_to_book": ("market_capitalisation", "book_value"),
    "enterprise_value_to_sales": ("enterprise_value", "revenue"),
    "enterprise_value_to_operating_income": ("enterprise_value", "operating_income"),
}


def bases(values: Mapping[str, float], accounts: Accounts) -> dict[str, float]:
    """Return what is paid at the market price, and for what, as far as the accounts tell it."""
    earned, equity = common_income(accounts.base), accounts.base.items.get("equity")
    found = {
        "market_capitalisation": values["price"] * values["shares_diluted"],
        "earnings": earned.value if earned else None,
        "book_value": equity.value if equity else None,
    }
    if {"debt", "cash"} <= values.keys():
        income = income_of(accounts.base)
        owed = values["debt"] + values["minority_interests"] + values["preferred"] + values["options"]
        found |= {
            "enterprise_value": values["price"] * values["shares_diluted"]
            + owed
            - values["cash"]
            - values["investments"],
            "revenue": values["revenue"],
            "operating_income": income.value if income else None,
        }
    return {name: value for name, value in found.items() if value is not None}


def cross_checks(values: Mapping[str, float], found: Mapping[str, float]) -> dict[str, float]:
    """Return the multiples of the ``bases`` that have a meaning, and the earnings power value a share."""
    pairs = {name: (found.get(paid, 0.0), found.get(base, 0.0)) for name, (paid, base) in _MULTIPLES.items()}
    checks = {name: paid / base for name, (paid, base) in pairs.items() if paid > 0.0 and base > 0.0}
    if {"terminal_margin", "wacc"} <= values.keys():
        checks["earnings_power_per_share"] = _earnings_power(values)
    return checks


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
