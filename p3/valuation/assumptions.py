"""What is assumed about one company: the rules, and what the user set in their place."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from math import isfinite
from typing import Any

from p3.errors import ConfigurationError, UsageError
from p3.valuation.rules import Rules, rules

# What a user may set, by the name of the input, and the unit it is in.
CHOICES: Mapping[str, str] = {
    "growth": "fraction",
    "margin": "fraction",
    "terminal_margin": "fraction",
    "target_margin": "fraction",
    "tax_rate": "fraction",
    "marginal_tax_rate": "fraction",
    "return_on_capital": "fraction",
    "return_on_equity": "fraction",
    "sales_to_capital": "ratio",
    "payout": "fraction",
    "persistence": "fraction",
    "risk_free_rate": "fraction",
    "beta": "ratio",
    "terminal_beta": "ratio",
    "equity_risk_premium": "fraction",
    "debt_ratio": "fraction",
    "default_spread": "fraction",
    "cost_of_debt": "fraction",
    "cost_of_equity": "fraction",
    "terminal_cost_of_equity": "fraction",
    "wacc": "fraction",
    "terminal_wacc": "fraction",
    "terminal_growth": "fraction",
    "terminal_return": "fraction",
    "shares_diluted": "shares",
    "cash": "money",
    "investments": "money",
    "operating_cash": "money",
    "debt": "money",
    "minority_interests": "money",
    "preferred": "money",
    "options": "money",
}

# Rules on claims that a user may turn on or off.
SWITCHES = ("capitalise_research", "leases_as_debt")


@dataclass(frozen=True)
class Assumptions:
    """The rules, and ``yours``: what the user set in their place, by the name of the input."""

    rules: Rules
    yours: Mapping[str, float] = field(default_factory=dict)


def load(yours: Mapping[str, float] | None = None) -> Assumptions:
    """Return the assumptions with the user's choices. Raises UsageError for a choice that is unknown or not finite."""
    chosen = {name: _check(name, value) for name, value in (yours or {}).items()}
    turned = {name: bool(chosen.pop(name)) for name in SWITCHES if name in chosen}
    found = rules()
    return Assumptions(replace(found, claims=replace(found.claims, **turned)), chosen)


def parse(text: str, called: str) -> dict[str, dict[str, float]]:
    """Return what a TOML text sets, by ticker; under "" what it sets for every company. ``called`` names it in errors.

    Raises UsageError where it names an unknown assumption or gives no finite number, ConfigurationError where it is
    no TOML.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        remedy = "Write `growth = 0.05`, or a table `[AAPL]` of such lines."
        raise ConfigurationError(f"{called}: {error}", remedy) from error
    companies: dict[str, Mapping[str, Any]] = {k.upper(): v for k, v in table.items() if isinstance(v, dict)}
    companies[""] = {name: value for name, value in table.items() if not isinstance(value, dict)}
    return {ticker: {name: _check(name, value) for name, value in given.items()} for ticker, given in companies.items()}


def of(ticker: str, chosen: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return what ``parse`` found for a company: what holds for every one, and its own in its place."""
    return {**chosen.get("", {}), **chosen.get(ticker.upper(), {})}


def _check(name: str, value: object) -> float:
    if name in SWITCHES:
        return _check_switch(name, value)
    if name not in CHOICES:
        listed = ", ".join((*CHOICES, *SWITCHES))
        raise UsageError(f"no assumption is called {name!r}", f"{_suggestion(name)}Choose among: {listed}.")
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise UsageError(f"the assumption {name} is {value!r}", "Give a number; percentages as fractions.")
    return float(value)


def _check_switch(name: str, value: object) -> float:
    if value not in (True, False):
        raise UsageError(f"the assumption {name} is {value!r}", "Write true or false.")
    return float(value is True or value == 1.0)


def _suggestion(name: str) -> str:
    near = get_close_matches(name, (*CHOICES, *SWITCHES), n=1)
    return f"Did you mean {near[0]}? " if near else ""
