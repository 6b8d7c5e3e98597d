"""Reading: one in-memory DuckDB connection with every table as a view over the files of pinned versions."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from p3.data.delta import DeltaTables
from p3.data.tables import TABLES, Table
from p3.errors import DataError, UsageError

if TYPE_CHECKING:
    import duckdb

_NAME = re.compile(r"[a-z_][a-z0-9_]*\Z")


class Query:
    """Answers SQL over the tables as they stood when each was first asked for."""

    def __init__(self, tables: DeltaTables) -> None:
        self._tables = tables
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._viewed: set[str] = set()

    def rows(self, table: Table, where: str = "", parameters: Sequence[object] = ()) -> pl.DataFrame:
        """Return the rows of ``table`` that satisfy ``where``; an empty frame of the table's shape where it was never written."""
        connection = self._connect()
        self._view(table)
        condition = f" WHERE {where}" if where else ""
        frame = connection.sql(f"SELECT * FROM {table.name}{condition}", params=list(parameters)).pl()
        return frame.select([pl.col(name).cast(kind) for name, kind in table.schema.items()])

    def sql(self, statement: str, extra: Mapping[str, Callable[[], pl.DataFrame]]) -> pl.DataFrame:
        """Return the result of a user's query; ``extra`` gives further views (ledger tables, passages), made when named.

        Raises UsageError for anything but one query, and for SQL that DuckDB refuses, with its reason.
        """
        import duckdb

        connection = self._connect()
        try:
            _refuse_all_but_a_query(connection.extract_statements(statement))
            self._show(statement, extra)
            connection.execute("SET enable_external_access = false")  # the views' files stay readable, nothing else is
            result = connection.sql(statement)
            return result.pl() if result is not None else pl.DataFrame()
        except (duckdb.Error, pl.exceptions.PolarsError) as error:
            raise UsageError(str(error).splitlines()[0], 'List the tables with `p3 sql "SHOW TABLES"`.') from None

    def _show(self, statement: str, extra: Mapping[str, Callable[[], pl.DataFrame]]) -> None:
        """Make the views that the statement names."""
        for name, table in TABLES.items():
            if _mentions(statement, name):
                self._view(table)
        for name, frame in extra.items():
            if _mentions(statement, name):
                self._connect().register(name, frame().to_arrow())

    def export(self, path: str, extra: Mapping[str, Callable[[], pl.DataFrame]]) -> list[str]:
        """Write every table into a plain DuckDB file at ``path`` and return their names."""
        connection = self._connect()
        escaped = path.replace("'", "''")
        connection.execute(f"ATTACH '{escaped}' AS exported")
        names = []
        for name, table in TABLES.items():
            self._view(table)
            connection.execute(f"CREATE OR REPLACE TABLE exported.{name} AS SELECT * FROM {name}")
            names.append(name)
        for name, frame in extra.items():
            connection.register(f"_{name}", frame().to_arrow())
            connection.execute(f"CREATE OR REPLACE TABLE exported.{name} AS SELECT * FROM _{name}")
            names.append(name)
        connection.execute("DETACH exported")
        return names

    def _connect(self) -> "duckdb.DuckDBPyConnection":
        if self._connection is None:
            import duckdb

            self._connection = duckdb.connect(":memory:")
            self._connection.execute("SET TimeZone = 'UTC'")
            self._allow(self._tables.root)
        return self._connection

    def _allow(self, root: str) -> None:
        escaped = root.replace("'", "''")
        self._connect().execute(f"SET allowed_directories = ['{escaped}']")

    def _view(self, table: Table) -> None:
        if table.name in self._viewed:
            return
        connection = self._connect()
        files = self._tables.files(table)
        if not files:
            connection.register(table.name, pl.DataFrame(schema=table.schema).to_arrow())
        else:
            listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
            connection.execute(f"CREATE OR REPLACE VIEW {table.name} AS SELECT * FROM read_parquet([{listed}])")
        self._viewed.add(table.name)


def _refuse_all_but_a_query(statements: "Sequence[duckdb.Statement]") -> None:
    import duckdb

    if len(statements) != 1 or statements[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        raise UsageError(
            "p3 sql takes one query", "Write one SELECT, SHOW or DESCRIBE; `--export FILE` gives a database to change."
        )


def _mentions(statement: str, name: str) -> bool:
    if not _NAME.match(name):
        raise DataError(f"{name!r} is no table name", "Report this.")
    shows_all = re.search(r"\b(show|describe|information_schema|duckdb_views)\b", statement, re.IGNORECASE)
    return bool(shows_all) or re.search(rf"\b{name}\b", statement, re.IGNORECASE) is not None
