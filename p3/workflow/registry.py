"""The order of stages: each after those that it reads."""

from collections.abc import Sequence

from p3.errors import UsageError
from p3.workflow.stage import Kind, Stage

_KINDS = list(Kind)


def between(ordered: list[Stage], first: str | None, last: str | None) -> list[Stage]:
    """Return the stages from ``first`` to ``last``, both included."""
    names = [stage.name for stage in ordered]
    for name in (first, last):
        if name is not None and name not in names:
            raise UsageError(f"unknown stage {name!r}", f"Stages: {', '.join(names)}.")
    low = names.index(first) if first else 0
    high = names.index(last) if last else len(names) - 1
    if low > high:
        raise UsageError(f"{first} comes after {last}", f"The order is {', '.join(names)}.")
    return ordered[low : high + 1]


def in_order(declared: Sequence[Stage]) -> list[Stage]:
    """Return the stages in an order in which each follows what it reads; builds first, then by place."""
    waiting = sorted(declared, key=lambda stage: (_KINDS.index(stage.kind), stage.place, stage.name))
    ordered: list[Stage] = []
    while waiting:
        done = {stage.name for stage in ordered}
        ready = next((stage for stage in waiting if done.issuperset(stage.reads)), None)
        if ready is None:
            raise ValueError(f"stages read each other in a circle: {[stage.name for stage in waiting]}")
        waiting.remove(ready)
        ordered.append(ready)
    return ordered
