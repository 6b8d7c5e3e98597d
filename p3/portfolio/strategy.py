"""Strategies as data: one TOML file each, checked key by key when it is read."""

import re
import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from p3.errors import ConfigurationError, UsageError
from p3.portfolio.limits import RiskLimits

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Selection(_Section):
    """Which companies are held, best upside first: those that reach ``minimum_upside``, at most ``count`` of them.

    ``fraction`` bounds them as well: this part of the companies that have a signal, rounded up.
    """

    minimum_upside: float
    fraction: float = Field(gt=0, le=1)
    count: int = Field(ge=1)
    max_signal_age_days: int = Field(ge=1)


class Allocation(_Section):
    """How much of each: ``method``, the cap on one weight, the part kept in cash, the returns looked at."""

    method: Literal["equal", "inverse_volatility", "hrp"]
    max_weight: float = Field(gt=0, le=1)
    cash_buffer: float = Field(ge=0, lt=1)
    lookback_days: int = Field(ge=7)
    min_observations: int = Field(ge=3)


class Execution(_Section):
    """What a fill costs (basis points of the amount traded) and how old a price may be, in calendar days."""

    costs_bps: float = Field(ge=0, lt=10_000)
    max_price_age_days: int = Field(ge=0)
    delisted_after_days: int = Field(ge=1)


class MetricsSettings(_Section):
    """What the metrics cannot know by themselves.

    Exactly one of ``risk_free_series`` (a series of the rates table) and ``risk_free`` (a yearly fraction) is
    stated. ``trials`` counts the strategies tried; more than one needs ``trial_sharpe_variance``, the
    variance of their yearly Sharpe ratios.
    """

    risk_free_series: str | None = None
    risk_free: float | None = Field(default=None, gt=-1)
    trials: int = Field(ge=1)
    trial_sharpe_variance: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.risk_free_series is None) == (self.risk_free is None):
            raise ValueError("state exactly one of risk_free_series and risk_free")
        if self.trials > 1 and self.trial_sharpe_variance is None:
            raise ValueError("trials above 1 need trial_sharpe_variance")
        return self


class Strategy(_Section):
    """A strategy as its file states it."""

    name: str
    description: str
    selection: Selection
    allocation: Allocation
    execution: Execution
    limits: RiskLimits
    metrics: MetricsSettings


def available() -> list[str]:
    """Return the names of the strategies that come with p3."""
    return sorted(entry.name.removesuffix(".toml") for entry in _folder().iterdir() if _is_strategy(entry))


def load(name: str) -> Strategy:
    """Return the strategy ``name``. Raises UsageError if there is none, ConfigurationError if malformed."""
    if not _NAME.match(name) or name not in available():
        raise UsageError(f"there is no strategy {name!r}", f"Choose one of: {', '.join(available())}.")
    return parse((_folder() / f"{name}.toml").read_text(encoding="utf-8"), name)


def parse(text: str, name: str) -> Strategy:
    """Return the strategy that the TOML ``text`` states, under ``name``. Raises ConfigurationError."""
    remedy = f"Compare strategies/{name}.toml with strategies/value.toml."
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"strategy {name} is not TOML: {error}", remedy) from error
    if content.pop("schema", None) != 1:
        raise ConfigurationError(f"strategy {name} does not say schema = 1", remedy)
    try:
        return Strategy.model_validate({**content, "name": name})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"strategy {name}, {where}: {first['msg']}", remedy) from error


def _folder() -> Traversable:
    return files("p3.common") / "config" / "strategies"


def _is_strategy(entry: Traversable) -> bool:
    return entry.is_file() and entry.name.endswith(".toml")
