"""A stage run by its own command."""

from collections.abc import Mapping, Sequence
from typing import Any

from p3 import clock
from p3.data.tables import COMPANIES
from p3.scope import Company, Scope
from p3.shapes import FailureShape, StageRun, StageShape
from p3.workflow.manifest import StageReport
from p3.workflow.result import Result
from p3.workflow.runner import Options, RunReport, run
from p3.workflow.scoping import choose
from p3.workflow.session import Session
from p3.workflow.stage import Job, Stage


def run_stage(
    session: Session,
    stage: Stage,
    scope: str | None,
    tickers: Sequence[str] | None,
    choices: Mapping[str, Any],
    force: bool,
) -> Result:
    """Run one stage for a scope and return how it went."""
    chosen = choose(session, scope, tickers)
    report = run_one(session, stage, chosen, choices, force)
    return Result(run_shape(session, chosen, report), report.exit_code, report.notes)


def run_shape(session: Session, scope: Scope, report: RunReport) -> StageRun:
    """Return a run of one stage as it is printed."""
    return StageRun(
        run_id=session.run_id,
        scope=scope.name,
        as_of=clock.iso(session.as_of),
        origin=origin_of(session, scope),
        stage=shape_of(report.manifest.stages[0]),
    )


def run_one(
    session: Session, stage: Stage, scope: Scope, choices: Mapping[str, Any], force: bool, *, partly: bool = False
) -> RunReport:
    """Run one stage for ``scope`` and return the run's report; raises what ended it early.

    With ``partly`` that is raised only where there is nothing for any company, and is the report's error otherwise.
    """
    session.choose(**choices)
    options = Options(force=frozenset({stage.name}) if force else frozenset())
    report = run(session, [stage], session.declared(), scope, options)
    if report.error is not None and not (partly and report.manifest.stages[0].status in ("ran", "fresh")):
        raise report.error
    return report


def shape_of(report: StageReport) -> StageShape:
    """Return a stage's report as it is printed."""
    return StageShape(
        name=report.name,
        status=report.status,
        why=report.why,
        rows=report.rows,
        seconds=report.seconds,
        units=dict(report.units),
        failures=[FailureShape(unit=f.unit, what=f.what, reason=f.reason) for f in report.failures],
    )


def company_of(job: Job) -> Company:
    """Return the company that a unit is."""
    return next(company for company in job.scope.companies if company.ticker == job.unit)


def origin_of(session: Session, scope: Scope) -> str:
    """Return where the filings of a scope's companies came from: edgar, sample, or both."""
    listed = ", ".join("?" for _ in scope.tickers)
    companies = session.store.rows(COMPANIES, f"ticker IN ({listed})", scope.tickers)
    return ", ".join(companies["origin"].unique().sort())
