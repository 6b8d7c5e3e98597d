"""The runner: takes the plan's steps, runs them company by company, commits in batches, records what became of each.

1. For each stage in order it asks the planner again, so that a stage whose input turned out unchanged stays fresh.
2. It runs each unit under the unit's lock, so that two processes share a scope's companies and none is made twice; a
   company's failure is recorded and the others go on. A service that answers nobody ends the run: who was not asked
   for stays as it was.
3. Every ``batch`` units it commits (see ``work``). What another process holds is waited for at the end.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import takewhile
from typing import Any

from p3 import __version__, clock
from p3.data import locks
from p3.data.delta import check
from p3.errors import BusyError, ConfigurationError, DataError, ExitCode, P3Error, UsageError
from p3.scope import Scope, cik_label
from p3.shapes import Ended
from p3.workflow.code_version import code_version
from p3.workflow.fanout import in_turn
from p3.workflow.manifest import Failure, Manifest, StageReport
from p3.workflow.planner import Action, Declared, Moment, Record, Records, Step, plan, plan_stage
from p3.workflow.registry import check_names
from p3.workflow.scoping import membership_note
from p3.workflow.session import Session
from p3.workflow.stage import Job, Output, Stage
from p3.workflow.verdict import exit_code, hopeless
from p3.workflow.work import Outcome, Work

log = logging.getLogger("p3.workflow")

_STOPS_THE_STAGE = (ConfigurationError, BusyError)
_BEST_FIRST: tuple[Ended, ...] = ("ran", "fresh", "failed", "untried")
_ENDED: dict[Action, Ended] = {Action.RUN: "untried", Action.FRESH: "fresh", Action.BLOCKED: "blocked"}


@dataclass(frozen=True)
class Options:
    """What the user asked of a run."""

    force: frozenset[str] = frozenset()
    keep_going: bool = False


@dataclass
class RunReport:
    """How a run went: the manifest, the exit code that tells it to scripts, notes, and what ended it early."""

    manifest: Manifest
    exit_code: ExitCode
    notes: tuple[str, ...] = ()
    error: P3Error | None = None


def dry_run(
    session: Session, stages: Sequence[Stage], every: Sequence[Stage], scope: Scope, options: Options
) -> list[Step]:
    """Return what a run of ``stages`` would do, and why; ``every`` holds all declared stages."""
    check_names(every, options.force)
    for stage in stages:
        stage.prepare(session, scope)
    known = {stage.name: _declare(session, stage, scope) for stage in every}
    chosen = [known[stage.name] for stage in stages]
    return plan(chosen, known, _records(session, every), _moment(session), options.force)


def run(session: Session, stages: Sequence[Stage], every: Sequence[Stage], scope: Scope, options: Options) -> RunReport:
    """Run what has to be run of ``stages`` and return how it went; the manifest lies in the run's folder.

    A stage that got nothing, that failed for too many companies, or whose service answers nobody, ends the run unless
    ``options.keep_going``: ``error`` says why. Raises what no company can do anything about: a missing identity, a full
    disk, another process at work, a bug.
    """
    check_names(every, options.force)
    manifest = _open_manifest(session, stages, scope)
    session.forced = options.force
    notes: list[str] = list(membership_note(session, scope))
    error: P3Error | None = None
    try:
        for stage in stages:
            notes += stage.prepare(session, scope)
            known = {each.name: _declare(session, each, scope) for each in every}
            manifest.parameters[stage.name] = dict(known[stage.name].parameters)
            report, work = _run_stage(session, stage, known, every, scope, options)
            manifest.stages.append(report)
            error = None if options.keep_going else hopeless(session.settings.workflow, scope, report, work)
            if error is not None:
                break
        whole = not any(report.failures or report.untried for report in manifest.stages)
        manifest.status = "failed" if error else "done" if whole else "partial"
    except BaseException as failure:
        manifest.status = "failed"
        log.error("run failed: %r", failure)
        with contextlib.suppress(P3Error):  # the failure itself is what matters, on a full disk too
            _close_manifest(session, manifest)
        raise
    _close_manifest(session, manifest)
    return RunReport(manifest, exit_code(manifest, error), tuple(dict.fromkeys([*notes, *session.notes])), error)


def _run_stage(
    session: Session, stage: Stage, known: dict[str, Declared], every: Sequence[Stage], scope: Scope, options: Options
) -> tuple[StageReport, Work]:
    declared, work = known[stage.name], Work()
    started = clock.monotonic()
    reads, seen = session.store.versions(), session.store.ledger.newest_unit()
    steps = plan_stage(declared, known, _records(session, every), _moment(session), force=stage.name in options.force)
    if any(step.action is Action.RUN for step in steps):
        _run_steps(_Attempts(session, stage, declared, scope, work, seen), steps)
    report = _report(session, stage.name, steps, work)
    report.seconds = round(clock.monotonic() - started, 3)
    report.reads, report.writes = reads, session.store.versions()
    return report, work


@dataclass(frozen=True)
class _Attempts:
    """A stage under way: what all its units share. ``seen`` is the ledger's newest record when it was planned."""

    session: Session
    stage: Stage
    declared: Declared
    scope: Scope
    work: Work
    seen: int

    def attempt(self, resource: Any, patience: float, step: Step) -> Outcome:
        """Run a unit, in a thread of its own where the stage has several; raises only what is a bug."""
        outcome = Outcome(step)
        try:
            outcome.lock.enter_context(self._held(step.unit, patience))
        except BusyError as busy:
            return Outcome(step, busy=busy)
        with contextlib.ExitStack() as letting_go:
            letting_go.push(outcome.lock)
            self._run(resource, outcome)
            if outcome.output is not None:
                letting_go.pop_all()  # until it is committed
        return outcome

    def _held(self, unit: str, patience: float) -> contextlib.AbstractContextManager[None]:
        lock = self.stage.lock or self.stage.name
        name = f"{lock}.{_one_company(self.scope, unit)}" if self.stage.per_company else lock
        return locks.held(self.session.store.directories.lock(name), f"{self.stage.name} of {unit}", patience)

    def _run(self, resource: Any, outcome: Outcome) -> None:
        step = outcome.step
        if self.session.store.ledger.recorded_since(self.seen, self.stage.name, step.unit, step.key):
            return  # another process made it after this run was planned
        job = Job(
            self.session,
            self.scope,
            step.unit,
            self.declared.parameters,
            resource,
            step.inputs,
            self.session.progress.step,
        )
        started = clock.monotonic()
        try:
            outcome.output = _checked(self.stage, step.unit, self.stage.run(job))
        except P3Error as error:
            outcome.error = error
        except Exception as error:
            error.add_note(f"in {self.stage.name} of {step.unit}")
            raise
        outcome.seconds = clock.monotonic() - started


