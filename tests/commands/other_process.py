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
    own = {"PYTHONPATH": str(CHECKOUT), "XDG_CONFIG_HOME": str(home / "config"), "NO_COLOR": "1"}
    return {**kept, **own, **more}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "p3", *map(str, arguments)]
