"""Runs p3 as a user does: a process of its own, nothing of the user's settings, only what the test says."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import p3 as package

_SOURCES = Path(package.__file__).parents[1]
_PATIENCE = 600


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        assert self.stdout, f"exit {self.code}: {self.stderr}"
        return json.loads(self.stdout)

    @property
    def errors(self) -> list[str]:
        """The lines of stderr that name an error."""
        return [line for line in self.stderr.splitlines() if line.startswith("error:")]


def environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a p3 process that has ``settings`` (P3_…) and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("P3_")}
    temporary = Path(tempfile.gettempdir())
    own = {
        "XDG_CONFIG_HOME": str(temporary / "p3-tests-no-such-folder"),
        "XDG_STATE_HOME": str(temporary / "p3-tests-state"),
    }
    return {**inherited, **own, "PYTHONPATH": str(_SOURCES), "NO_COLOR": "1", **(settings or {})}


def start(tree: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    """Start ``p3 ARGUMENTS --data-dir TREE --json`` beside ``tree`` and return its process."""
    return subprocess.Popen(
        [sys.executable, "-m", "p3", *arguments, "--data-dir", str(tree), "--json"],
        cwd=tree.parent,
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> Ran:
    """Wait for a process that ``start`` returned."""
    try:
        stdout, stderr = process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Ran(process.returncode, stdout, stderr)


def p3(tree: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> Ran:
    """Run ``p3 ARGUMENTS --data-dir TREE --json`` to its end."""
    return finish(start(tree, *arguments, settings=settings))
