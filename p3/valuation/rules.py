"""The rules of ``common/config/valuation.toml``: what is assumed where neither a filing nor the user says."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from p3.errors import ConfigurationError


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
    cycle_years: int
    cycle_reversion: float
    tax_years: int
    tax_floor: float
    tax_cap: float
    marginal_tax_rate: float
    return_floor: float
    return_cap: float
    sales_to_capital_floor: float
    sales_to_capital_cap: float
    terminal_growth_cap: float
    terminal_return_premium: float
    least_spread: float
    mid_year: bool


@dataclass(frozen=True)
class ClaimsRules:
    """What operations need of the cash, and what counts as debt and as capital."""

    operating_cash: float
    negligible_debt: float
    nominal_par: float
    options_life: float
    capitalise_research: bool
    research_life: int
    leases_as_debt: bool


@dataclass(frozen=True)
class EquityRules:
    """The models of what flows to the owners."""

    payout_story: float
    payout_cap: float
    upkeep: float
    persistence: float


@dataclass(frozen=True)
class CapitalRules:
    """The cost of capital."""

    risk_free_series: str
    risk_free_max_age_days: int
    equity_risk_premium: float
    beta_weeks: int
    beta_least_weeks: int
    beta_short_weeks: int
    beta_adjustment: Literal["blume", "vasicek", "none"]
    beta_raw_weight: float
    beta_prior: float
    beta_prior_error: float
    beta_least_peers: int
    beta_most_peers: int
    terminal_beta_floor: float
    terminal_beta_cap: float
    large_capitalisation: float


@dataclass(frozen=True)
class Shift:
    """By how much each driver lies off the base case."""

    growth: float = 0.0
    margin: float = 0.0
    return_on_capital: float = 0.0
    rate: float = 0.0


@dataclass(frozen=True)
class SimulationRules:
    """Standard deviations: of growth and rate absolute, of the others relative; ``correlation`` in that order."""

    growth: float
    margin: float
    return_on_capital: float
    rate: float
    correlation: tuple[tuple[float, ...], ...]


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
    claims: ClaimsRules
    equity_models: EquityRules
    capital: CapitalRules
    simulation: SimulationRules
    scenarios: Mapping[str, Shift]
    refused_industries: tuple[RefusedIndustry, ...]


@cache
def rules() -> Rules:
    """Return the rules. Raises ConfigurationError where the file is missing or malformed."""
    try:
        text = (files("p3.common") / "config" / "valuation.toml").read_text("utf-8")
        return _rules(tomllib.loads(text))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"valuation.toml: {error!r}", "Reinstall p3, or restore the file.") from error


def _rules(table: Mapping[str, Any]) -> Rules:
    return Rules(
        price=PriceRules(**table["price"]),
        financials=FinancialsRules(**table["financials"]),
        forecast=ForecastRules(**table["forecast"]),
        claims=ClaimsRules(**table["claims"]),
        equity_models=EquityRules(**table["equity_models"]),
        capital=_capital(table["capital"]),
        simulation=_simulation(table["simulation"]),
        scenarios={name: Shift(**shift) for name, shift in table["scenarios"].items()},
        refused_industries=tuple(RefusedIndustry(**row) for row in table["refused_industry"]),
    )


def _capital(table: Mapping[str, Any]) -> CapitalRules:
    found = CapitalRules(**table)
    if found.beta_adjustment not in ("blume", "vasicek", "none"):
        raise ValueError(f"beta_adjustment {found.beta_adjustment!r}: choose blume, vasicek or none")
    return found


def _simulation(table: Mapping[str, Any]) -> SimulationRules:
    """Return the rules. Raises ValueError (numpy's LinAlgError) where no drivers can be correlated so."""
    correlation = tuple(tuple(row) for row in table["correlation"])
    if not np.allclose(correlation, np.transpose(correlation)) or not np.allclose(np.diag(correlation), 1.0):
        raise ValueError("the correlation is not symmetric with ones on its diagonal")
    np.linalg.cholesky(correlation)
    return SimulationRules(**{**table, "correlation": correlation})
