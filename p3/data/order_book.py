"""The ledger's orders: the journal that p3.trading writes before it sends, and the accounts of the simulated broker.

Each write is one transaction, durable before it returns, and adds a link to the audit log.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from p3.data.ledger import Ledger
from p3.data.ledger_schema import orders, plans, simulated_accounts, simulated_orders
from p3.errors import BusyError
from p3.trading.account import AccountState
from p3.trading.lifecycle import BrokerOrder, OrderRecord, OrderStatus
from p3.trading.orders import Order, OrderType, Plan, Side


class OrderJournal:
    """Plans and the state of their orders, as ``p3.trading.journal.Journal`` describes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def adopt(self, plan: Plan) -> Plan:
        """Store ``plan`` unless its decision has one; return the one that is stored."""
        with self._ledger.transaction() as connection:
            stored = _plan(connection, plan.account_id, plan.decision_id)
            if stored is not None:
                return stored
            seq = connection.execute(sa.select(sa.func.coalesce(sa.func.max(plans.c.seq), 0))).scalar_one() + 1
            connection.execute(
                plans.insert().values(
                    account_id=plan.account_id,
                    decision_id=plan.decision_id,
                    seq=seq,
                    created=plan.created.isoformat(),
                    expires=plan.expires.isoformat(),
                )
            )
            for place, order in enumerate(plan.orders):
                record = _planned(plan, order)
                connection.execute(orders.insert().values(**_row(record), place=place))
                self._ledger.append_audit(connection, "order planned", order.client_order_id, _row(record))
            return plan

    def find_plan(self, account_id: str, decision_id: str) -> Plan | None:
        """Return the stored plan of a decision, or None."""
        with self._ledger.transaction() as connection:
            return _plan(connection, account_id, decision_id)

    def records(self, account_id: str, decision_id: str) -> list[OrderRecord]:
        """Return the records of a decision in its plan's order."""
        with self._ledger.transaction() as connection:
            return _records(connection, account_id, decision_id)

    def unfinished(self, account_id: str) -> list[OrderRecord]:
        """Return the records of every decision of the account that are not final, oldest plan first."""
        final = [status.value for status in OrderStatus if status.final]
        query = (
            sa.select(orders)
            .join(plans, (plans.c.account_id == orders.c.account_id) & (plans.c.decision_id == orders.c.decision_id))
            .where(orders.c.account_id == account_id, orders.c.status.not_in(final))
            .order_by(plans.c.seq, orders.c.place)
        )
        with self._ledger.transaction() as connection:
            return [_record(row) for row in connection.execute(query).mappings()]

    def record(self, after: OrderRecord) -> None:
        """Replace a record by the next revision of it; raises BusyError where another process got there first."""
        row = _row(after)
        with self._ledger.transaction() as connection:
            changed = connection.execute(
                orders.update()
                .where(orders.c.account_id == after.account_id)
                .where(orders.c.client_order_id == after.order.client_order_id)
                .where(orders.c.revision == after.revision - 1)
                .values(**row)
            )
            if changed.rowcount != 1:
                raise BusyError(
                    f"another process is working order {after.order.client_order_id}", "Run the command again."
                )
            self._ledger.append_audit(connection, f"order {after.status}", after.order.client_order_id, row)


