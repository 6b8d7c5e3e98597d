"""The whole workflow, and its report."""

import hashlib
import json
from collections.abc import Sequence

from p3 import clock
from p3.data.chains import ChainBook
from p3.data.tables import BACKTESTS
from p3.scope import Scope
from p3.shapes import E2E, Backtest, Plan, PlanStep, Trade
from p3.tasks import backtest, report, trade
from p3.tasks.dcf_rows import valuations
from p3.workflow import registry
from p3.workflow.manifest import StageReport, write_whole
from p3.workflow.result import Result
from p3.workflow.runner import Options, RunReport, dry_run, run
from p3.workflow.scoping import choose
from p3.workflow.session import Session
from p3.workflow.single import origin_of, shape_of


def plan(
    session: Session,
    name: str | None,
    tickers: Sequence[str] | None,
    span: tuple[str | None, str | None],
    options: Options,
) -> Result:
    """Return what a run would do with each unit, and why."""
    scope, every = choose(session, name, tickers), session.declared()
    steps = dry_run(session, registry.between(every, *span), every, scope, options)
    shapes = [PlanStep(stage=s.stage, unit=s.unit, action=s.action.value, why=s.why) for s in steps]
    return Result(Plan(scope=scope.name, as_of=clock.iso(session.as_of), steps=shapes))


def run_all(
    session: Session,
    name: str | None,
    tickers: Sequence[str] | None,
    span: tuple[str | None, str | None],
    options: Options,
) -> Result:
    """Run the stages of ``span`` in order and write the report; one that shows these very results stands."""
    scope, every = choose(session, name, tickers), session.declared()
    done = run(session, registry.between(every, *span), every, scope, options)
    shape = _shape(session, scope, done)
    path = session.store.directories.reports() / f"{scope.label}.html"
    mark = _mark(done)
    if not path.exists() or mark not in path.read_text(encoding="utf-8"):
        page = _page(session, scope, shape, {stage.name: stage for stage in done.manifest.stages})
        write_whole(path, f"{page}\n{mark}\n")
    return Result(shape.model_copy(update={"report": str(path)}), done.exit_code, done.notes, done.error)


def _mark(done: RunReport) -> str:
    """Return a comment that tells which results a report shows."""
    made = [[stage.name, sorted(stage.results.items()), len(stage.failures)] for stage in done.manifest.stages]
    return f"<!-- {hashlib.sha256(json.dumps(made).encode()).hexdigest()} -->"


def _shape(session: Session, scope: Scope, done: RunReport) -> E2E:
    return E2E(
        run_id=session.run_id,
        scope=scope.name,
        as_of=clock.iso(session.as_of),
        origin=origin_of(session, scope),
        status=done.manifest.status,
        stages=[shape_of(stage) for stage in done.manifest.stages],
        report=None,
    )


def _page(session: Session, scope: Scope, shape: E2E, stages: dict[str, StageReport]) -> str:
    valued = stages["dcf"].results if "dcf" in stages else {}
    asked = stages["ask"].results if "ask" in stages else {}
    ids = [chain for made in asked.values() for chain in made.split(",")]
    return report.run_page(
        shape,
        valuations(session, list(valued.values())),
        ChainBook(session.store.ledger).answers(ids),
        _backtest(session, scope, stages.get("backtest")),
        _trade(session, scope, stages.get("trade")),
    )


def _backtest(session: Session, scope: Scope, stage: StageReport | None) -> tuple[Backtest, list[float], str] | None:
    if stage is None or scope.label not in stage.results:
        return None
    shape = backtest.shape_of(session, stage.results[scope.label])
    row = session.store.rows(BACKTESTS, "backtest_id = ?", [shape.backtest_id]).row(0, named=True)
    return shape, [point["benchmark"] for point in row["equity"]], session.settings.prices.benchmark


def _trade(session: Session, scope: Scope, stage: StageReport | None) -> Trade | None:
    if stage is None or scope.label not in stage.results:
        return None
    account_id, decision_id = stage.results[scope.label].rsplit("/", 1)
    return trade.shape_of(session, account_id, decision_id)
