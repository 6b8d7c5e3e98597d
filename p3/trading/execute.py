"""Carrying out a plan exactly once.

The order of things is the whole safety: the plan is journaled before anything is sent; an order is marked as sending
before its request leaves; what the broker says is journaled after. A process may die between any two of these. The
next run finds

    nothing          -> it plans anew, for nothing was sent
    planned          -> it sends
    sending          -> it asks the broker by client order id; found: it notes what the broker says; clearly unknown
                        there: it sends again, and the broker refuses a second order with the same client order id
    working and on   -> it asks how the order stands

and never computes a second plan for the same decision, because the first is kept.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from p3 import clock
from p3.errors import DataError, UpstreamError
from p3.trading import gates
from p3.trading.broker import Account, Broker, InDoubtError
from p3.trading.journal import Journal
from p3.trading.lifecycle import BrokerOrder, OrderRecord, OrderStatus, move, report
from p3.trading.orders import Plan, Side

# A request that was under way when its sender died has arrived, or never will, after this long.
SETTLED_AFTER = timedelta(minutes=5)
_UNSENT = (OrderStatus.PLANNED, OrderStatus.SENDING)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait, in seconds.

    ``patience`` for sales (then for purchases) to end, ``interval`` between two questions. ``attempts`` bounds the
    rounds of asking and sending again for one order in doubt; the pause between them doubles.
    """

    patience: float = 60.0
    interval: float = 1.0
    attempts: int = 4


PACE = Pace()


def execute(plan: Plan, broker: Broker, journal: Journal, pace: Pace = PACE) -> list[OrderRecord]:
    """Carry out ``plan``, or finish the one journaled first for the same decision; return its records, sales first.

    Purchases follow when all sales have ended, as far as cash reaches; until then they stay PLANNED, and the same
    call later goes on. Raises RefusedError from the gates, InDoubtError when the broker gives no clear answer about
    an order, BusyError when another process executes the same decision, DataError when the broker contradicts the
    journal. After each of them the same call may be repeated.
    """
    account = broker.account()
    if account.account_id != plan.account_id:
        raise DataError(
            f"the plan is for account {plan.account_id}, the broker answers for {account.account_id}",
            "Plan for the account that trades.",
        )
    unfinished = reconcile(broker, journal, plan.account_id)
    desk = _Desk(broker, journal, pace, _opened(plan, broker, journal, account, unfinished))
    if desk.work(Side.SELL):
        desk.work(Side.BUY)
    return desk.records


def reconcile(broker: Broker, journal: Journal, account_id: str) -> list[OrderRecord]:
    """Bring every unfinished record of the account up to date with the broker; return those that stay unfinished.

    Sends nothing. What was never sent, or never arrived, and is too old to send ends as EXPIRED. Raises what the
    broker raises.
    """
    now = clock.now()
    refreshed = [_refresh(record, broker, journal, now) for record in journal.unfinished(account_id)]
    return [record for record in refreshed if not record.status.final]


def cancel(broker: Broker, journal: Journal, account_id: str) -> list[OrderRecord]:
    """Cancel what is unfinished in the account; return the records that were, as they stand now.

    An order that the broker has not ended yet, or may still receive, stays as it is: repeat the call until none is
    left.
    """
    now = clock.now()
    return [_cancel(record, broker, journal, now) for record in reconcile(broker, journal, account_id)]


def _opened(plan: Plan, broker: Broker, journal: Journal, account: Account, unfinished: Sequence[OrderRecord]) -> Plan:
    """Return the decision's journaled plan, after the gates wherever something may still be sent."""
    stored = journal.find_plan(plan.account_id, plan.decision_id)
    others = [record for record in unfinished if record.decision_id != plan.decision_id]
    waiting = [record for record in unfinished if record.decision_id == plan.decision_id and record.status in _UNSENT]
    if stored is not None and not waiting:
        return stored
    unsent = [record.order for record in waiting if record.status is OrderStatus.PLANNED]
    own = {order.client_order_id for order in (stored or plan).orders}
    gates.check(broker, account, own, others)
    gates.check_fresh(stored or plan, clock.now())
    gates.check_positions(broker, plan.orders if stored is None else unsent)
    for record in others:
        superseded = f"superseded by decision {plan.decision_id}"
        journal.record(move(record, OrderStatus.CANCELED, clock.now(), superseded))
    return journal.adopt(plan)


def _refresh(record: OrderRecord, broker: Broker, journal: Journal, now: datetime) -> OrderRecord:
    seen = None if record.status is OrderStatus.PLANNED else broker.get_by_client_id(record.order.client_order_id)
    if seen is not None:
        return _note(record, report(record, seen, now), journal)
    if record.status in _UNSENT and _too_old(record, journal, now):
        return _note(record, move(record, OrderStatus.EXPIRED, now, "its plan expired before it was sent"), journal)
    return record