class SimulatedAccounts:
    """Simulated accounts and their orders, as ``p3.trading.account.AccountStore`` describes; every state is kept."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def load(self, account_id: str) -> AccountState | None:
        """Return the newest state, or None where there is no such account."""
        query = (
            sa.select(simulated_accounts)
            .where(simulated_accounts.c.account_id == account_id)
            .order_by(simulated_accounts.c.version.desc())
            .limit(1)
        )
        with self._ledger.transaction() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _state(row)

    def find_order(self, account_id: str, client_order_id: str) -> BrokerOrder | None:
        """Return the order that was stored with that client order id, or None."""
        query = sa.select(simulated_orders).where(
            simulated_orders.c.account_id == account_id, simulated_orders.c.client_order_id == client_order_id
        )
        with self._ledger.transaction() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _broker_order(row)

    def commit(self, after: AccountState, order: BrokerOrder | None) -> bool:
        """Store a state and an order in one transaction; False, storing nothing, where either is there already."""
        try:
            with self._ledger.transaction() as connection:
                newest = connection.execute(
                    sa.select(sa.func.max(simulated_accounts.c.version)).where(
                        simulated_accounts.c.account_id == after.account_id
                    )
                ).scalar()
                if (newest or 0) != after.version - 1:
                    return False
                self._insert(connection, after, order)
        except IntegrityError:
            return False
        return True

    def _insert(self, connection: sa.Connection, after: AccountState, order: BrokerOrder | None) -> None:
        state = {
            "account_id": after.account_id,
            "version": after.version,
            "cash": str(after.cash),
            "positions": json.dumps({name: str(shares) for name, shares in sorted(after.positions.items())}),
            "settled_through": after.settled_through.isoformat(),
        }
        connection.execute(simulated_accounts.insert().values(**state))
        if order is None:
            self._ledger.append_audit(connection, "simulated account", after.account_id, state)
        else:
            row = _broker_row(after.account_id, order)
            connection.execute(simulated_orders.insert().values(**row))
            self._ledger.append_audit(connection, "simulated fill", order.client_order_id, {**state, **row})


def _plan(connection: sa.Connection, account_id: str, decision_id: str) -> Plan | None:
    row = (
        connection.execute(sa.select(plans).where(plans.c.account_id == account_id, plans.c.decision_id == decision_id))
        .mappings()
        .first()
    )
    if row is None:
        return None
    return Plan(
        account_id=account_id,
        decision_id=decision_id,
        created=datetime.fromisoformat(row["created"]),
        expires=datetime.fromisoformat(row["expires"]),
        orders=tuple(record.order for record in _records(connection, account_id, decision_id)),
    )


def _records(connection: sa.Connection, account_id: str, decision_id: str) -> list[OrderRecord]:
    query = (
        sa.select(orders)
        .where(orders.c.account_id == account_id, orders.c.decision_id == decision_id)
        .order_by(orders.c.place)
    )
    return [_record(row) for row in connection.execute(query).mappings()]


def _planned(plan: Plan, order: Order) -> OrderRecord:
    return OrderRecord(
        account_id=plan.account_id,
        decision_id=plan.decision_id,
        order=order,
        status=OrderStatus.PLANNED,
        filled_quantity=Decimal(0),
        average_price=None,
        broker_order_id=None,
        detail="",
        revision=0,
        updated=plan.created,
    )


def _row(record: OrderRecord) -> dict[str, Any]:
    order = record.order
    return {
        "account_id": record.account_id,
        "client_order_id": order.client_order_id,
        "decision_id": record.decision_id,
        "ticker": order.ticker,
        "side": order.side.value,
        "quantity": order.quantity,
        "type": order.type.value,
        "limit": _text(order.limit),
        "reference_price": str(order.reference_price),
        "held": str(order.held),
        "reasons": json.dumps(order.reasons),
        "status": record.status.value,
        "filled_quantity": str(record.filled_quantity),
        "average_price": _text(record.average_price),
        "broker_order_id": record.broker_order_id,
        "detail": record.detail,
        "revision": record.revision,
        "updated": record.updated.isoformat(),
    }


def _record(row: Mapping[Any, Any]) -> OrderRecord:
    return OrderRecord(
        account_id=row["account_id"],
        decision_id=row["decision_id"],
        order=Order(
            client_order_id=row["client_order_id"],
            ticker=row["ticker"],
            side=Side(row["side"]),
            quantity=row["quantity"],
            type=OrderType(row["type"]),
            limit=_decimal(row["limit"]),
            reference_price=Decimal(row["reference_price"]),
            held=Decimal(row["held"]),
            reasons=tuple(json.loads(row["reasons"])),
        ),
        status=OrderStatus(row["status"]),
        filled_quantity=Decimal(row["filled_quantity"]),
        average_price=_decimal(row["average_price"]),
        broker_order_id=row["broker_order_id"],
        detail=row["detail"],
        revision=row["revision"],
        updated=datetime.fromisoformat(row["updated"]),
    )


def _state(row: Mapping[Any, Any]) -> AccountState:
    return AccountState(
        account_id=row["account_id"],
        version=row["version"],
        cash=Decimal(row["cash"]),
        positions={name: Decimal(shares) for name, shares in json.loads(row["positions"]).items()},
        settled_through=datetime.fromisoformat(row["settled_through"]),
    )


def _broker_row(account_id: str, order: BrokerOrder) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "client_order_id": order.client_order_id,
        "broker_order_id": order.broker_order_id,
        "ticker": order.ticker,
        "side": order.side.value,
        "quantity": str(order.quantity),
        "status": order.status.value,
        "filled_quantity": str(order.filled_quantity),
        "average_price": _text(order.average_price),
        "detail": order.detail,
    }


def _broker_order(row: Mapping[Any, Any]) -> BrokerOrder:
    return BrokerOrder(
        broker_order_id=row["broker_order_id"],
        client_order_id=row["client_order_id"],
        ticker=row["ticker"],
        side=Side(row["side"]),
        quantity=Decimal(row["quantity"]),
        status=OrderStatus(row["status"]),
        filled_quantity=Decimal(row["filled_quantity"]),
        average_price=_decimal(row["average_price"]),
        detail=row["detail"],
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
