"""The ledger: what must be transactional row by row and shared by processes that know nothing of each other.

SQLite in WAL mode by default, PostgreSQL by URL; the same statements on both. The schema grows by migrations, each
applied once and recorded.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from p3.clock import iso, now
from p3.data.ledger_engine import for_reading, is_writable, open_engine, translated
from p3.data.ledger_schema import METADATA, MIGRATIONS, audit, dead_letters, migrations, orders, runs, units
from p3.errors import DataError

_GENESIS = "0" * 64


class Ledger:
    """One ledger; a connection is opened for each transaction and closed after it."""

    def __init__(self, url: str | Path, tree: str = "") -> None:
        """Take a database's URL, or the file of an SQLite one, and the id of the data tree whose units it records."""
        self._engine = open_engine(url)
        self._reader = for_reading(self._engine)
        self._tree = tree
        self._migrated = False

    @property
    def writable(self) -> bool:
        """Whether it can be written; one on a medium that is read-only cannot."""
        return is_writable(self._engine)

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Yield a connection in a write transaction: committed at the end, rolled back on any error.

        Raises BusyError, ConfigurationError or DataError in place of the library's errors.
        """
        with translated():
            self._migrate()
            with self._engine.begin() as connection:
                yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees the ledger as it stands, holds no writer up and waits for none.

        Raises as ``transaction`` does.
        """
        with translated():
            self._migrate()
            with self._reader.begin() as connection:
                yield connection

    def frame(self, name: str) -> pl.DataFrame:
        """Return a whole ledger table as a frame, for `p3 sql`."""
        table = METADATA.tables[name]
        with self.reading() as connection:
            rows = connection.execute(sa.select(table)).mappings().all()
        schema = {column.name: _POLARS[type(column.type)] for column in table.columns}
        return pl.DataFrame([dict(row) for row in rows], schema=schema, orient="row")

    def names(self) -> list[str]:
        """Return the names of the ledger's tables."""
        return sorted(METADATA.tables)

    def append_audit(self, connection: sa.Connection, kind: str, subject: str, payload: Mapping[str, Any]) -> str:
        """Append one link to the tamper-evident log inside the caller's transaction and return its digest."""
        last = connection.execute(sa.select(audit.c.digest).order_by(audit.c.seq.desc()).limit(1)).scalar()
        previous = last or _GENESIS
        body = json.dumps(payload, sort_keys=True, default=str)
        moment = iso(now())
        digest = _link(previous, moment, kind, subject, body)
        connection.execute(
            audit.insert().values(at=moment, kind=kind, subject=subject, payload=body, previous=previous, digest=digest)
        )
        return digest

    def verify_audit(self) -> int:
        """Return the number of links in the audit chain; raises DataError at the first that was changed, lost or added.

        Links cut from the end leave a shorter chain that is whole: compare the number with one noted before.
        """
        with self.reading() as connection:
            rows = connection.execute(sa.select(audit).order_by(audit.c.seq)).mappings().all()
        previous = _GENESIS
        for row in rows:
            expected = _link(previous, row["at"], row["kind"], row["subject"], row["payload"])
            if row["previous"] != previous or row["digest"] != expected:
                raise DataError(f"the audit chain is broken at entry {row['seq']}", "Restore the ledger from a backup.")
            previous = row["digest"]
        return len(rows)

    def start_run(self, run_id: str, command: str, scope: str, as_of: datetime) -> None:
        """Record that a run began."""
        with self.transaction() as connection:
            connection.execute(
                runs.insert().values(
                    run_id=run_id, command=command, scope=scope, as_of=iso(as_of), status="running", started=iso(now())
                )
            )

    def finish_run(self, run_id: str, status: str, manifest: str) -> None:
        """Record how a run ended and where its manifest lies."""
        with self.transaction() as connection:
            connection.execute(
                runs.update()
                .where(runs.c.run_id == run_id)
                .values(status=status, finished=iso(now()), manifest=manifest)
            )

    def record_units(
        self,
        rows: Sequence[Mapping[str, Any]],
        problems: Sequence[Mapping[str, Any]],
        settled: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """Record finished units and what went wrong in them, in one transaction.

        A unit's earlier dead letters are closed unless they occur again: all, or those of the names in ``settled``.
        """
        with self.transaction() as connection:
            for row in rows:
                connection.execute(units.insert().values(**row, tree=self._tree))
                connection.execute(self._closing(row, (settled or {}).get(row["unit"])))
            for problem in problems:
                _record_problem(connection, {**problem, "tree": self._tree})

    def _closing(self, row: Mapping[str, Any], settled: Collection[str] | None) -> sa.Update:
        closing = (
            dead_letters.update()
            .where(dead_letters.c.tree == self._tree)
            .where(dead_letters.c.stage == row["stage"], dead_letters.c.unit == row["unit"])
            .where(dead_letters.c.resolved.is_(None))
            .values(resolved=row["finished"])
        )
        return closing if settled is None else closing.where(dead_letters.c.what.in_(settled))

    def newest_unit(self) -> int:
        """Return the number of the newest record of a unit, 0 where there is none."""
        with self.reading() as connection:
            return (
                connection.execute(sa.select(sa.func.max(units.c.id)).where(units.c.tree == self._tree)).scalar() or 0
            )

    def recorded_since(self, seen: int, stage: str, unit: str, key: str) -> bool:
        """Return whether the newest record of a unit came after the one numbered ``seen`` and has ``key``."""
        ours = (units.c.tree == self._tree) & (units.c.stage == stage) & (units.c.unit == unit)
        query = sa.select(units.c.id, units.c.key).where(ours).order_by(units.c.id.desc()).limit(1)
        with self.reading() as connection:
            newest = connection.execute(query).first()
        return newest is not None and newest.id > seen and newest.key == key

    def unit_records(self, stages: Sequence[str]) -> list[dict[str, Any]]:
        """Return the newest record of each unit and key of ``stages``, oldest first."""
        ours = (units.c.tree == self._tree) & units.c.stage.in_(list(stages))
        newest = sa.select(sa.func.max(units.c.id)).where(ours).group_by(units.c.stage, units.c.unit, units.c.key)
        with self.reading() as connection:
            query = sa.select(units).where(units.c.id.in_(newest)).order_by(units.c.id)
            return [dict(row) for row in connection.execute(query).mappings()]

    def open_dead_letters(
        self, stages: Sequence[str] | None = None, unit_names: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        """Return what failed for good and has not been mended since, of all stages and units where none are named."""
        query = sa.select(dead_letters).where(dead_letters.c.tree == self._tree, dead_letters.c.resolved.is_(None))
        if stages is not None:
            query = query.where(dead_letters.c.stage.in_(list(stages)))
        if unit_names is not None:
            query = query.where(dead_letters.c.unit.in_(list(unit_names)))
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(query.order_by(dead_letters.c.id)).mappings()]

    def order(self, client_order_id: str) -> dict[str, Any] | None:
        """Return an order's row, or None."""
        with self.reading() as connection:
            query = sa.select(orders).where(orders.c.client_order_id == client_order_id)
            row = connection.execute(query).mappings().first()
        return None if row is None else dict(row)

    def audit_entries(self, subjects: Sequence[str]) -> list[dict[str, Any]]:
        """Return what the audit log says of ``subjects``, oldest first."""
        with self.reading() as connection:
            query = sa.select(audit).where(audit.c.subject.in_(subjects)).order_by(audit.c.seq)
            return [dict(row) for row in connection.execute(query).mappings()]

    def _migrate(self) -> None:
        if self._migrated:
            return
        with self._reader.begin() as connection:
            lacking = _lacking(connection)
        if lacking:
            with self._engine.begin() as connection:
                migrations.create(connection, checkfirst=True)
                for name in _lacking(connection):
                    _apply(connection, name, MIGRATIONS[name])
        self._migrated = True


def _lacking(connection: sa.Connection) -> list[str]:
    """Return the names of the migrations that the ledger has not seen."""
    if not sa.inspect(connection).has_table(migrations.name):
        return list(MIGRATIONS)
    done = set(connection.execute(sa.select(migrations.c.name)).scalars())
    return [name for name in MIGRATIONS if name not in done]


def _apply(connection: sa.Connection, name: str, migration: Callable[[sa.Connection], None]) -> None:
    migration(connection)
    connection.execute(migrations.insert().values(name=name, applied=iso(now())))


def _record_problem(connection: sa.Connection, problem: Mapping[str, Any]) -> None:
    same = (
        (dead_letters.c.tree == problem["tree"])
        & (dead_letters.c.stage == problem["stage"])
        & (dead_letters.c.unit == problem["unit"])
        & (dead_letters.c.what == problem["what"])
    )
    known = connection.execute(sa.select(dead_letters.c.id, dead_letters.c.attempts).where(same)).first()
    if known is None:
        connection.execute(dead_letters.insert().values(**problem, attempts=1, first_seen=problem["last_seen"]))
    else:
        values = {"reason": problem["reason"], "last_seen": problem["last_seen"], "run_id": problem["run_id"]}
        connection.execute(
            dead_letters.update()
            .where(dead_letters.c.id == known.id)
            .values(**values, attempts=known.attempts + 1, resolved=None)
        )


def _link(previous: str, at: str, kind: str, subject: str, payload: str) -> str:
    return hashlib.sha256("\x1f".join((previous, at, kind, subject, payload)).encode()).hexdigest()


_POLARS: dict[type, Any] = {
    sa.String: pl.String,
    sa.Text: pl.String,
    sa.Integer: pl.Int64,
    sa.Float: pl.Float64,
    sa.LargeBinary: pl.Binary,
}
