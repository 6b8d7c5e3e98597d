"""Measuring: the CPU and the time of other processes, and of a call in this one."""

import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU (user and system) and of the clock."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Line:
    """One line of the table: a cost as a multiple of a baseline's; the ratio is meant to stay below ``target``."""

    name: str
    seconds: float
    baseline: str
    baseline_seconds: float
    target: float | None = None

    @property
    def ratio(self) -> float:
        return self.seconds / self.baseline_seconds


def process(command: Sequence[str], environment: Mapping[str, str], times: int = 5) -> Cost:
    """Return the median cost of a command that must succeed, after one run to warm the caches."""
    _once(command, environment)
    costs = [_once(command, environment) for _ in range(times)]
    return Cost(statistics.median(cost.cpu for cost in costs), statistics.median(cost.wall for cost in costs))


def call(function: Callable[[], object], times: int = 5) -> Cost:
    """Return the median cost of a call, after one to warm up."""
    function()
    costs = []
    for _ in range(times):
        cpu, wall = time.process_time(), time.perf_counter()
        function()
        costs.append(Cost(time.process_time() - cpu, time.perf_counter() - wall))
    return Cost(statistics.median(cost.cpu for cost in costs), statistics.median(cost.wall for cost in costs))


def _once(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ran = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {ran.returncode}: {ran.stderr}")
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)
