"""The runner: takes the plan's steps, runs them company by company, commits in batches, records what became of each.

1. For each stage in order it asks the planner again, so that a stage whose input turned out unchanged stays fresh.
2. It takes the stage's lock, so that two processes never write the same tables.
3. It runs each unit; a company's failure is recorded and the others go on.
4. Every ``batch`` units it commits. The ledger first notes that a build's rows are being replaced, then come tables
   and passages, then the record. After a kill in between nothing is known of those units: they are made again.
"""

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from p3 import __version__, clock
from p3.data import locks
from p3.data.delta import check
from p3.errors import (
    BusyError,
    ConfigurationError,
    DataError,
    ExitCode,
    InputMissingError,
    P3Error,
    UpstreamError,
    UsageError,
)
from p3.scope import CUSTOM, Scope
from p3.shapes import Ended
from p3.workflow.code_version import code_version
from p3.workflow.manifest import Failure, Manifest, StageReport
from p3.workflow.planner import UNDER_WAY, Action, Declared, Moment, Record, Records, Step, plan, plan_stage
from p3.workflow.registry import check_names
from p3.workflow.session import Session
from p3.workflow.stage import Job, Kind, Output, Rows, Stage

log = logging.getLogger("p3.workflow")

_STOPS_THE_STAGE = (ConfigurationError, BusyError)
_BEST_FIRST: tuple[Ended, ...] = ("ran", "fresh", "failed")
_ENDED: dict[Action, Ended] = {Action.RUN: "failed", Action.FRESH: "fresh", Action.BLOCKED: "blocked"}
_GIVE_UP_AFTER = 3  # units in a row that the upstream service refused


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


