"""What a valuation takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from p3.provenance import FactSource
from p3.valuation.model import Frame, Model
from p3.valuation.rules import Rules

# Where an input comes from: the filings and the market, a rule of valuation.toml, or the user.
Assumption = Literal["fact", "rule", "yours"]


@dataclass(frozen=True, slots=True)
class Input:
    """One number that the valuation rests on. A rule may be applied to facts: ``sources`` then names them."""

    name: str
    value: float
    unit: str
    assumption: Assumption
    sources: tuple[FactSource, ...] = ()


@dataclass(frozen=True)
class Inputs:
    """All that one company's valuation rests on at ``as_of``. ``price`` is as traded, and shares are on its basis.

    ``reason`` says why the model is this one; ``bases`` are what multiples are of, ``cross_checks`` what simpler
    methods make of a share.
    """

    ticker: str
    cik: int
    as_of: datetime
    price: float
    price_date: date
    model: Model
    reason: str
    frame: Frame
    inputs: tuple[Input, ...]
    rules: Rules
    bases: Mapping[str, float] = field(default_factory=dict)
    cross_checks: Mapping[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    @property
    def values(self) -> dict[str, float]:
        """The inputs' values by name."""
        return {item.name: item.value for item in self.inputs}

    @property
    def per_share(self) -> float:
        """The value of a share in the base case."""
        return float(self.model.per_share(self.values, self.frame).reshape(-1)[0])


@dataclass(frozen=True)
class Refusal:
    """Why no model fits a company at ``as_of``; the price stands where one is known."""

    ticker: str
    cik: int
    as_of: datetime
    reason: str
    price: float | None = None
    price_date: date | None = None


@dataclass(frozen=True)
class Valuation:
    """A value per share, or the reason for none. Rates are fractions, money is in single units of its currency.

    ``upside`` is value over price less 1. ``implied_growth`` is the growth of the first years at which the
    value meets the price; None where no growth from -50 % to 100 % does. ``distribution`` and
    ``probability_undervalued`` come from the scenarios. ``wacc`` is None where the flows are the owners', whose rate is
    the cost of equity among the inputs. ``detail`` is ready for JSON: the reason for the model, the
    forecast by year, the bridge to equity, scenarios, sensitivity, tornado and cross-checks.
    """

    ticker: str
    cik: int
    as_of: datetime
    model: str
    value_per_share: float | None
    price: float | None
    price_date: date | None
    upside: float | None
    wacc: float | None
    terminal_growth: float | None
    distribution: Mapping[str, float] | None
    probability_undervalued: float | None
    implied_growth: float | None
    inputs: tuple[Input, ...]
    detail: Mapping[str, Any]
    refused: str | None