def _one_company(scope: Scope, unit: str) -> str:
    """Return what all tickers of a unit's company have in common: its CIK, the ticker alone where that is unknown."""
    cik = next((company.cik for company in scope.companies if company.ticker == unit), None)
    return cik_label(cik) if cik is not None and cik > 0 else unit


def _checked(stage: Stage, unit: str, output: Output) -> Output:
    """Return ``output`` as its tables have it: what cannot be committed fails this company and not the whole batch."""
    if output.rows == 0:
        raise DataError(f"{stage.name} made no rows for {unit}", "See what it reads with `p3 e2e --dry-run`.")
    tables = tuple(replace(rows, frame=check(rows.table, rows.owners, rows.frame)) for rows in output.tables)
    return replace(output, tables=tables)


def _run_steps(attempts: _Attempts, steps: Sequence[Step]) -> None:
    session, stage, work = attempts.session, attempts.stage, attempts.work
    todo = [step for step in steps if step.action is Action.RUN]
    session.progress.start(stage.name, len(todo))
    try:
        with stage.resource(session, attempts.declared.parameters) as resource:
            at_once, batch = stage.threads(session), session.settings.workflow.batch
            _go(attempts, todo, partial(attempts.attempt, resource, 0.0), at_once, batch)
            work.commit(session, stage)
            held, work.deferred = work.deferred, []
            patience = session.settings.workflow.patience
            # Committed one by one: what is done keeps its lock until then, also from another ticker of its company.
            _go(attempts, [each.step for each in held], partial(attempts.attempt, resource, patience), 1, 1)
    finally:
        work.commit(session, stage)
        session.progress.finish()
    if work.deferred and work.deferred[0].busy is not None:
        raise work.deferred[0].busy


