"""Target weights from the newest valuations, and the orders that reach them, through the risk limits to a broker."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from p3 import clock
from p3.backtest.decide import decide_now
from p3.data.order_book import OrderJournal, SimulatedAccounts
from p3.data.tables import DECISIONS, MOMENT
from p3.errors import DataError, P3Error, RefusedError
from p3.portfolio import strategy as strategies
from p3.portfolio.limits import Quote, Refusal, RiskLimits, check
from p3.portfolio.strategy import Strategy
from p3.scope import Scope
from p3.shapes import OrderShape, RefusalShape, Trade
from p3.tasks.dcf_rows import valuations
from p3.tasks.market import Market, market, settle_as_of
from p3.trading import orders, quotes
from p3.trading.alpaca import Credentials, connect
from p3.trading.broker import Broker, Mode
from p3.trading.execute import execute, reconcile
from p3.trading.lifecycle import OrderRecord, OrderStatus
from p3.trading.orders import Order, Plan, Side, SizingRules
from p3.trading.simulated import SimulatedBroker
from p3.workflow.result import Result
from p3.workflow.runner import RunReport
from p3.workflow.session import Session
from p3.workflow.stage import Job, Kind, Output, Problem, Stage

_GOOD_FOR = timedelta(hours=1)
_COLLAR_BPS = Decimal(100)
_REAL_PRICE_AGE_DAYS = 4


class LimitsRefusedError(RefusedError):
    """The risk limits refused an order list."""

    def __init__(self, decision_id: str, refusals: Sequence[Refusal]) -> None:
        details = "; ".join(refusal.detail for refusal in refusals)
        super().__init__(f"the risk limits refuse the orders: {details}", "See [limits] in the strategy's file.")
        self.decision_id = decision_id
        self.refusals = refusals


def stage() -> Stage:
    """Declare the stage."""
    return Stage(
        name="trade",
        kind=Kind.ACT,
        place=80,
        reads=("dcf", "fetch-prices"),
        writes=(DECISIONS,),
        code=("p3.trading", "p3.portfolio", "config/strategies", "p3.tasks.trade"),
        parameters=_parameters,
        run=_trade,
        per_company=False,
        prepare=settle_as_of,
    )


def _parameters(session: Session) -> dict[str, Any]:
    return {
        "as_of": session.as_of_key,
        "strategy": session.choices.get("strategy") or session.settings.backtest.strategy,
        "mode": session.choices.get("mode") or session.settings.trading.mode,
        "capital": session.settings.trading.capital,
    }


@dataclass(frozen=True)
class _Decision:
    """What to hold, why, and the moment and prices that it was decided at."""

    decision_id: str
    weights: Mapping[str, float]
    valued: Sequence[Mapping[str, Any]]
    moment: datetime
    quotes: Mapping[str, Decimal]


def _trade(job: Job) -> Output:
    session, strategy = job.session, strategies.load(job.parameters["strategy"])
    mode = Mode(job.parameters["mode"])
    _refuse_the_past(session, mode)
    known = market(session, job.scope)
    decision = _decide(job, strategy, known)
    broker = _broker(session, job, mode, known, decision)
    journal = OrderJournal(session.store.ledger)
    reconcile(broker, journal, broker.account().account_id)
    plan = _plan(job, broker, decision, strategy, known)
    job.step(f"{len(plan.orders)} orders")
    _keep(session, decision.decision_id, _decision_rows(job, decision))
    records = execute(plan, broker, journal)
    return Output(
        rows=len(decision.valued),
        complete=all(record.status.final for record in records),
        content=f"{plan.account_id}/{decision.decision_id}",
        problems=tuple(
            Problem(f"order {record.order.client_order_id}", f"{record.status}: {record.detail}")
            for record in records
            if record.status is not OrderStatus.FILLED
        ),
    )


def _refuse_the_past(session: Session, mode: Mode) -> None:
    """Raise RefusedError where real orders would rest on an as-of that is not now."""
    given = session.pinned or session.settled
    if mode is not Mode.SIMULATED and given is not None:
        raise RefusedError(
            f"{mode} orders need prices up to now, and the as-of is {clock.iso(given)}",
            "Leave --as-of out, and fetch prices from a service that has today's.",
        )


def _keep(session: Session, decision_id: str, rows: pl.DataFrame) -> None:
    """Store a decision before its orders go out; one that is stored stays as it is, for orders name it."""
    if session.store.rows(DECISIONS, "decision_id = ?", [decision_id]).is_empty():
        session.store.tables.replace(DECISIONS, [decision_id], rows)


def _decide(job: Job, strategy: Strategy, known: Market) -> _Decision:
    """Return the target weights, by the code that decides in a backtest."""
    made = {unit: made for name, unit, made in job.inputs if name == "dcf"}
    valued = valuations(job.session, list(made.values()))
    signals = pl.DataFrame(
        [(row["as_of"], row["ticker"], row["upside"]) for row in valued],
        schema={"as_of": MOMENT, "ticker": pl.String, "upside": pl.Float64},
        orient="row",
    )
    if signals["upside"].null_count() == signals.height:
        raise DataError(f"none of {signals.height} companies could be valued", "See why with `p3 dcf`.")
    decided = decide_now(known.prices, known.actions, signals, strategy, job.session.as_of)
    weights = dict(decided.select("ticker", "weight").iter_rows())
    named = [dict(job.parameters), job.scope.tickers, sorted(weights.items())]
    digest = hashlib.sha256(json.dumps(named, default=str).encode()).hexdigest()
    latest = quotes.latest(known.prices, known.actions, job.session.as_of)
    return _Decision(f"dec-{digest[:24]}", weights, valued, job.session.as_of, latest)


def _broker(session: Session, job: Job, mode: Mode, known: Market, decision: _Decision) -> Broker:
    if mode is Mode.SIMULATED:
        account = f"sim-{job.scope.label}" + (f"@{session.as_of_key}" if session.pinned else "")
        return SimulatedBroker(
            store=SimulatedAccounts(session.store.ledger),
            account_id=account,
            quotes=decision.quotes,
            actions=known.actions,
            as_of=decision.moment,
            opening_cash=Decimal(str(job.parameters["capital"])),
        )
    alpaca = session.settings.alpaca
    keys = Credentials(alpaca.key.get_secret_value(), alpaca.secret.get_secret_value())
    return connect(keys, mode, alpaca.trading_url or None, session.choices.get("confirmed_account") or "")


def _plan(job: Job, broker: Broker, decision: _Decision, strategy: Strategy, known: Market) -> Plan:
    """Return the orders, after the risk limits; raises LimitsRefusedError, with nothing sent, where one refuses."""
    account, positions = broker.account(), broker.positions()
    targets = {ticker: decision.weights.get(ticker, 0.0) for ticker in job.scope.tickers if ticker in decision.quotes}
    collar = None if account.mode is Mode.SIMULATED else _COLLAR_BPS
    planned = orders.plan(
        targets,
        positions,
        decision.quotes,
        equity=account.equity,
        decision_id=decision.decision_id,
        rules=SizingRules(collar_bps=collar),
    )
    refusals = check(
        {order.ticker: float(order.quantity) * order.side.sign for order in planned},
        _limit_quotes(known, decision),
        {ticker: float(shares) for ticker, shares in positions.items()},
        float(account.equity),
        _limits(strategy, account.mode),
        as_of=decision.moment if account.mode is Mode.SIMULATED else clock.now(),
    )
    _note_check(job.session, decision, planned, refusals)
    if refusals:
        raise LimitsRefusedError(decision.decision_id, refusals)
    created = clock.now()
    reasoned = tuple(_reasoned(order, decision, strategy) for order in planned)
    return Plan(account.account_id, decision.decision_id, created, created + _GOOD_FOR, reasoned)


def _limits(strategy: Strategy, mode: Mode) -> RiskLimits:
    """Return the strategy's limits; a real order is never sized at a price older than a long weekend."""
    if mode is Mode.SIMULATED:
        return strategy.limits
    oldest = min(strategy.limits.max_price_age_days, _REAL_PRICE_AGE_DAYS)
    return strategy.limits.model_copy(update={"max_price_age_days": oldest})


