"""The language models of this user: those of `p3 models add`, or the one that the settings name, and their keys."""

import json
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from p3 import settings
from p3.answer.models import gguf
from p3.answer.models.config import ONLY, BackendSettings, ModelsConfig, backend_of, is_address, load_config
from p3.answer.models.tiers import TieredModel, open_tiers
from p3.data import locks, whole
from p3.errors import ConfigurationError

_SETTING_KEY = "P3_LANGUAGE_MODEL__KEY"
_PATIENCE = 10.0  # seconds to wait for another process that adds a model
_HEAD = "# Written by `p3 models add`; edit it to take a model out. A key's name stands here, never the key.\n"


@dataclass(frozen=True)
class Configured:
    """The tiers and what stands in them; ``source`` is where that was read, ``key`` what the settings hold."""

    config: ModelsConfig
    backends: tuple[BackendSettings, ...]
    source: str
    key: SecretStr

    def key_of(self, name: str) -> str | None:
        """Return the key called ``name``: the settings' own, else from the environment or the keyring."""
        return self.key.get_secret_value() if name == _SETTING_KEY else find_key(name)

    def opened(self) -> TieredModel | None:
        """Return the tiers ready to be asked, None where no model is configured."""
        return open_tiers(self.backends, self.config, self.key_of)

    @property
    def identity(self) -> str:
        """What tells one set of models from another: all that is set of each, and which file it is; it holds no key.

        Which model a server runs is not asked, so it counts by its name and address alone.
        """
        return json.dumps([[each.model_dump(), _file_identity(each)] for each in self.backends])


def configured(chosen: settings.LanguageModel) -> Configured:
    """Return the models in force: the one that the settings name stands alone, before all that were added.

    Raises ConfigurationError where the user's file is malformed.
    """
    config = load_config()
    place = chosen.path or chosen.url
    if not place:
        return Configured(config, tuple(read(models_file(), config)), str(models_file()), SecretStr(""))
    key_env = _SETTING_KEY if chosen.key.get_secret_value() else ""
    alone = config.alone()
    values = {"tier": ONLY, "place": place, "name": chosen.name, "key_env": key_env}
    return Configured(alone, (backend_of(values, alone),), "settings: language_model", chosen.key)


def _file_identity(backend: BackendSettings) -> tuple[str, int] | None:
    """Return a file's fingerprint and when it changed, in ns; None for a server or a file that is not there."""
    if is_address(backend.place):
        return None
    path = Path(backend.place).expanduser()
    try:
        return gguf.fingerprint(path), path.stat().st_mtime_ns
    except (ConfigurationError, OSError):  # whoever asks the model is told
        return None


def find_key(name: str) -> str | None:
    """Return a key from the environment, else from the keyring where that library is installed."""
    if value := os.environ.get(name):
        return value
    try:
        import keyring  # type: ignore[import-not-found]  # optional: it is used where it is installed
        from keyring.errors import KeyringError  # type: ignore[import-not-found]
    except ImportError:
        return None
    try:
        found: str | None = keyring.get_password("p3", name)
    except KeyringError:  # no keyring is unlocked here
        return None
    return found


def models_file() -> Path:
    """Return where the user's own models are listed, beside the settings."""
    return settings.user_file().with_name("models.toml")


def read(path: Path, config: ModelsConfig) -> list[BackendSettings]:
    """Return the models listed in ``path``, none where there is no file. Raises ConfigurationError."""
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise _malformed(path, type(error).__name__) from None
    backends = listed.pop("backends", [])
    if listed or not isinstance(backends, list):
        raise _malformed(path, "it holds something else than [[backends]]")
    try:
        return [backend_of(_table(each), config) for each in backends]
    except ConfigurationError as error:
        raise _malformed(path, error.message) from None


def add(backend: BackendSettings, config: ModelsConfig) -> None:
    """List ``backend`` in the user's file, in place of one that stands in the same tier and place.

    Raises ConfigurationError where the file cannot be written, BusyError where another process writes it for long.
    """
    path = models_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locks.held(path.with_suffix(".lock"), "the list of models", _PATIENCE):
            others = [each for each in read(path, config) if (each.tier, each.place) != (backend.tier, backend.place)]
            whole.write(path, _text([*others, backend]).encode())
    except OSError as error:
        raise ConfigurationError(
            f"cannot write {path}: {error.strerror}", "Mend its permissions, or set XDG_CONFIG_HOME."
        ) from error


def _text(backends: Sequence[BackendSettings]) -> str:
    return _HEAD + "".join(f"\n[[backends]]\n{_lines(each)}" for each in backends)


def _lines(backend: BackendSettings) -> str:
    """Return one table; printable text quoted for JSON is quoted for TOML."""
    said = backend.model_dump(exclude_defaults=True)
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in said.items())


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigurationError("a model is no table")
    return value


def _malformed(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(f"{path} is malformed: {why}", "Mend it, or remove it and add the models again.")
