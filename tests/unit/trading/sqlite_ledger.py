"""A Journal and an AccountStore over one SQLite file: small, durable, and shared by processes."""

import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from p3.errors import BusyError
from p3.trading.account import AccountState
from p3.trading.lifecycle import BrokerOrder, OrderRecord, OrderStatus
from p3.trading.orders import Plan

_SCHEMA = """
CREATE TABLE IF NOT EXISTS plans (n INTEGER PRIMARY KEY, account, decision, body, UNIQUE (account, decision));
CREATE TABLE IF NOT EXISTS records (n INTEGER PRIMARY KEY, account, decision, client, revision, final, body,
                                    UNIQUE (account, client));
CREATE TABLE IF NOT EXISTS accounts (account PRIMARY KEY, version, body);
CREATE TABLE IF NOT EXISTS fills (account, client, body, PRIMARY KEY (account, client));
"""


class SqliteLedger:
    """Implements both Protocols; every call opens its own connection, as another process would."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._transaction() as connection:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)

    def adopt(self, plan: Plan) -> Plan:
        with self._transaction() as connection:
            key = (plan.account_id, plan.decision_id)
            if connection.execute("SELECT 1 FROM plans WHERE (account, decision) = (?, ?)", key).fetchone() is None:
                connection.execute("INSERT INTO plans VALUES (NULL, ?, ?, ?)", (*key, pickle.dumps(plan)))
                for order in plan.orders:
                    record = OrderRecord(*key, order, OrderStatus.PLANNED, Decimal(0), None, None, "", 0, plan.created)
                    row = (*key, order.client_order_id, 0, False, pickle.dumps(record))
                    connection.execute("INSERT INTO records VALUES (NULL, ?, ?, ?, ?, ?, ?)", row)
        stored = self.find_plan(*key)
        assert stored is not None
        return stored

    def find_plan(self, account_id: str, decision_id: str) -> Plan | None:
        found = self._bodies("plans WHERE account = ? AND decision = ?", account_id, decision_id)
        return found[0] if found else None

    def records(self, account_id: str, decision_id: str) -> list[OrderRecord]:
        return self._bodies("records WHERE account = ? AND decision = ? ORDER BY n", account_id, decision_id)

    def unfinished(self, account_id: str) -> list[OrderRecord]:
        return self._bodies("records WHERE account = ? AND NOT final ORDER BY n", account_id)

    def record(self, after: OrderRecord) -> None:
        key = (after.account_id, after.order.client_order_id, after.revision - 1)
        row = (after.revision, after.status.final, pickle.dumps(after), *key)
        with self._transaction() as connection:
            changed = connection.execute(
                "UPDATE records SET revision = ?, final = ?, body = ? WHERE (account, client, revision) = (?, ?, ?)",
                row,
            ).rowcount
        if changed != 1:
            raise BusyError(f"another process executes decision {after.decision_id}", "Wait for it to finish.")

    def load(self, account_id: str) -> AccountState | None:
        found = self._bodies("accounts WHERE account = ?", account_id)
        return found[0] if found else None

    def find_order(self, account_id: str, client_order_id: str) -> BrokerOrder | None:
        found = self._bodies("fills WHERE account = ? AND client = ?", account_id, client_order_id)
        return found[0] if found else None

    def commit(self, after: AccountState, order: BrokerOrder | None) -> bool:
        row = (after.account_id, after.version, pickle.dumps(after))
        with self._transaction() as connection:
            stored = connection.execute(
                "SELECT version FROM accounts WHERE account = ?", (after.account_id,)
            ).fetchone()
            if (stored[0] if stored else 0) != after.version - 1:
                return False
            if order is not None:
                key = (after.account_id, order.client_order_id)
                if connection.execute("SELECT 1 FROM fills WHERE (account, client) = (?, ?)", key).fetchone():
                    return False
                connection.execute("INSERT INTO fills VALUES (?, ?, ?)", (*key, pickle.dumps(order)))
            connection.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?, ?)", row)
        return True

    def fill_count(self) -> int:
        return len(self._bodies("fills"))

    def _bodies(self, source: str, *values: str) -> list:
        with self._transaction() as connection:
            rows = connection.execute(f"SELECT body FROM {source}", values).fetchall()
        return [pickle.loads(body) for (body,) in rows]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")  # survives a killed process, and no test pulls the plug
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()
