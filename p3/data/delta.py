"""Delta tables: written here and nowhere else, read through DuckDB (see ``query``).

A unit's rows are replaced as a whole in one commit, so that a kill leaves either its old rows or its new ones and a
second run doubles nothing.
"""

import errno
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import polars as pl

from p3.data.layers import DataLayer, DirectoryManager
from p3.data.tables import Table
from p3.errors import BusyError, ConfigurationError, DataError

if TYPE_CHECKING:
    from deltalake import DeltaTable


_ATTEMPTS = 5
_LEAST_FREE = 1024 * 1024  # bytes: a log entry and its files' ends


class DeltaTables:
    """The Delta tables of one data tree."""

    def __init__(self, directories: DirectoryManager) -> None:
        self._directories = directories

    @property
    def root(self) -> str:
        """The folder that all tables lie below."""
        return str(self._directories.root)

    @property
    def spill(self) -> str:
        """Where a query may put what does not fit into memory."""
        return str(self._directories.root / DataLayer.RESULTS / "spill")

    def version(self, table: Table) -> int | None:
        """Return the newest committed version of ``table``, or None where it was never written.

        Delta names commit N ``_delta_log/%020d.json``; listing that folder is a hundred times as quick as opening the
        table.
        """
        log = self._path(table) / "_delta_log"
        if not log.is_dir():
            return None
        commits = [int(file.stem) for file in log.glob("*.json") if file.stem.isdigit()]
        return max(commits, default=None)

    def files(self, table: Table, version: int | None = None) -> list[str]:
        """Return the Parquet files of ``table`` at ``version`` (default: the newest)."""
        opened = self._open(table, version)
        # Delta gives URIs, in which a space or an umlaut of the tree's own path is percent-encoded.
        return [unquote(uri) for uri in opened.file_uris()] if opened is not None else []

    def replace(self, table: Table, owners: Sequence[int | str], rows: pl.DataFrame) -> int:
        """Replace all rows of ``owners`` by ``rows`` in one commit and return the new version.

        Raises DataError where a row has a wrong shape, a null or doubled key, or belongs to no owner named.
        """
        return self._commit(table, check(table, owners, rows), _predicate(table.owner, owners))

    def compact(self, table: Table) -> None:
        """Merge small files; readers of older versions keep theirs until a vacuum."""
        opened = self._open(table, None)
        if opened is not None:
            opened.optimize.compact()

    def _check_space(self, table: Table, frame: pl.DataFrame) -> None:
        """Raise ConfigurationError where a commit cannot fit: the library would say so less plainly, and late."""
        needed = _LEAST_FREE + 2 * frame.estimated_size()
        if shutil.disk_usage(self._directories.layer(table.layer)).free < needed:
            raise ConfigurationError(
                f"no space left in {self._directories.root}", "Free space, or name another --data-dir."
            )

    def _commit(self, table: Table, frame: pl.DataFrame, predicate: str) -> int:
        from deltalake import DeltaTable, Schema, write_deltalake
        from deltalake.exceptions import CommitFailedError, DeltaError

        self._check_space(table, frame)
        path, rows = str(self._path(table)), frame.to_arrow()
        try:
            if self.version(table) is None:
                # An overwrite without a predicate would also replace what another process commits first.
                DeltaTable.create(path, Schema.from_arrow(rows.schema), mode="ignore")
            for attempt in range(_ATTEMPTS):
                try:
                    # A table of an older p3 takes up the columns that it lacks.
                    write_deltalake(path, rows, mode="overwrite", predicate=predicate, schema_mode="merge")
                    break
                except CommitFailedError:  # nothing is written: another's commit came first
                    if attempt == _ATTEMPTS - 1:
                        raise
        except CommitFailedError as error:
            raise BusyError(f"another process wrote {table.name} at the same time", "Run the command again.") from error
        except (DeltaError, OSError) as error:
            if isinstance(error, OSError) or _is_full(error):
                raise ConfigurationError(
                    f"cannot write {table.name}: {_first_line(error)}", "Free space, or name another --data-dir."
                ) from error
            raise DataError(f"{table.name}: {_first_line(error)}", "Rebuild it with --force.") from error
        version = self.version(table)
        if version is None:
            raise DataError(f"{table.name} has no version after a commit", "Report this.")
        return version

    def _open(self, table: Table, version: int | None) -> "DeltaTable | None":
        if self.version(table) is None:
            return None
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        try:
            return DeltaTable(str(self._path(table)), version=version)
        except DeltaError as error:
            raise DataError(f"{table.name} cannot be read: {_first_line(error)}", "Rebuild it with --force.") from error

    def _path(self, table: Table) -> Path:
        return self._directories.table(table.layer, table.name)


def check(table: Table, owners: Sequence[int | str], rows: pl.DataFrame) -> pl.DataFrame:
    """Return ``rows`` as ``table`` has them; raises DataError as ``replace`` does."""
    frame = conform(table, rows)
    strangers = set(frame[table.owner].unique()) - set(owners)
    if strangers:
        raise DataError(
            f"{table.name}: rows of {sorted(map(str, strangers))[:3]} in a commit for others", "Report this."
        )
    return frame


def conform(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Return ``rows`` with exactly the table's columns and types; raises DataError where that cannot be."""
    missing = [name for name in table.schema if name not in rows.columns]
    if missing:
        raise DataError(f"{table.name}: columns missing: {', '.join(missing)}", "Report this.")
    try:
        frame = rows.select([pl.col(name).cast(kind) for name, kind in table.schema.items()])
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{table.name}: {_first_line(error)}", "Report this.") from error
    nulls = [name for name in (table.owner, table.known) if name and frame[name].null_count()]
    if nulls:
        raise DataError(f"{table.name}: rows without {', '.join(nulls)}", "Report this.")
    doubled = frame.height - frame.select(table.key).unique().height
    if doubled:
        raise DataError(f"{table.name}: {doubled} rows double the key {', '.join(table.key)}", "Report this.")
    return frame


def _predicate(owner: str, owners: Sequence[int | str]) -> str:
    values = ", ".join(str(v) if isinstance(v, int) else "'" + v.replace("'", "''") + "'" for v in owners)
    return f"{owner} IN ({values})"


def _is_full(error: BaseException) -> bool:
    return any(f"os error {number}" in str(error) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