def _limit_quotes(known: Market, decision: _Decision) -> dict[str, Quote]:
    newest = (
        known.prices.filter(pl.col("known_from") <= decision.moment).group_by("ticker").agg(pl.col("known_from").max())
    )
    moments = dict(newest.iter_rows())
    return {ticker: Quote(float(price), moments[ticker]) for ticker, price in decision.quotes.items()}


def _note_check(session: Session, decision: _Decision, planned: Sequence[Order], refusals: Sequence[Refusal]) -> None:
    outcome = "passed" if not refusals else "refused"
    payload = {
        "orders": [[order.client_order_id, order.ticker, order.side.value, order.quantity] for order in planned],
        "refusals": [[refusal.rule, refusal.detail] for refusal in refusals],
    }
    ledger = session.store.ledger
    with ledger.transaction() as connection:
        ledger.append_audit(connection, f"risk limits {outcome}", decision.decision_id, payload)


def _reasoned(order: Order, decision: _Decision, strategy: Strategy) -> Order:
    """Return the order with why it is placed: strategies rank companies, so that a place says more than an upside."""
    ranked = sorted((each["upside"] for each in decision.valued if each["upside"] is not None), reverse=True)
    row = next((row for row in decision.valued if row["ticker"] == order.ticker), None)
    reasons = [*order.reasons, f"strategy {strategy.name}, decision {decision.decision_id}"]
    if row is not None and row["upside"] is not None:
        place = f"place {ranked.index(row['upside']) + 1} of {len(ranked)} by upside"
        reasons.append(f"{place}: {row['upside']:+.1%} by valuation {row['valuation_id']}")
    elif order.side is Side.SELL:
        reasons.append("no valuation at this as-of")
    return replace(order, reasons=(*reasons, "risk limits passed"))