def _go(
    attempts: _Attempts, todo: Sequence[Step], attempt: Callable[[Step], Outcome], threads: int, batch: int
) -> None:
    session, stage, work = attempts.session, attempts.stage, attempts.work
    tried = takewhile(lambda _step: work.away is None, todo)
    with contextlib.closing(in_turn(tried, attempt, threads)) as outcomes:
        for outcome in outcomes:
            if outcome.error is not None and _stops(stage, outcome.error):
                raise outcome.error
            work.take(outcome)
            if outcome.busy is None:
                session.progress.advance(outcome.step.unit)
            if len(work.done) >= batch:
                work.commit(session, stage)


def _stops(stage: Stage, error: P3Error) -> bool:
    """Return whether no unit can go on; where the command line asks for what there is not, nothing failed."""
    return isinstance(error, _STOPS_THE_STAGE) or (isinstance(error, UsageError) and not stage.per_company)


def _report(session: Session, name: str, steps: Sequence[Step], work: Work) -> StageReport:
    """Return the stage's report; what failed earlier and still stands is listed as well as what failed now.

    A fresh unit has what is asked for now: that it failed for another as-of, or when forced, says nothing of it.
    """
    ended = {step.unit: work.units.get(step.unit, _ENDED[step.action]) for step in steps}
    letters = session.store.ledger.open_dead_letters([name], list(ended))
    failures = [
        Failure(letter["unit"], letter["what"], letter["reason"])
        for letter in letters
        if letter["what"] != name or ended[letter["unit"]] != "fresh"
    ]
    failures += [Failure(step.unit, name, f"blocked: {step.why}") for step in steps if step.action is Action.BLOCKED]
    status: Ended = next((each for each in _BEST_FIRST if each in ended.values()), "blocked")
    why = next((step.why for step in steps if ended[step.unit] == status), "")
    records = _records_of(session, [name])
    results = {s.unit: r.output for s in steps if (r := records.under(name, s.unit, s.key)) is not None}
    results |= work.results  # what is not complete has no record, and has a result all the same
    needs = next((step.needs for step in steps if step.needs), "")
    return StageReport(name, status, why, needs, rows=work.rows, units=ended, failures=failures, results=results)


def _declare(session: Session, stage: Stage, scope: Scope) -> Declared:
    return Declared(
        name=stage.name,
        kind=stage.kind,
        reads=stage.reads,
        reads_any=stage.reads_any,
        units=tuple(stage.units(scope)),
        per_company=stage.per_company,
        code=code_version(stage.code),
        parameters=stage.parameters(session),
        max_age=stage.max_age(session),
    )


def _moment(session: Session) -> Moment:
    return Moment(clock.now(), session.pinned or session.settled)


def _records(session: Session, every: Sequence[Stage]) -> Records:
    """Return what ended well and is still there; a stage whose tables are gone never ran."""
    return _records_of(session, [stage.name for stage in every if not _lost(session, stage)])


def _lost(session: Session, stage: Stage) -> bool:
    tables = session.store.tables
    if stage.indexed:
        return session.store.index.version() is None
    return bool(stage.writes) and all(tables.version(table) is None for table in stage.writes)


def _records_of(session: Session, names: Sequence[str]) -> Records:
    rows = session.store.ledger.unit_records(names)
    return Records(
        [
            Record(row["stage"], row["unit"], row["key"], row["output"], datetime.fromisoformat(row["finished"]))
            for row in rows
        ]
    )


def _open_manifest(session: Session, stages: Sequence[Stage], scope: Scope) -> Manifest:
    manifest = Manifest(
        run_id=session.run_id,
        command=session.command,
        code_version=f"{__version__}+{code_version(tuple(sorted({c for stage in stages for c in stage.code})))}",
        scope=scope.name,
        scope_hash=scope.fingerprint,
        members=scope.tickers,
        as_of=clock.iso(session.as_of),
        started=clock.iso(clock.now()),
        inputs=session.store.versions(),
    )
    if session.store.ledger.writable:
        session.store.ledger.start_run(session.run_id, session.command, scope.name, session.as_of)
    return manifest


def _close_manifest(session: Session, manifest: Manifest) -> None:
    """Record how the run ended; where nothing can be written, nothing ran that would have to be recorded."""
    if not session.store.ledger.writable:
        return
    manifest.as_of = clock.iso(session.as_of)
    manifest.finished = clock.iso(clock.now())
    manifest.outputs = session.store.versions()
    manifest.choices = dict(session.choices)
    path = manifest.write(session.store.directories.run(session.run_id))
    session.store.ledger.finish_run(session.run_id, manifest.status, str(path))
