"""common/config/models.toml, and the backends that the user adds to its tiers."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from p3.errors import ConfigurationError

_FILE = "models.toml"
_ADDRESS = re.compile(r"https?://[^/?#@\s]+(?:/[^?#@\s]*)?\Z")
_KEY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
ONLY = "only"  # the tier of a model that the settings name


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of printable characters")
    return text


def is_address(place: str) -> bool:
    """Whether ``place`` is meant as a URL, not as a file."""
    return "://" in place


def _checked_place(place: str) -> str:
    if is_address(place) and not _ADDRESS.match(place):
        raise ValueError("write a server as http://host:port/v1, without a user, a key or a query in it")
    return _one_line(place)


def _checked_key_name(name: str) -> str:
    if name and not _KEY_NAME.match(name):  # most likely the key itself, so it is not repeated
        raise ValueError("is not the name of a variable; the key itself is never stored")
    return name


class BackendSettings(_Strict):
    """A model in a tier: ``place`` is a GGUF file, or the URL that ``/chat/completions`` follows.

    ``key_env`` names the variable, or the entry in the keyring, that holds a server's key. ``format`` is how the server
    takes a schema: ``json_schema`` as OpenAI and llama.cpp do, ``json_object`` as llama-cpp-python's server does.
    """

    tier: str
    place: Annotated[str, Field(min_length=1), AfterValidator(_checked_place)]
    name: Annotated[str, AfterValidator(_one_line)] = ""
    key_env: Annotated[str, AfterValidator(_checked_key_name)] = ""
    format: Literal["json_schema", "json_object"] = "json_schema"


class RequestSettings(_Strict):
    """How every model is asked; lengths in tokens."""

    template: str
    temperature: float = Field(ge=0)
    seed: int
    max_tokens: int = Field(ge=1)
    threads: int = Field(ge=1)
    characters_per_token: float = Field(gt=0)
    passages_needed: int = Field(ge=1)


class TierSettings(_Strict):
    """A step of the ladder; ``timeout`` is in seconds for a whole reply."""

    quantisations: tuple[str, ...]
    from_score: float = Field(ge=0, le=1)
    context_tokens: int = Field(ge=1)
    timeout: float = Field(gt=0)


class Feature(_Strict):
    """A feature of a question: its count above ``from``, over what is left up to ``full``, times ``weight``."""

    weight: float = Field(ge=0, le=1)
    start: float = Field(default=0, alias="from", ge=0)
    full: float = Field(gt=0)
    words: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _rises(self) -> "Feature":
        if self.full <= self.start:
            raise ValueError("full must lie above from")
        return self


class ComplexitySettings(_Strict):
    """The features by name; their weights add up to 1."""

    companies: Feature
    periods: Feature
    operations: Feature
    explanation: Feature
    length: Feature

    @model_validator(mode="after")
    def _adds_up(self) -> "ComplexitySettings":
        if abs(sum(feature.weight for _, feature in self) - 1.0) > 1e-9:
            raise ValueError("the weights do not add up to 1")
        return self


class HealthSettings(_Strict):
    """How servers are watched; lengths in seconds."""

    check_seconds: float = Field(gt=0)
    probe_timeout: float = Field(gt=0)
    backoff_first: float = Field(gt=0)
    backoff_longest: float = Field(gt=0)
    latency_weight: float = Field(gt=0, le=1)


class ModelsConfig(_Strict):
    """The whole file; the tiers stand from the least to the most able."""

    request: RequestSettings
    tiers: dict[str, TierSettings] = Field(min_length=1)
    complexity: ComplexitySettings
    health: HealthSettings

    @model_validator(mode="after")
    def _climbs(self) -> "ModelsConfig":
        scores = [tier.from_score for tier in self.tiers.values()]
        if scores[0] != 0 or any(low >= high for low, high in pairwise(scores)):
            raise ValueError("from_score must begin at 0 and rise from tier to tier")
        return self

    def alone(self) -> "ModelsConfig":
        """Return the configuration with one tier, as able as the highest, for a model that the settings name."""
        highest = list(self.tiers.values())[-1]
        return self.model_copy(update={"tiers": {ONLY: highest.model_copy(update={"from_score": 0.0})}})


@cache
def load_config() -> ModelsConfig:
    """Return common/config/models.toml. Raises ConfigurationError where it is malformed."""
    text = (files("p3.common") / "config" / _FILE).read_text(encoding="utf-8")
    try:
        return ModelsConfig.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigurationError(f"{_FILE}: {error}", "Restore common/config/models.toml.") from error


def backend_of(values: dict[str, Any], config: ModelsConfig) -> BackendSettings:
    """Return one backend as the user gave it. Raises ConfigurationError without repeating a value that may be a key."""
    try:
        backend = BackendSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        what = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"a model's {what}: {said}", "See `p3 models --help`.") from None
    if backend.tier not in config.tiers:
        raise ConfigurationError(f"there is no tier {backend.tier}", f"Tiers: {', '.join(config.tiers)}.")
    return backend


def tier_of(file_name: str, config: ModelsConfig) -> str | None:
    """Return the tier whose quantisation stands in a file's name, such as Q4_K_M; None where none or two do."""
    parts = re.split(r"[^A-Z0-9]+", file_name.upper())
    fitting = {name for name, tier in config.tiers.items() if set(parts) & set(tier.quantisations)}
    return fitting.pop() if len(fitting) == 1 else None
