"""Settings: flags, then P3_* variables, then .env, then the user's file, then common/config/defaults.toml."""

import os
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from p3.errors import ConfigurationError

_NO_SETTINGS = {"P3_DATA_DIR", "P3_TEST_DATA", "P3_BENCH_COMPANIES"}  # read elsewhere


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _without_user(url: str) -> str:
    if "@" in url.split("://", 1)[-1].split("/", 1)[0]:
        raise ValueError("an address must not hold a name or password: it is shown in logs and manifests")
    return url


Address = Annotated[str, AfterValidator(_without_user)]


class Sec(_Section):
    """How EDGAR is reached, and how much of it is fetched."""

    identity: str
    data_url: Address
    www_url: Address
    rate: float = Field(gt=0, le=10)
    freeze_seconds: float = Field(gt=0, le=3600)
    refresh_hours: float = Field(ge=0)
    annual_reports: int = Field(ge=0, le=50)
    quarterly_reports: int = Field(ge=0, le=200)
    earnings_releases: int = Field(ge=0, le=200)
    bulk_from: int = Field(ge=1)
    bulk_days: float = Field(ge=0)


class Prices(_Section):
    """Where prices come from."""

    source: str
    benchmark: str
    refresh_hours: float = Field(ge=0)


class Alpaca(_Section):
    """Keys and addresses of Alpaca."""

    key: SecretStr
    secret: SecretStr
    data_url: Address
    trading_url: Address


class Embedding(_Section):
    """The embedding model."""

    model: str


class LanguageModel(_Section):
    """The language model that writes answers; none by default."""

    path: str
    url: Address
    name: str
    key: SecretStr


class Ledger(_Section):
    """Where the ledger lies; a URL may hold a password."""

    url: SecretStr


class Workflow(_Section):
    """How the runner batches and when it gives up."""

    batch: int = Field(ge=1)
    max_failure_rate: float = Field(ge=0, le=1)
    refuse_after: int = Field(ge=1)
    patience: float = Field(ge=0)


class Valuation(_Section):
    """The simulation's size and seed."""

    scenarios: int = Field(ge=100, le=1_000_000)
    seed: int


class Backtest(_Section):
    """The default strategy and capital."""

    strategy: str
    start: str
    capital: float = Field(gt=0, allow_inf_nan=False)


class Trading(_Section):
    """The broker, and the simulated account's first deposit."""

    mode: str = Field(pattern="^(simulated|paper|live)$")
    capital: float = Field(gt=0, allow_inf_nan=False)


class Settings(BaseSettings):
    """All settings, validated."""

    model_config = SettingsConfigDict(env_prefix="P3_", env_nested_delimiter="__", extra="ignore", frozen=True)

    sec: Sec
    prices: Prices
    alpaca: Alpaca
    embedding: Embedding
    language_model: LanguageModel
    ledger: Ledger
    workflow: Workflow
    valuation: Valuation
    backtest: Backtest
    trading: Trading

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take everything from ``load``, which also tells where each value came from."""
        return (init_settings,)


@dataclass(frozen=True)
class Loaded:
    """Settings, and the source of each by dotted name."""

    settings: Settings
    sources: dict[str, str]


def load(flags: dict[str, Any] | None = None) -> Loaded:
    """Return the settings in force.

    Raises ConfigurationError for a malformed file, an unknown name or a value out of range.
    """
    layers = [
        ("flag", flags or {}),
        ("environment", _variables("environment", EnvSettingsSource)),
        (".env", _variables(".env", DotEnvSettingsSource, env_file=".env", env_file_encoding="utf-8")),
        (str(user_file()), _toml(user_file())),
        ("defaults", tomllib.loads((resources.files("p3.common") / "config" / "defaults.toml").read_text("utf-8"))),
    ]
    merged: dict[str, dict[str, Any]] = {}
    sources: dict[str, str] = {}
    for source, layer in layers:
        for section, values in layer.items():
            if section not in Settings.model_fields or not isinstance(values, dict):
                raise ConfigurationError(
                    f"{source}: {section} is not a section", f"Sections: {', '.join(Settings.model_fields)}."
                )
            for name, value in values.items():
                if f"{section}.{name}" not in sources:
                    merged.setdefault(section, {})[name] = value
                    sources[f"{section}.{name}"] = source
    try:
        return Loaded(Settings(**merged), sources)  # type: ignore[arg-type]  # validated by pydantic
    except ValidationError as error:
        raise _malformed(error, sources) from None


def unknown_variables() -> list[str]:
    """Return the names of variables that begin as settings do and belong to none: misspelt ones, most likely."""
    known = {f"P3_{section}".upper() for section in Settings.model_fields} | _NO_SETTINGS
    names = [name for name in os.environ if name.upper().startswith("P3_")]
    return sorted(name for name in names if name.upper().split("__", 1)[0] not in known)


def _variables(name: str, source: type[EnvSettingsSource], **options: Any) -> dict[str, Any]:
    try:
        found = source(Settings, **options)()
        return {section: values for section, values in found.items() if section in Settings.model_fields}
    except (
        SettingsError,
        UnicodeDecodeError,
        OSError,
    ) as error:  # their text may quote the value, which may be a secret
        raise ConfigurationError(
            f"{name}: P3_* variables are malformed ({type(error).__name__})", "Write them as P3_SEC__IDENTITY=…"
        ) from None


def user_file() -> Path:
    """Return where the user's own settings lie (XDG base directories)."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "p3" / "config.toml"


def state_folder() -> Path:
    """Return where p3 keeps what outlives a run and belongs to no data tree (XDG base directories)."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "p3"


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(
            f"{path} is malformed: {error}", "Mend it; names are in common/config/defaults.toml."
        ) from None


def _malformed(error: ValidationError, sources: dict[str, str]) -> ConfigurationError:
    first = error.errors(include_input=False, include_url=False)[0]  # never the value: it may be a secret
    name = ".".join(str(part) for part in first["loc"])
    where = sources.get(name, "settings")
    return ConfigurationError(
        f"setting {name} ({where}): {first['msg']}",
        "`p3 env-status` lists the settings; common/config/defaults.toml explains them.",
    )
