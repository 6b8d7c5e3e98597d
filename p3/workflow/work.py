"""What a stage has done so far: kept back until the next commit, then written, recorded and let go.

The order of a commit: the ledger notes that a build's rows are being replaced, then come tables and passages, then the
record. After a kill in between nothing is known of those units: they are made again.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from p3 import clock
from p3.errors import BusyError, DataError, P3Error, UpstreamError
from p3.shapes import Ended
from p3.workflow.planner import UNDER_WAY, Step
from p3.workflow.session import Session
from p3.workflow.stage import Kind, Output, Rows, Stage

_GIVE_UP_AFTER = 3  # units in a row that the upstream service refused


@dataclass
class Outcome:
    """How a unit ended: with what it made, with an error, made by another process, or held by one (``busy``).

    ``lock`` keeps other processes from the unit until what it made is committed.
    """

    step: Step
    output: Output | None = None
    error: P3Error | None = None
    busy: BusyError | None = None
    seconds: float = 0.0
    lock: ExitStack = field(default_factory=ExitStack)


@dataclass
class Work:
    """What a stage has done and not yet committed, and how its units ended.

    ``away`` is why no further unit is tried: the upstream service answers nobody for now.
    """

    done: list[Outcome] = field(default_factory=list)
    failed: list[Outcome] = field(default_factory=list)
    deferred: list[Outcome] = field(default_factory=list)
    errors: list[P3Error] = field(default_factory=list)
    units: dict[str, Ended] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    refused_in_a_row: int = 0
    away: UpstreamError | None = None

    def take(self, outcome: Outcome) -> None:
        """Take over how a unit ended."""
        if outcome.busy is not None:
            self.deferred.append(outcome)
        elif outcome.error is not None:
            self._fail(outcome, outcome.error)
        elif outcome.output is not None:
            self.refused_in_a_row = 0
            self.done.append(outcome)
        else:
            self.units[outcome.step.unit] = "fresh"

    def _fail(self, outcome: Outcome, error: P3Error) -> None:
        """Take over an error; one that is for all says nothing of the unit, which counts as untried."""
        self.refused_in_a_row = self.refused_in_a_row + 1 if isinstance(error, UpstreamError) else 0
        if isinstance(error, UpstreamError) and (error.for_all or self.refused_in_a_row >= _GIVE_UP_AFTER):
            self.away = self.away or error
            if error.for_all:
                return
        self.failed.append(outcome)
        self.errors.append(error)
        self.units[outcome.step.unit] = "failed"

    def commit(self, session: Session, stage: Stage) -> None:
        """Write and record what waits, and let other processes at those units again."""
        done, self.done = self.done, []
        try:
            if done or self.failed:
                with session.store.writing():
                    _write(session, stage, done)
                    written = [each for each in done if self._indexed(session, each)]
                    failed, self.failed = self.failed, []
                    _record(session, stage, written, failed)
                self._count(written)
        finally:
            for outcome in done:
                outcome.lock.close()

    def _indexed(self, session: Session, outcome: Outcome) -> bool:
        """Write a unit's passages, if it has any; what the index refuses is that unit's failure alone."""
        passages = outcome.output.passages if outcome.output is not None else None
        try:
            if passages is not None:
                session.store.index.replace(passages.cik, passages.frame, passages.model)
        except DataError as error:
            outcome.error = error
            self._fail(outcome, error)
            return False
        return True

    def _count(self, done: Sequence[Outcome]) -> None:
        for outcome in done:
            assert outcome.output is not None  # ``take`` put it among those that made something
            self.rows += outcome.output.rows
            self.units[outcome.step.unit] = "ran"
            self.results[outcome.step.unit] = outcome.output.content or outcome.step.key


def _write(session: Session, stage: Stage, done: Sequence[Outcome]) -> None:
    if stage.kind is Kind.BUILD:
        under_way = [_unit(session, stage, each.step, UNDER_WAY) for each in done]
        session.store.ledger.record_units(under_way, [], _settled(done))
    outputs = [each.output for each in done if each.output is not None]
    for table in stage.writes:
        parts = [rows for output in outputs for rows in output.tables if rows.table is table]
        if parts:
            owners = list(dict.fromkeys(owner for rows in parts for owner in rows.owners))
            session.store.tables.replace(table, owners, pl.concat(_standing(parts), how="vertical_relaxed"))


def _standing(parts: Sequence[Rows]) -> list[pl.DataFrame]:
    """Return the frames of ``parts`` without what a later part replaces: two tickers may be one company."""
    taken: set[int | str] = set()
    frames = []
    for rows in reversed(parts):
        again = taken.intersection(rows.owners)
        frames.append(rows.frame.filter(~pl.col(rows.table.owner).is_in(list(again))) if again else rows.frame)
        taken.update(rows.owners)
    return frames[::-1]


def _record(session: Session, stage: Stage, done: Sequence[Outcome], failed: Sequence[Outcome]) -> None:
    moment = clock.iso(clock.now())
    common = {"stage": stage.name, "run_id": session.run_id}
    made = [(each.step, each.output, each.seconds) for each in done if each.output is not None]
    units = [
        _unit(session, stage, step, step.key)
        | {
            "output": output.content or step.key,
            "rows": output.rows,
            "seconds": round(seconds, 3),
            "note": output.note,
        }
        for step, output, seconds in made
        if output.complete
    ]
    problems = [(step.unit, problem.what, problem.reason) for step, output, _ in made for problem in output.problems]
    problems += [(each.step.unit, stage.name, each.error.message) for each in failed if each.error is not None]
    letters = [{**common, "unit": u, "what": w, "reason": r, "last_seen": moment} for u, w, r in problems]
    session.store.ledger.record_units(units, letters, _settled(done))


def _settled(done: Sequence[Outcome]) -> dict[str, frozenset[str]]:
    """Return what each unit tried, where that is not all of it."""
    tried = {each.step.unit: each.output.settles for each in done if each.output is not None}
    return {unit: settles for unit, settles in tried.items() if settles is not None}


def _unit(session: Session, stage: Stage, step: Step, key: str) -> dict[str, Any]:
    """Return the ledger's row of a unit of which nothing but its key is known."""
    return {
        "stage": stage.name,
        "unit": step.unit,
        "key": key,
        "output": key,
        "rows": 0,
        "seconds": 0.0,
        "run_id": session.run_id,
        "finished": clock.iso(clock.now()),
        "note": "",
    }
