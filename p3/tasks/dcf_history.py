"""A company's valuation at every moment at which its figures changed, into RESULTS; what was valued before stays."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import polars as pl

from p3 import clock
from p3.data.tables import VALUATIONS
from p3.scope import Scope
from p3.shapes import Dcf
from p3.tasks import dcf_evidence, dcf_page
from p3.tasks.dcf import check_assumptions
from p3.tasks.dcf_evidence import Known
from p3.tasks.dcf_rows import listed, printed, row
from p3.tasks.market import settle_as_of
from p3.valuation import history
from p3.valuation.capital_inputs import asks_peers
from p3.valuation.dcf import value
from p3.valuation.inputs import at
from p3.workflow.code_version import code_version
from p3.workflow.result import Result
from p3.workflow.runner import RunReport
from p3.workflow.session import Session
from p3.workflow.stage import Job, Kind, Output, Rows, Stage, content_of

_CODE = (*dcf_evidence.CODE, "p3.tasks.dcf_history")


def stage() -> Stage:
    """Declare the stage."""
    return Stage(
        name="dcf-history",
        kind=Kind.QUERY,
        place=61,
        reads=("facts", "fetch-prices"),
        writes=(VALUATIONS,),
        code=_CODE,
        parameters=_parameters,
        run=_value,
        resource=dcf_evidence.shared,
        prepare=_prepare,
        on_demand=True,
    )


def _parameters(session: Session) -> dict[str, Any]:
    return {"as_of": session.as_of_key, **dcf_evidence.parameters(session)}


def _prepare(session: Session, scope: Scope) -> tuple[str, ...]:
    check_assumptions(session, scope)
    return settle_as_of(session, scope)


def _value(job: Job) -> Output:
    known = dcf_evidence.known_of(job)
    ids = {_id(job, known, moment): moment for moment in history.moments(known.evidence)}
    listed = ", ".join("?" for _ in ids) or "NULL"
    held = set(job.session.store.rows(VALUATIONS, f"valuation_id IN ({listed})", list(ids))["valuation_id"])
    missing = {valuation_id: moment for valuation_id, moment in ids.items() if valuation_id not in held}
    job.step(f"{len(missing)} of {len(ids)} dates")
    rows = [_row(job, known, valuation_id, moment) for valuation_id, moment in missing.items()]
    tables = (Rows(VALUATIONS, tuple(missing), pl.DataFrame(rows, schema=VALUATIONS.schema)),) if rows else ()
    return Output(rows=len(ids), tables=tables, content=json.dumps(list(ids)))


def _row(job: Job, known: Known, valuation_id: str, moment: datetime) -> dict[str, Any]:
    inputs = at(known.evidence, moment, dcf_evidence.assumptions_of(job))
    valued = value(inputs, job.parameters["seed"], job.parameters["scenarios"])
    return row(valuation_id, job.session.run_id, valued, known.origin)


def _id(job: Job, known: Known, moment: datetime) -> str:
    """Return a name made of what the valuation depends on: what was known at the moment, peers, parameters, code."""
    rules = dcf_evidence.assumptions_of(job).rules.capital
    peers = known.evidence.peers(moment) if asks_peers(known.evidence, moment, rules) else ()
    chosen = {name: value for name, value in job.parameters.items() if name != "as_of"}
    seen = content_of(*(frame.filter(pl.col("known_from") <= moment) for frame in known.frames))
    parts = [job.unit, clock.iso(moment), chosen, seen, [asdict(peer) for peer in peers], code_version(_CODE)]
    named = json.dumps(parts, sort_keys=True)
    return f"val-{hashlib.sha256(named.encode()).hexdigest()[:24]}"


def result(session: Session, scope: Scope, report: RunReport) -> Result:
    """Return what `dcf --history` prints: every company's valuations, the oldest first."""
    found = report.manifest.stages[0].results
    ids = [each for ticker in scope.tickers if ticker in found for each in json.loads(found[ticker])]
    data = Dcf(run_id=session.run_id, as_of=clock.iso(session.as_of), valuations=[], history=True)
    made = listed(data, printed(session, ids))
    if session.choices.get("report"):
        made = dcf_page.write(session, scope.name, made)
    return Result(made, report.exit_code, report.notes)
