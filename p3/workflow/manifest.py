"""The record of a run, written beside its results: enough to compute any of them again on exactly its data."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from p3.data import whole
from p3.errors import ConfigurationError
from p3.shapes import Ended

SCHEMA_VERSION = 1
NAME = "manifest.json"


@dataclass(frozen=True)
class Failure:
    """A unit, or something within it, that did not succeed."""

    unit: str
    what: str
    reason: str


@dataclass
class StageReport:
    """How a stage went."""

    name: str
    status: Ended
    why: str
    needs: str = ""  # the stage that has nothing for it, where it is blocked
    rows: int = 0
    seconds: float = 0.0
    units: dict[str, Ended] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)  # unit -> fingerprint or id of what it made
    reads: dict[str, int] = field(default_factory=dict)  # table -> version when the stage began
    writes: dict[str, int] = field(default_factory=dict)  # table -> version when it ended

    @property
    def untried(self) -> list[str]:
        """The units that were not tried, because the upstream service answered nobody."""
        return [unit for unit, ended in self.units.items() if ended == "untried"]


@dataclass
class Manifest:
    """What a run read, did and wrote. Table versions are Delta's, and Lance's for the passages."""

    run_id: str
    command: str
    code_version: str
    scope: str
    scope_hash: str
    members: list[str]
    as_of: str
    started: str
    finished: str | None = None
    status: str = "running"
    parameters: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, Any] = field(default_factory=dict)  # the flags that decided what stages did
    inputs: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, int] = field(default_factory=dict)
    stages: list[StageReport] = field(default_factory=list)
    schema_version: int = SCHEMA_VERSION

    def write(self, folder: Path) -> Path:
        """Write the manifest into ``folder`` as a whole or not at all, and return its path."""
        path = folder / NAME
        write_whole(path, json.dumps(asdict(self), indent=2, default=str) + "\n")
        return path


def choices_of(path: Path) -> dict[str, Any]:
    """Return the flags of the run whose manifest is ``path``; none where it cannot be read any more."""
    try:
        choices = json.loads(path.read_text(encoding="utf-8")).get("choices", {})
    except (OSError, ValueError):
        return {}
    return dict(choices) if isinstance(choices, dict) else {}


def write_whole(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` so that a kill leaves the old file or the new one."""
    try:
        whole.write(path, text.encode())
    except OSError as error:
        raise ConfigurationError(
            f"cannot write {path}: {error.strerror}", "Free space, or name another --data-dir."
        ) from None
