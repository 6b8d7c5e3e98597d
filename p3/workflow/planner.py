"""The planner: what has to run, what is fresh, what is blocked, and why.

Pure: declarations and records in, steps out.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from p3.workflow.stage import SHARED, Kind


class Action(StrEnum):
    """What becomes of a unit."""

    RUN = "run"
    FRESH = "fresh"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Record:
    """A unit that ended well: the key that it was made under, the fingerprint of what it made, and when."""

    stage: str
    unit: str
    key: str
    output: str
    finished: datetime


@dataclass(frozen=True)
class Declared:
    """A stage as the planner sees it."""

    name: str
    kind: Kind
    reads: tuple[str, ...]
    units: tuple[str, ...]
    per_company: bool
    code: str
    parameters: Mapping[str, Any]
    max_age: timedelta | None = None
    reads_any: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A unit of a stage, what becomes of it, and what it reads: (stage, unit, fingerprint of what that made)."""

    stage: str
    unit: str
    action: Action
    why: str
    key: str
    inputs: tuple[tuple[str, str, str], ...] = ()
    needs: str = ""  # the stage that has nothing for it


UNDER_WAY = "under way"
"""The key of a record that a build's rows are being replaced: until a newer one, nothing is known of them."""


class Records:
    """What ended well, by unit and key; the newest of equals counts."""

    def __init__(self, records: Sequence[Record]) -> None:
        newest = {(record.stage, record.unit): record for record in records}
        self._newest = {unit: record for unit, record in newest.items() if record.key != UNDER_WAY}
        self._by_key = {(record.stage, record.unit, record.key): record for record in records}

    def newest(self, stage: str, unit: str) -> Record | None:
        """Return the newest record of a unit."""
        return self._newest.get((stage, unit))

    def under(self, stage: str, unit: str, key: str) -> Record | None:
        """Return the record of a unit under ``key``."""
        return self._by_key.get((stage, unit, key))


@dataclass(frozen=True)
class Moment:
    """When a plan is made, and the as-of that the user gave, None for now."""

    now: datetime
    as_of: datetime | None


def plan(
    stages: Sequence[Declared], known: Mapping[str, Declared], records: Records, moment: Moment, force: Collection[str]
) -> list[Step]:
    """Return the steps of ``stages``, which come in an order in which each follows what it reads.

    ``known`` holds every stage by name, planned or not; ``force`` names stages to run whatever is there.
    """
    steps: list[Step] = []
    for stage in stages:
        pending = {(step.stage, step.unit) for step in steps if step.action is Action.RUN}
        steps += plan_stage(stage, known, records, moment, pending=pending, force=stage.name in force)
    return steps


def plan_stage(
    stage: Declared,
    known: Mapping[str, Declared],
    records: Records,
    moment: Moment,
    *,
    pending: Collection[tuple[str, str]] = (),
    force: bool = False,
) -> list[Step]:
    """Return the steps of one stage.

    ``pending`` are the units (stage, unit) of earlier stages that are about to run.
    """
    return [_step(stage, unit, known, records, moment, pending, force) for unit in stage.units]


def _step(
    stage: Declared,
    unit: str,
    known: Mapping[str, Declared],
    records: Records,
    moment: Moment,
    pending: Collection[tuple[str, str]],
    force: bool,
) -> Step:
    inputs = _inputs(stage, unit, known, records)
    key = _key(stage, unit, inputs)
    absent, coming = _gaps(stage, unit, known, inputs, pending)
    if absent:
        action, why = Action.BLOCKED, f"{absent[0]} has nothing for it"
    elif coming:
        action, why = Action.RUN, f"{coming[0]} runs first"
    elif force:
        action, why = Action.RUN, "forced"
    else:
        action, why = _by_record(stage, unit, key, records, moment)
    return Step(stage.name, unit, action, why, key, tuple(inputs), absent[0] if absent else "")


def _inputs(stage: Declared, unit: str, known: Mapping[str, Declared], records: Records) -> list[tuple[str, str, str]]:
    """Return what the unit reads and finds."""
    found = []
    for upstream in (known[name] for name in (*stage.reads, *stage.reads_any)):
        for wanted in _units_read(stage, unit, upstream):
            record = _current(upstream, wanted, known, records)
            if record is not None:
                found.append((upstream.name, wanted, record.output))
    return found


def _current(stage: Declared, unit: str, known: Mapping[str, Declared], records: Records) -> Record | None:
    """Return the record that stands for a unit: a build's newest, of others the one under today's key.

    What a query made for another as-of is no input of this one.
    """
    if stage.kind is Kind.BUILD:
        return records.newest(stage.name, unit)
    return records.under(stage.name, unit, _key(stage, unit, _inputs(stage, unit, known, records)))


def _gaps(
    stage: Declared,
    unit: str,
    known: Mapping[str, Declared],
    inputs: Sequence[tuple[str, str, str]],
    pending: Collection[tuple[str, str]],
) -> tuple[list[str], list[str]]:
    """Return the stages that have nothing for the unit, and those that are about to run for it.

    Of ``reads_any`` one is enough; where none has anything, the first of them is missing.
    """
    has, coming = set(), []
    for upstream in (known[name] for name in (*stage.reads, *stage.reads_any)):
        soon = {u for u in _units_read(stage, unit, upstream) if (upstream.name, u) in pending}
        there = soon | {u for name, u, _ in inputs if name == upstream.name}
        if unit in there if stage.per_company and upstream.per_company else there:
            has.add(upstream.name)
        if soon:
            coming.append(upstream.name)
    absent = [name for name in stage.reads if name not in has]
    if stage.reads_any and has.isdisjoint(stage.reads_any):
        absent.append(stage.reads_any[0])
    return absent, coming


def _units_read(stage: Declared, unit: str, upstream: Declared) -> list[str]:
    if not stage.per_company or not upstream.per_company:
        return list(upstream.units)
    return [unit, SHARED] if SHARED in upstream.units and unit != SHARED else [unit]


def _by_record(stage: Declared, unit: str, key: str, records: Records, moment: Moment) -> tuple[Action, str]:
    newest = records.newest(stage.name, unit)
    if newest is None:
        return Action.RUN, "never run"
    record = records.under(stage.name, unit, key)
    if record is None or (stage.kind is Kind.BUILD and newest.key != key):
        return Action.RUN, "code, parameters or inputs changed"
    age = moment.now - record.finished
    wanted_later = moment.as_of is None or moment.as_of > record.finished
    if stage.max_age is not None and age > stage.max_age and wanted_later:
        return Action.RUN, f"last checked {_hours(age)} ago"
    return Action.FRESH, "nothing changed"


def _key(stage: Declared, unit: str, inputs: Sequence[tuple[str, str, str]]) -> str:
    scope = [] if stage.per_company else sorted({u for _, u, _ in inputs})
    parts = [stage.name, stage.code, dict(stage.parameters), unit, scope, sorted(inputs)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _hours(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.0f} h" if hours >= 1 else f"{age.total_seconds() / 60:.0f} min"
