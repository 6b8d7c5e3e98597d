"""What an answered number costs: CPU from a cold process, and time in a process that answered it before."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.measure import Line, call, process
from flow.command import environment

from p3 import clock, settings
from p3.data.store import Store
from p3.tasks.asker import Asker
from p3.workflow.session import Session

_QUESTION = "What was NVIDIA's revenue in fiscal 2024?"
_IMPORTS = "import polars, sqlalchemy, pydantic_settings"


def lines(tree: Path) -> Iterator[Line]:
    """Yield the costs of a question for a number, without a model, on a tree of the sample."""
    surroundings = environment()
    base = process([sys.executable, "-c", _IMPORTS], surroundings, times=9)
    asking = [sys.executable, "-m", "p3", "ask", _QUESTION, "--json", "--no-cache", "--data-dir", str(tree)]
    cold = process(asking, surroundings)
    yield Line("cold p3 ask for a number, CPU", cold.cpu, f'python -c "{_IMPORTS}", CPU', base.cpu, 3.0)
    anew = call(partial(_asker(tree, remember=False).ask, _QUESTION, []), times=15)
    again = call(partial(_asker(tree, remember=True).ask, _QUESTION, []), times=15)
    yield Line("the answer given before, time", again.wall, "answering anew in the same process, time", anew.wall)
    yield Line("the answer given before, CPU", again.cpu, "answering anew in the same process, CPU", anew.cpu)


def _asker(tree: Path, *, remember: bool) -> Asker:
    return Asker(Session(store=Store(tree), settings=settings.load().settings, as_of=clock.now()), remember=remember)