@dataclass
class _Work:
    """What a stage has done and not yet committed, and how its units ended."""

    done: list[tuple[Step, Output, float]] = field(default_factory=list)
    failed: list[tuple[Step, P3Error]] = field(default_factory=list)
    errors: list[P3Error] = field(default_factory=list)
    units: dict[str, Ended] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    refused_in_a_row: int = 0


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

    A stage that got nothing, or failed for too many companies, ends the run unless ``options.keep_going``: ``error``
    says why. Raises what no company can do anything about: a missing identity, a full disk, another process at work, a
    bug.
    """
    check_names(every, options.force)
    manifest = _open_manifest(session, stages, scope)
    notes: list[str] = []
    error: P3Error | None = None
    try:
        for stage in stages:
            notes += stage.prepare(session, scope)
            known = {each.name: _declare(session, each, scope) for each in every}
            manifest.parameters[stage.name] = dict(known[stage.name].parameters)
            report, found = _run_stage(session, stage, known, every, scope, options)
            manifest.stages.append(report)
            error = None if options.keep_going else _hopeless(session, scope, report, found)
            if error is not None:
                break
        whole = not any(report.failures for report in manifest.stages)
        manifest.status = "failed" if error else "done" if whole else "partial"
    except BaseException as failure:
        manifest.status = "failed"
        log.error("run failed: %r", failure)
        with contextlib.suppress(P3Error):  # the failure itself is what matters, on a full disk too
            _close_manifest(session, manifest)
        raise
    _close_manifest(session, manifest)
    return RunReport(manifest, _exit_code(manifest, error), tuple(dict.fromkeys(notes)), error)


def _exit_code(manifest: Manifest, error: P3Error | None) -> ExitCode:
    if error is not None:
        return error.exit_code
    return ExitCode.PARTIAL if manifest.status == "partial" else ExitCode.DONE


def _run_stage(
    session: Session, stage: Stage, known: dict[str, Declared], every: Sequence[Stage], scope: Scope, options: Options
) -> tuple[StageReport, list[P3Error]]:
    declared = known[stage.name]
    started = clock.monotonic()
    reads = session.store.versions()
    work = _Work()
    steps = _plan_now(session, declared, known, every, options)
    if any(step.action is Action.RUN for step in steps):
        with locks.held(session.store.directories.lock(stage.name), stage.name):
            steps = _plan_now(session, declared, known, every, options)  # another process may have done it meanwhile
            _run_steps(session, stage, declared, scope, steps, work)
    report = _report(session, stage.name, steps, work)
    report.seconds = round(clock.monotonic() - started, 3)
    report.reads, report.writes = reads, session.store.versions()
    return report, work.errors


def _plan_now(
    session: Session, stage: Declared, known: dict[str, Declared], every: Sequence[Stage], options: Options
) -> list[Step]:
    forced = stage.name in options.force
    return plan_stage(stage, known, _records(session, every), _moment(session), force=forced)


def _run_steps(
    session: Session, stage: Stage, declared: Declared, scope: Scope, steps: Sequence[Step], work: _Work
) -> None:
    todo = [step for step in steps if step.action is Action.RUN]
    session.progress.start(stage.name, len(todo))
    try:
        with stage.resource(session, declared.parameters) as resource:
            for step in todo:
                if work.refused_in_a_row >= _GIVE_UP_AFTER:
                    _fail(step, UpstreamError(f"not tried: {_GIVE_UP_AFTER} in a row were refused", "Try later."), work)
                    continue
                _run_unit(session, stage, scope, declared, step, resource, work)
                if len(work.done) >= session.settings.workflow.batch:
                    _commit(session, stage, work)
    finally:
        _commit(session, stage, work)
        session.progress.finish()


def _run_unit(
    session: Session, stage: Stage, scope: Scope, declared: Declared, step: Step, resource: Any, work: _Work
) -> None:
    job = Job(session, scope, step.unit, declared.parameters, resource, step.inputs, session.progress.step)
    started = clock.monotonic()
    try:
        output = stage.run(job)
        if output.rows == 0:
            raise DataError(f"{stage.name} made no rows for {step.unit}", "See what it reads with `p3 e2e --dry-run`.")
        for rows in output.tables:
            check(rows.table, rows.owners, rows.frame)  # here, so that it fails this company and not the whole batch
    except _STOPS_THE_STAGE:
        raise
    except P3Error as error:
        if isinstance(error, UsageError) and not stage.per_company:
            raise  # nothing failed: the command line asks for what there is not
        _fail(step, error, work)
    except Exception as error:
        error.add_note(f"in {stage.name} of {step.unit}")
        raise
    else:
        work.refused_in_a_row = 0
        work.done.append((step, output, clock.monotonic() - started))
    session.progress.advance(step.unit)


def _fail(step: Step, error: P3Error, work: _Work) -> None:
    work.failed.append((step, error))
    work.errors.append(error)
    work.units[step.unit] = "failed"
    work.refused_in_a_row = work.refused_in_a_row + 1 if isinstance(error, UpstreamError) else 0


def _commit(session: Session, stage: Stage, work: _Work) -> None:
    """Commit what waits: tables, then passages, then the record of the units and of what failed."""
    done, work.done = work.done, []
    failed, work.failed = work.failed, []
    if not done and not failed:
        return
    if stage.kind is Kind.BUILD:
        session.store.ledger.record_units([_unit(session, stage, step, UNDER_WAY) for step, _, _ in done], [])
    for table in stage.writes:
        parts = [rows for _, output, _ in done for rows in output.tables if rows.table is table]
        if parts:
            owners = list(dict.fromkeys(owner for rows in parts for owner in rows.owners))
            session.store.tables.replace(table, owners, pl.concat(_standing(parts), how="vertical_relaxed"))
    for _, output, _ in done:
        if output.passages is not None:
            session.store.index.replace(output.passages.cik, output.passages.frame, output.passages.model)
    _record(session, stage, done, failed)
    work.rows += sum(output.rows for _, output, _ in done)
    work.units.update({step.unit: "ran" for step, _, _ in done})
    work.results.update({step.unit: output.content or step.key for step, output, _ in done})


def _standing(parts: Sequence[Rows]) -> list[pl.DataFrame]:
    """Return the frames of ``parts`` without what a later part replaces: two tickers may be one company."""
    taken: set[int | str] = set()
    frames = []
    for rows in reversed(parts):
        again = taken.intersection(rows.owners)
        frames.append(rows.frame.filter(~pl.col(rows.table.owner).is_in(list(again))) if again else rows.frame)
        taken.update(rows.owners)
    return frames[::-1]


def _record(
    session: Session,
    stage: Stage,
    done: Sequence[tuple[Step, Output, float]],
    failed: Sequence[tuple[Step, P3Error]],
) -> None:
    moment = clock.iso(clock.now())
    common = {"stage": stage.name, "run_id": session.run_id}
    units = [
        _unit(session, stage, step, step.key)
        | {
            "output": output.content or step.key,
            "rows": output.rows,
            "seconds": round(seconds, 3),
            "note": output.note,
        }
        for step, output, seconds in done
        if output.complete
    ]
    problems = [(step.unit, problem.what, problem.reason) for step, output, _ in done for problem in output.problems]
    problems += [(step.unit, stage.name, error.message) for step, error in failed]
    letters = [{**common, "unit": u, "what": w, "reason": r, "last_seen": moment} for u, w, r in problems]
    session.store.ledger.record_units(units, letters)


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


def _report(session: Session, name: str, steps: Sequence[Step], work: _Work) -> StageReport:
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
    return StageReport(name, status, why, rows=work.rows, units=ended, failures=failures, results=results)


def _hopeless(session: Session, scope: Scope, report: StageReport, errors: Sequence[P3Error]) -> P3Error | None:
    """Return why the run should end: a stage got nothing, or too many companies failed for the rest to mean much."""
    if report.status == "blocked":
        needed = report.why.split(" ", 1)[0]
        return InputMissingError(f"{report.name}: {report.why}", f"Run `p3 {needed}{_words(scope)}` first.")
    failed = [unit for unit, ended in report.units.items() if ended == "failed"]
    if report.status == "failed":
        return errors[0] if len(errors) == 1 or _alike(errors) else _too_many(report, failed, errors)
    limits = session.settings.workflow
    if len(failed) >= limits.refuse_after and len(failed) > limits.max_failure_rate * len(report.units):
        return _too_many(report, failed, errors)
    return None


def _words(scope: Scope) -> str:
    """Return the words that name ``scope`` on a command line, with a space before each."""
    return "".join(f" -t {ticker}" for ticker in scope.tickers[:3]) if scope.name == CUSTOM else f" {scope.name}"


def _alike(errors: Sequence[P3Error]) -> bool:
    return len({type(error) for error in errors}) == 1


def _too_many(report: StageReport, failed: Sequence[str], errors: Sequence[P3Error]) -> P3Error:
    reasons = "; ".join(f"{failure.unit}: {failure.reason}" for failure in report.failures[:3])
    kind = type(errors[0]) if _alike(errors) else DataError
    return _made(kind, f"{report.name} failed for {len(failed)} of {len(report.units)}: {reasons}")


def _made(kind: type[P3Error], message: str) -> P3Error:
    """Return an error for all companies: a service that is away is to be asked again, anything else is to be mended."""
    remedy = "Try again later." if issubclass(kind, UpstreamError) else "Mend it, or go on with --keep-going."
    return UpstreamError(message, remedy) if issubclass(kind, UpstreamError) else DataError(message, remedy)


def _declare(session: Session, stage: Stage, scope: Scope) -> Declared:
    return Declared(
        name=stage.name,
        kind=stage.kind,
        reads=stage.reads,
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
    session.store.ledger.start_run(session.run_id, session.command, scope.name, session.as_of)
    return manifest


def _close_manifest(session: Session, manifest: Manifest) -> None:
    manifest.as_of = clock.iso(session.as_of)
    manifest.finished = clock.iso(clock.now())
    manifest.outputs = session.store.versions()
    path = manifest.write(session.store.directories.run(session.run_id))
    session.store.ledger.finish_run(session.run_id, manifest.status, str(path))
