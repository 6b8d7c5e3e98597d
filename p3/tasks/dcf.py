"""A valuation of each company, into RESULTS."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from p3 import clock
from p3.data.tables import VALUATIONS
from p3.errors import ExitCode, UsageError
from p3.scope import Scope
from p3.shapes import Dcf
from p3.tasks import dcf_evidence, dcf_page, dcf_thesis
from p3.tasks.dcf_comparables import with_comparables
from p3.tasks.dcf_rows import input_rows, listed, row
from p3.tasks.market import settle_as_of
from p3.valuation.dcf import value
from p3.valuation.inputs import at
from p3.valuation.records import Valuation
from p3.workflow.result import Result
from p3.workflow.runner import RunReport
from p3.workflow.session import Session
from p3.workflow.stage import Job, Kind, Output, Rows, Stage


def stage() -> Stage:
    """Declare the stage."""
    return Stage(
        name="dcf",
        kind=Kind.QUERY,
        place=60,
        reads=("facts", "fetch-prices"),
        writes=(VALUATIONS,),
        code=dcf_evidence.CODE,
        parameters=_parameters,
        run=_value,
        resource=dcf_evidence.shared,
        prepare=_prepare,
    )


def _parameters(session: Session) -> dict[str, Any]:
    return {"as_of": session.as_of_key, **dcf_evidence.parameters(session)}


def _prepare(session: Session, scope: Scope) -> tuple[str, ...]:
    check_assumptions(session, scope)
    return settle_as_of(session, scope)


def check_assumptions(session: Session, scope: Scope) -> None:
    """Raise UsageError where the user's assumptions are of companies that are not being valued."""
    strangers = dcf_evidence.parameters(session)["assumptions"].keys() - {"", *scope.tickers}
    if strangers:
        raise UsageError(
            f"the assumptions are for {', '.join(sorted(strangers))}, not among the companies to value",
            f"Write a table for one of {', '.join(scope.tickers[:10])}, or lines before any table for all of them.",
        )


def _value(job: Job) -> Output:
    known = dcf_evidence.known_of(job)
    inputs = at(known.evidence, job.session.as_of, dcf_evidence.assumptions_of(job))
    valued = value(inputs, job.parameters["seed"], job.parameters["scenarios"])
    made = row(_id(valued, job.parameters), job.session.run_id, valued, known.origin)
    frame = pl.DataFrame([made], schema=VALUATIONS.schema)
    note = f"refused: {valued.refused}" if valued.refused else ""
    return Output(
        rows=1,
        tables=(Rows(VALUATIONS, (made["valuation_id"],), frame),),
        content=made["valuation_id"],
        note=note,
    )


def _id(valued: Valuation, parameters: Mapping[str, Any]) -> str:
    parts = [valued.ticker, clock.iso(valued.as_of), valued.value_per_share, valued.refused, dict(parameters)]
    named = json.dumps([*parts, input_rows(valued)], sort_keys=True, default=str)
    return f"val-{hashlib.sha256(named.encode()).hexdigest()[:24]}"


def result(session: Session, scope: Scope, report: RunReport) -> Result:
    """Return what `dcf` prints: the valuations of this as-of, made now or before."""
    found = report.manifest.stages[0].results
    read = with_comparables(session, [found[ticker] for ticker in scope.tickers if ticker in found])
    nothing = report.exit_code is ExitCode.DONE and all(each.refused for each in read())
    if session.choices.get("report"):
        read = dcf_thesis.with_theses(session, read)
    made = listed(Dcf(run_id=session.run_id, as_of=clock.iso(session.as_of), valuations=[]), read)
    if session.choices.get("report"):
        made = dcf_page.write(session, scope.name, made)
    return Result(made, ExitCode.PARTIAL if nothing else report.exit_code, report.notes)
