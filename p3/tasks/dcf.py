"""A valuation of each company, into RESULTS."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from p3 import clock
from p3.data.tables import ACTIONS, LINE_ITEMS, PRICES, RATES, VALUATIONS
from p3.errors import DataError, ExitCode
from p3.provenance import FactSource
from p3.scope import Scope
from p3.shapes import Dcf, Source, ValuationInput, ValuationShape
from p3.tasks.companies import row_of
from p3.tasks.market import settle_as_of
from p3.valuation import assumptions
from p3.valuation.dcf import value
from p3.valuation.inputs import gather
from p3.valuation.records import Valuation
from p3.workflow.result import Result
from p3.workflow.runner import RunReport
from p3.workflow.session import Session
from p3.workflow.single import company_of
from p3.workflow.stage import Job, Kind, Output, Rows, Stage


def stage() -> Stage:
    """Declare the stage."""
    return Stage(
        name="dcf",
        kind=Kind.QUERY,
        place=60,
        reads=("facts", "fetch-prices"),
        writes=(VALUATIONS,),
        code=("p3.valuation", "p3.facts.view", "p3.facts.shares", "config/valuation.toml", "p3.tasks.dcf"),
        parameters=_parameters,
        run=_value,
        resource=_market,
        prepare=settle_as_of,
    )


def _parameters(session: Session) -> dict[str, Any]:
    chosen = session.settings.valuation
    return {
        "as_of": session.as_of_key,
        "scenarios": chosen.scenarios,
        "seed": chosen.seed,
        "benchmark": session.settings.prices.benchmark,
    }


@dataclass(frozen=True)
class _Market:
    prices: pl.DataFrame
    actions: pl.DataFrame
    rates: pl.DataFrame


@contextmanager
def _market(session: Session, parameters: Mapping[str, Any]) -> Iterator[_Market]:
    """Yield what all companies share: the benchmark and the rates, as known at the as-of."""
    yield _Market(
        *(_known(session, parameters["benchmark"])), session.store.rows(RATES, "known_from <= ?", [session.as_of])
    )


def _known(session: Session, ticker: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    known = ("ticker = ? AND known_from <= ?", [ticker, session.as_of])
    return session.store.rows(PRICES, *known), session.store.rows(ACTIONS, *known)


def _value(job: Job) -> Output:
    session, company, market = job.session, row_of(job.session, company_of(job)), job.resource
    prices, actions = _known(session, job.unit)
    inputs = gather(
        session.store.rows(LINE_ITEMS, "cik = ? AND known_from <= ?", [company["cik"], session.as_of]),
        pl.concat([prices, market.prices]),
        pl.concat([actions, market.actions]),
        market.rates,
        ticker=job.unit,
        cik=company["cik"],
        sic=company["sic"],
        benchmark=job.parameters["benchmark"],
        as_of=session.as_of,
        assumptions=assumptions.load(),
    )
    valued = value(inputs, job.parameters["seed"], job.parameters["scenarios"])
    origins = {company["origin"], *prices["origin"], *market.prices["origin"], *market.rates["origin"]}
    row = _row(session, valued, ", ".join(sorted(origins)), job.parameters)
    frame = pl.DataFrame([row], schema=VALUATIONS.schema)
    note = f"refused: {valued.refused}" if valued.refused else ""
    return Output(
        rows=1,
        tables=(Rows(VALUATIONS, (row["valuation_id"],), frame),),
        content=row["valuation_id"],
        note=note,
    )


def _row(session: Session, valued: Valuation, origin: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    inputs = [{**asdict(each), "sources": [source.as_row() for source in each.sources]} for each in valued.inputs]
    named = [valued.ticker, clock.iso(valued.as_of), valued.value_per_share, valued.refused, dict(parameters), inputs]
    digest = hashlib.sha256(json.dumps(named, sort_keys=True, default=str).encode()).hexdigest()
    return {
        **{name: getattr(valued, name) for name in VALUATIONS.schema if hasattr(valued, name)},
        "valuation_id": f"val-{digest[:24]}",
        "run_id": session.run_id,
        "inputs": inputs,
        "detail": json.dumps(dict(valued.detail)),
        "distribution": None if valued.distribution is None else dict(valued.distribution),
        "origin": origin,
    }


def result(session: Session, scope: Scope, report: RunReport) -> Result:
    """Return what `dcf` prints: the valuations of this as-of, made now or before."""
    found = report.manifest.stages[0].results
    rows = valuations(session, [found[ticker] for ticker in scope.tickers if ticker in found])
    nothing = report.exit_code is ExitCode.DONE and all(row["refused"] for row in rows)
    return Result(
        Dcf(run_id=session.run_id, as_of=clock.iso(session.as_of), valuations=[_shape(row) for row in rows]),
        ExitCode.PARTIAL if nothing else report.exit_code,
        report.notes,
    )


def valuations(session: Session, ids: list[str]) -> list[dict[str, Any]]:
    """Return rows of valuations by id, in the order of the ids."""
    listed = ", ".join("?" for _ in ids) or "NULL"
    rows = session.store.rows(VALUATIONS, f"valuation_id IN ({listed})", ids).to_dicts()
    if len(rows) < len(set(ids)):
        raise DataError(
            f"{len(set(ids)) - len(rows)} valuations that the ledger knows are not in the tree", "Run `p3 dcf --force`."
        )
    return sorted(rows, key=lambda row: ids.index(row["valuation_id"]))


def _shape(row: Mapping[str, Any]) -> ValuationShape:
    kept = {name: row[name] for name in ValuationShape.model_fields if name != "inputs"}
    return ValuationShape(**kept, inputs=[_input(each) for each in row["inputs"] or []])


def _input(row: Mapping[str, Any]) -> ValuationInput:
    return ValuationInput(**{**row, "sources": [_source(source) for source in row["sources"]]})


def _source(row: Mapping[str, Any]) -> Source:
    source = FactSource(**row)
    return Source(**{**asdict(source), "accepted": clock.iso(source.accepted)})
