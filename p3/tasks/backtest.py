"""A backtest of a strategy on the valuations that were possible at each month's end, into RESULTS."""

import hashlib
import json
from datetime import date
from typing import Any

import polars as pl

from p3 import clock
from p3.backtest.engine import run
from p3.backtest.result import BacktestResult
from p3.backtest.schedule import decision_dates
from p3.data.tables import BACKTESTS, COMPANIES, DECISIONS, LINE_ITEMS
from p3.errors import InputMissingError, UsageError
from p3.portfolio import strategy as strategies
from p3.scope import Scope
from p3.shapes import Backtest, Decision
from p3.tasks import report
from p3.tasks.companies import row_of
from p3.tasks.market import Market, market, settle_as_of
from p3.valuation import assumptions, history
from p3.workflow.manifest import write_whole
from p3.workflow.result import Result
from p3.workflow.runner import RunReport
from p3.workflow.session import Session
from p3.workflow.stage import Job, Kind, Output, Rows, Stage


def stage() -> Stage:
    """Declare the stage."""
    return Stage(
        name="backtest",
        kind=Kind.QUERY,
        place=70,
        reads=("facts", "fetch-prices"),
        writes=(BACKTESTS, DECISIONS),
        code=(
            "p3.backtest",
            "p3.portfolio",
            "p3.valuation",
            "config/strategies",
            "config/valuation.toml",
            "config/synthetic_ratings.toml",
            "p3.tasks.backtest",
        ),
        parameters=_parameters,
        run=_backtest,
        per_company=False,
        prepare=settle_as_of,
    )


def _parameters(session: Session) -> dict[str, Any]:
    chosen = session.settings.backtest
    return {
        "as_of": session.as_of_key,
        "strategy": session.choices.get("strategy") or chosen.strategy,
        "start": session.choices.get("start") or chosen.start,
        "capital": chosen.capital,
        "benchmark": session.settings.prices.benchmark,
    }


def _backtest(job: Job) -> Output:
    session, chosen = job.session, job.parameters
    strategy = strategies.load(chosen["strategy"])
    known = market(session, job.scope)
    job.step("valuing the companies at each month's end")
    signals = _signals(session, job.scope, known)
    start = _start(chosen["start"], signals)
    job.step(f"{chosen['strategy']} from {start}")
    result = run(
        known.prices,
        known.actions,
        signals,
        strategy,
        benchmark=known.benchmark,
        start=start,
        end=known.last_day,
        capital=chosen["capital"],
        rates=known.rates,
    )
    return _output(job, result, start, known, signals)


def _signals(session: Session, scope: Scope, known: Market) -> pl.DataFrame:
    """Return the upside of each company at each month's end, valued by what was known then."""
    members = [row_of(session, company) | {"ticker": company.ticker} for company in scope.companies]
    companies = pl.DataFrame(members, schema=COMPANIES.schema)
    ciks = ", ".join(map(str, companies["cik"])) or "NULL"
    days = decision_dates(known.prices["date"].unique().sort().to_list())
    return history.values(
        session.store.rows(LINE_ITEMS, f"cik IN ({ciks}) AND known_from <= ?", [session.as_of]),
        known.prices,
        known.actions,
        known.rates,
        companies=companies,
        dates=[clock.end_of_day(day) for day in days],
        benchmark=known.benchmark,
        assumptions=assumptions.load(),
    )


def _start(text: str, signals: pl.DataFrame) -> date:
    """Return the first day: the one chosen, else that of the first company that could be valued."""
    if text:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise UsageError(f"--start {text!r} is not a date", "Write it as 2015-01-31.") from None
    first = signals.filter(pl.col("upside").is_finite())["date"].min()
    if first is None:
        raise InputMissingError("no company could be valued at any month's end", "See why with `p3 dcf`.")
    return first  # type: ignore[return-value]


def _output(job: Job, result: BacktestResult, start: date, known: Market, signals: pl.DataFrame) -> Output:
    session, chosen = job.session, job.parameters
    named = [dict(chosen), job.scope.tickers, result.equity["value"].to_list(), result.metrics]
    backtest_id = f"bt-{hashlib.sha256(json.dumps(named, sort_keys=True, default=str).encode()).hexdigest()[:24]}"
    path = session.store.directories.run(session.run_id) / f"backtest-{chosen['strategy']}.html"
    origin = ", ".join(known.prices["origin"].unique().sort())
    shape = report.backtest_page(job.scope, chosen["strategy"], result, known.benchmark, origin)
    write_whole(path, shape)
    row = {
        "backtest_id": backtest_id,
        "run_id": session.run_id,
        "strategy": chosen["strategy"],
        "scope": job.scope.name,
        "start": result.equity["date"][0],
        "end": result.equity["date"][-1],
        "sessions": result.sessions,
        "metrics": json.dumps(result.metrics),
        "benchmark": json.dumps(result.benchmark),
        "equity": result.equity.to_dicts(),
        "report": str(path),
        "origin": origin,
    }
    decisions = result.decisions.select(
        pl.lit(backtest_id).alias("decision_id"),
        pl.lit(session.run_id).alias("run_id"),
        pl.lit("backtest").alias("purpose"),
        pl.lit(chosen["strategy"]).alias("strategy"),
        "as_of",
        "ticker",
        "weight",
        "upside",
        pl.lit(None, pl.String).alias("valuation_id"),
        pl.lit(origin).alias("origin"),
    )
    return Output(
        rows=result.sessions,
        tables=(
            Rows(BACKTESTS, (backtest_id,), pl.DataFrame([row], schema=BACKTESTS.schema)),
            Rows(DECISIONS, (backtest_id,), decisions),
        ),
        content=backtest_id,
    )


def result(session: Session, scope: Scope, report: RunReport) -> Result:
    """Return what `backtest` prints."""
    backtest_id = report.manifest.stages[0].results[scope.label]
    return Result(shape_of(session, backtest_id), report.exit_code, report.notes)


def shape_of(session: Session, backtest_id: str) -> Backtest:
    """Return a stored backtest as it is printed."""
    row = session.store.rows(BACKTESTS, "backtest_id = ?", [backtest_id]).row(0, named=True)
    chosen = session.store.rows(DECISIONS, "decision_id = ? AND weight > 0", [backtest_id]).sort("as_of", "ticker")
    weights: dict[date, dict[str, float]] = {}
    for decided in chosen.iter_rows(named=True):
        weights.setdefault(clock.market_date(decided["as_of"]), {})[decided["ticker"]] = decided["weight"]
    return Backtest(
        run_id=session.run_id,
        backtest_id=backtest_id,
        strategy=row["strategy"],
        scope=row["scope"],
        start=row["start"],
        end=row["end"],
        sessions=row["sessions"],
        metrics=json.loads(row["metrics"]),
        benchmark=json.loads(row["benchmark"]),
        equity=[(point["date"], point["value"]) for point in row["equity"]],
        decisions=[Decision(date=day, weights=held) for day, held in weights.items()],
        report=row["report"],
        origin=row["origin"],
    )