def _decision_rows(job: Job, decision: _Decision) -> pl.DataFrame:
    rows = [
        {
            "decision_id": decision.decision_id,
            "run_id": job.session.run_id,
            "purpose": "trade",
            "strategy": job.parameters["strategy"],
            "as_of": job.session.as_of,
            "ticker": row["ticker"],
            "weight": decision.weights.get(row["ticker"], 0.0),
            "upside": row["upside"],
            "valuation_id": row["valuation_id"],
            "origin": row["origin"],
        }
        for row in decision.valued
    ]
    return pl.DataFrame(rows, schema=DECISIONS.schema)


def result(session: Session, scope: Scope, report: RunReport) -> Result:
    """Return what `trade` prints: the orders of this decision, placed now or before."""
    account_id, decision_id = report.manifest.stages[0].results[scope.label].rsplit("/", 1)
    before = report.manifest.stages[0].status == "fresh"
    notes = (
        (*report.notes, "Nothing was sent: the orders of this decision were placed before.") if before else report.notes
    )
    return Result(shape_of(session, account_id, decision_id), report.exit_code, notes)


def shape_of(session: Session, account_id: str, decision_id: str) -> Trade:
    """Return the orders of a decision and the account as the ledger has them."""
    ledger = session.store.ledger
    state = SimulatedAccounts(ledger).load(account_id)
    origins = session.store.rows(DECISIONS, "decision_id = ?", [decision_id])["origin"].unique().sort()
    return Trade(
        run_id=session.run_id,
        mode=session.choices.get("mode") or session.settings.trading.mode,
        account=account_id,
        decision_id=decision_id,
        orders=[_order(record) for record in OrderJournal(ledger).records(account_id, decision_id)],
        refused=[],
        cash=None if state is None else float(state.cash),
        positions=None if state is None else {name: float(held) for name, held in sorted(state.positions.items())},
        origin=", ".join(origins),
    )


def refused(session: Session, error: P3Error) -> Result:
    """Return what `trade` prints where the risk limits or a gate refused."""
    refusals = error.refusals if isinstance(error, LimitsRefusedError) else [Refusal("gate", error.message)]
    return Result(
        Trade(
            run_id=session.run_id,
            mode=session.choices.get("mode") or session.settings.trading.mode,
            account="",
            decision_id=error.decision_id if isinstance(error, LimitsRefusedError) else None,
            orders=[],
            refused=[RefusalShape(rule=each.rule, detail=each.detail) for each in refusals],
            cash=None,
            positions=None,
            origin="",
        ),
        error.exit_code,
        error=error,
    )


def _order(record: OrderRecord) -> OrderShape:
    order = record.order
    return OrderShape(
        client_order_id=order.client_order_id,
        ticker=order.ticker,
        side=order.side.value,
        quantity=order.quantity,
        type=order.type.value,
        limit=None if order.limit is None else float(order.limit),
        status=record.status.value,
        filled_quantity=float(record.filled_quantity),
        average_price=None if record.average_price is None else float(record.average_price),
        reasons=list(order.reasons),
    )
