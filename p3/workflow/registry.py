"""The order of stages: each after those that it reads."""

from collections.abc import Collection, Sequence

from p3.errors import UsageError
from p3.workflow.stage import Kind, Stage

_KINDS = list(Kind)


def check_names(stages: Sequence[Stage], wanted: Collection[str]) -> None:
    """Raise UsageError where a name of ``wanted`` is no stage's."""
    names = [stage.name for stage in stages]
    unknown = sorted(set(wanted).difference(names))
    if unknown:
        raise UsageError(f"unknown stage {unknown[0]!r}", f"Stages: {', '.join(names)}.")


def between(ordered: Sequence[Stage], first: str | None, last: str | None) -> list[Stage]:
    """Return the stages from ``first`` to ``last``, both included, without those that run on demand alone."""
    routine = [stage for stage in ordered if not stage.on_demand]
    names = [stage.name for stage in routine]
    check_names(routine, [name for name in (first, last) if name is not None])
    low = names.index(first) if first else 0
    high = names.index(last) if last else len(names) - 1
    if low > high:
        raise UsageError(f"{first} comes after {last}", f"The order is {', '.join(names)}.")
    return routine[low : high + 1]


def in_order(declared: Sequence[Stage]) -> list[Stage]:
    """Return the stages in an order in which each follows what it reads; builds first, then by place."""
    waiting = sorted(declared, key=lambda stage: (_KINDS.index(stage.kind), stage.place, stage.name))
    ordered: list[Stage] = []
    while waiting:
        done = {stage.name for stage in ordered}
        ready = next((stage for stage in waiting if done.issuperset((*stage.reads, *stage.reads_any))), None)
        if ready is None:
            raise ValueError(f"stages read each other in a circle: {[stage.name for stage in waiting]}")
        waiting.remove(ready)
        ordered.append(ready)
    return ordered
