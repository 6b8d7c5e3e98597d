"""How the ledger's database is opened, how its transactions begin, and what its errors mean."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import tenacity
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from p3.errors import BusyError, ConfigurationError, DataError

_BUSY_SECONDS = 30
_READING = "p3_reading"  # the execution option of a transaction that only reads
_READ_ONLY = "p3_read_only"  # that of an engine whose database cannot be written
_CONTENTION = ("locked", "busy", "could not serialize", "deadlock")


def open_engine(url: str | Path) -> sa.Engine:
    """Return an engine whose transactions write; raises ConfigurationError for an impossible URL."""
    try:
        parsed = sa.URL.create("sqlite", database=str(url)) if isinstance(url, Path) else sa.make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return sa.create_engine(parsed, poolclass=sa.NullPool, isolation_level="SERIALIZABLE")
        file = Path(parsed.database or "")
        if _is_read_only(file):
            opening = partial(_open_read_only, file)
            engine = sa.create_engine(
                parsed, poolclass=sa.NullPool, creator=opening, execution_options={_READ_ONLY: True}
            )
        else:
            engine = sa.create_engine(parsed, poolclass=sa.NullPool, connect_args={"timeout": _BUSY_SECONDS})
            sa.event.listen(engine, "connect", _configure_sqlite)
    except (SQLAlchemyError, ImportError) as error:
        raise ConfigurationError(
            f"P3_LEDGER__URL cannot be used: {type(error).__name__}", "Leave it out for SQLite, or name a PostgreSQL."
        ) from None
    sa.event.listen(engine, "begin", _begin)
    return engine


def for_reading(engine: sa.Engine) -> sa.Engine:
    """Return ``engine`` with transactions that only read."""
    return engine.execution_options(**{_READING: True, "postgresql_readonly": True})


def is_writable(engine: sa.Engine) -> bool:
    """Return whether the database of ``engine`` lay in a place that can be written when it was opened."""
    return not engine.get_execution_options().get(_READ_ONLY, False)


def _is_read_only(file: Path) -> bool:
    """Return whether SQLite can only read ``file``: it also writes others beside it."""
    return file.is_file() and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))


def _open_read_only(file: Path) -> sqlite3.Connection:
    """Open a ledger in a place that cannot be written.

    SQLite reads a WAL database there only with the files of a writer beside it, or on the word that nobody writes
    (https://www.sqlite.org/wal.html#read_only_databases).
    """
    log = file.with_name(f"{file.name}-wal")
    mode = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    return sqlite3.connect(f"{file.absolute().as_uri()}?{mode}", uri=True, timeout=_BUSY_SECONDS, isolation_level=None)


def _patiently(execute: Callable[[str], object], statement: str) -> None:
    """Execute ``statement``, again where another process holds the file: the switch to WAL does not wait by itself."""
    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(sqlite3.OperationalError),
        wait=tenacity.wait_random(0.01, 0.1),
        stop=tenacity.stop_after_delay(_BUSY_SECONDS),
        reraise=True,
    )
    attempts(execute, statement)


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = (
        None  # p3 begins its own transactions, so that a read then write never meets a busy upgrade
    )
    cursor = connection.cursor()
    _patiently(cursor.execute, "PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # an order journalled is on disk before it is sent
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    """Begin a transaction: one that writes takes the lock at once, one that reads takes none."""
    if connection.get_execution_options().get(_READING, False):
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def translated() -> Iterator[None]:
    """Raise BusyError, ConfigurationError or DataError in place of the library's errors."""
    try:
        yield
    except OperationalError as error:
        text = str(error.orig)
        if any(sign in text for sign in _CONTENTION):
            raise BusyError("another process is writing to the ledger", "Run the command again.") from None
        raise ConfigurationError(
            f"the ledger cannot be used: {text}", "Free space, check permissions, or name another with P3_LEDGER__URL."
        ) from None
    except IntegrityError:
        raise  # a caller's insert met another process's: only the caller knows what that means
    except DBAPIError as error:
        raise DataError(f"the ledger refused a change: {error.orig}", "Report this.") from error
