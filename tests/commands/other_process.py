"""The real command line as another process."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a run of p3 ended."""

    code: int
    out: str
    err: str


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return a small environment without anything of the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("P3_", "XDG_", "COVERAGE"))}
    folders = {"XDG_CONFIG_HOME": str(home / "config"), "XDG_STATE_HOME": str(home / "state")}
    own = {"PYTHONPATH": str(CHECKOUT), "NO_COLOR": "1", **folders}
    return {**kept, **own, **more}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "p3", *map(str, arguments)]
