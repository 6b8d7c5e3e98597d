"""What whole commands cost, against an interpreter that imports only what draws a command line."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Line, process
from flow.command import environment

_P3 = [sys.executable, "-m", "p3"]
_IMPORTS = "import typer, rich"


def lines(tree: Path) -> Iterator[Line]:
    """Yield the costs of help, and of a run with nothing to do, on a tree of the sample."""
    surroundings, where = environment(), ["--data-dir", str(tree), "--json"]
    base = process([sys.executable, "-c", _IMPORTS], surroundings, times=9)
    named = f'python -c "{_IMPORTS}"'
    shown = process([*_P3, "--help"], surroundings, times=9)
    yield Line("p3 --help, CPU", shown.cpu, f"{named}, CPU", base.cpu, 1.5)
    again = process([*_P3, "e2e", "f2", "--source", "sample", *where], surroundings)
    yield Line("second p3 e2e f2, CPU", again.cpu, f"{named}, CPU", base.cpu)
    yield Line("second p3 e2e f2, time", again.wall, f"{named}, time", base.wall)