def _too_old(record: OrderRecord, journal: Journal, now: datetime) -> bool:
    plan = journal.find_plan(record.account_id, record.decision_id)
    if plan is None:
        raise DataError(f"decision {record.decision_id} has orders but no plan", "Restore the ledger.")
    return now > plan.expires and (record.status is OrderStatus.PLANNED or _settled(record, now))


def _settled(record: OrderRecord, now: datetime) -> bool:
    return now - record.updated > SETTLED_AFTER


def _note(before: OrderRecord, after: OrderRecord, journal: Journal) -> OrderRecord:
    if after is not before:
        journal.record(after)
    return after


def _cancel(record: OrderRecord, broker: Broker, journal: Journal, now: datetime) -> OrderRecord:
    if record.status is OrderStatus.PLANNED:
        return _note(record, move(record, OrderStatus.CANCELED, now, "canceled before it was sent"), journal)
    seen = broker.cancel(record.order.client_order_id)
    return record if seen is None else _note(record, report(record, seen, now), journal)


class _Desk:
    """Works one journaled plan at one broker."""

    def __init__(self, broker: Broker, journal: Journal, pace: Pace, plan: Plan) -> None:
        self._broker, self._journal, self._pace, self._plan = broker, journal, pace, plan
        self.records = journal.records(plan.account_id, plan.decision_id)

    def work(self, side: Side) -> bool:
        """Send what waits on ``side`` and ask until it has ended or patience has; return whether it has ended."""
        cash = self._free_cash() if side is Side.BUY and self._waiting(side) else None
        for index, record in enumerate(self.records):
            if record.order.side is not side or record.status not in _UNSENT:
                continue
            if clock.now() > self._plan.expires:
                break
            if cash is not None and record.order.notional > cash:
                self.records[index] = replace(record, detail=f"waits: cash of {cash:.2f} does not reach")
                continue
            cash = cash if cash is None else cash - record.order.notional
            self.records[index] = self._send(record)
        return self._await(side)

    def _waiting(self, side: Side) -> bool:
        return any(record.order.side is side and record.status in _UNSENT for record in self.records)

    def _free_cash(self) -> Decimal:
        """Return the account's cash that no purchase of this plan has a claim on: margin would lend the rest."""
        claims = sum(
            (
                record.order.notional * (record.order.quantity - record.filled_quantity) / record.order.quantity
                for record in self.records
                if record.order.side is Side.BUY and not record.status.final and record.status not in _UNSENT
            ),
            Decimal(0),
        )
        return self._broker.account().cash - claims

    def _send(self, record: OrderRecord) -> OrderRecord:
        fresh = record.status is OrderStatus.PLANNED
        if fresh:
            record = _note(record, move(record, OrderStatus.SENDING, clock.now()), self._journal)
        seen = self._deliver(record, maybe_sent=not fresh)
        return _note(record, report(record, seen, clock.now()), self._journal)

    def _deliver(self, record: OrderRecord, maybe_sent: bool) -> BrokerOrder:
        """Return what the broker has; send only where it clearly has nothing.

        A refusal counts at once for a first request alone. Later it may be the earlier request, arriving late, that
        took the cash.
        """
        doubt: UpstreamError | None = None
        for attempt in range(self._pace.attempts):
            if doubt is not None:
                time.sleep(self._pace.interval * 2 ** (attempt - 1))
            try:
                if maybe_sent and (found := self._find(record)) is not None:
                    return found
                conclusive = not maybe_sent or _settled(record, clock.now())
                maybe_sent = True
                seen = self._broker.submit(record.order)
                if seen.status is not OrderStatus.REJECTED:
                    return seen
                if (found := self._find(record)) is not None or conclusive:
                    return found or seen
                doubt = InDoubtError(f"refused after an attempt in doubt: {seen.detail}")
            except UpstreamError as error:
                doubt = error
        raise InDoubtError(
            f"the broker gives no clear answer about {record.order.side} {record.order.quantity} "
            f"{record.order.ticker} ({record.order.client_order_id}): {doubt}",
            "Run the same command again: it asks the broker before it sends anything.",
        ) from doubt

    def _find(self, record: OrderRecord) -> BrokerOrder | None:
        return self._broker.get_by_client_id(record.order.client_order_id)

    def _await(self, side: Side) -> bool:
        until = clock.monotonic() + self._pace.patience
        while (under_way := self._under_way(side)) and clock.monotonic() < until:
            time.sleep(self._pace.interval)
            for index in under_way:
                self.records[index] = _refresh(self.records[index], self._broker, self._journal, clock.now())
        return not any(record.order.side is side and not record.status.final for record in self.records)

    def _under_way(self, side: Side) -> list[int]:
        return [
            index
            for index, record in enumerate(self.records)
            if record.order.side is side and not record.status.final and record.status not in _UNSENT
        ]
