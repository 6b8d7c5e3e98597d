"""What is assumed where no filing says: the rules of ``common/config/valuation.toml``, and the user's own choices."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any

from p3.errors import ConfigurationError, UsageError

# What a user may set, by the name of the input.
CHOICES = (
    "growth",
    "target_margin",
    "tax_rate",
    "marginal_tax_rate",
    "sales_to_capital",
    "risk_free_rate",
    "beta",
    "equity_risk_premium",
    "default_spread",
    "wacc",
    "terminal_growth",
    "terminal_return",
)


@dataclass(frozen=True)
class PriceRules:
    """The market price. ``currency`` is that of every price."""

    currency: str
    max_age_days: int


@dataclass(frozen=True)
class FinancialsRules:
    """The accounts."""

    max_age_days: int


@dataclass(frozen=True)
class ForecastRules:
    """The forecast's shape and the limits of what is read from the accounts; rates are fractions."""

    high_growth_years: int
    fade_years: int
    growth_years: int
    growth_persistence: float
    growth_mean: float
    growth_floor: float
    growth_cap: float
    margin_years: int
    margin_reversion: float
    tax_years: int
    tax_floor: float
    tax_cap: float
    marginal_tax_rate: float
    sales_to_capital_floor: float
    sales_to_capital_cap: float
    terminal_growth_cap: float
    terminal_return_premium: float
    least_spread: float
    mid_year: bool


@dataclass(frozen=True)
class CapitalRules:
    """The cost of capital. ``spreads`` are (coverage below, default spread), ascending."""

    risk_free_series: str
    risk_free_max_age_days: int
    equity_risk_premium: float
    beta_weeks: int
    beta_least_weeks: int
    beta_raw_weight: float
    spreads: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class SimulationRules:
    """Standard deviations of the scenarios; ``margin`` is relative to the margin."""

    growth: float
    margin: float
    wacc: float
    terminal_growth: float


@dataclass(frozen=True)
class RefusedIndustry:
    """SIC codes, both ends included, that no model here fits."""

    first: int
    last: int
    reason: str


@dataclass(frozen=True)
class Rules:
    """All rules of the valuation."""

    price: PriceRules
    financials: FinancialsRules
    forecast: ForecastRules
    capital: CapitalRules
    simulation: SimulationRules
    refused_industries: tuple[RefusedIndustry, ...]


@dataclass(frozen=True)
class Assumptions:
    """The rules, and ``yours``: what the user set in their place, by the name of the input."""

    rules: Rules
    yours: Mapping[str, float] = field(default_factory=dict)


def load(yours: Mapping[str, float] | None = None) -> Assumptions:
    """Return the assumptions with the user's choices. Raises UsageError for a choice that is unknown or not finite."""
    for name, value in (yours or {}).items():
        if name not in CHOICES:
            raise UsageError(f"no assumption is called {name!r}", f"Choose among: {', '.join(CHOICES)}.")
        if not isfinite(value):
            raise UsageError(f"the assumption {name} is {value}", "Give a number; percentages as fractions.")
    return Assumptions(rules(), dict(yours or {}))


@cache
def rules() -> Rules:
    """Return the rules. Raises ConfigurationError where the file is missing or malformed."""
    try:
        text = (files("p3.common") / "config" / "valuation.toml").read_text("utf-8")
        return _rules(tomllib.loads(text))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ConfigurationError(f"valuation.toml: {error!r}", "Reinstall p3, or restore the file.") from error


def _rules(table: Mapping[str, Any]) -> Rules:
    capital = dict(table["capital"])
    spreads = capital.pop("spreads")
    return Rules(
        price=PriceRules(**table["price"]),
        financials=FinancialsRules(**table["financials"]),
        forecast=ForecastRules(**table["forecast"]),
        capital=CapitalRules(**capital, spreads=tuple((row["below"], row["spread"]) for row in spreads)),
        simulation=SimulationRules(**table["simulation"]),
        refused_industries=tuple(RefusedIndustry(**row) for row in table["refused_industry"]),
    )
