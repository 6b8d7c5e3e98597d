"""The data file that names what the rules of this package cannot tell from numbers alone."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from p3.errors import ConfigurationError


@cache
def settings() -> dict[str, Any]:
    """Return ``common/config/market.toml``. Raises ConfigurationError where it is missing or malformed."""
    try:
        return tomllib.loads((files("p3.common") / "config" / "market.toml").read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"market.toml: {error}", "Reinstall p3, or restore the file.") from error
