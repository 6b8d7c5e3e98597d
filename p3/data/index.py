"""INDEX: passages with their vectors and a full-text index, in one LanceDB table, and a snapshot of it for searching.

Writers hold the index lock, which the caller takes. A company's passages are replaced in one commit: a reader sees the
old ones or the new ones, and looks for new commits at every query.

LanceDB is the store and the truth. At the end of its commits a writer has the table compacted where that is due, and
a snapshot made (``maintain``); searches read that for as long as it is of the newest commit, else the table itself.
Above SNAPSHOT_ROWS there is none: its cost, in disk and at every change, would outgrow the second that it saves.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from p3.data import passage_rows, snapshot_writer
from p3.data.lance_passages import REBUILD, LancePassages, fetch
from p3.data.snapshot import KEY, OF_RUN, Snapshot
from p3.errors import ConfigurationError, DataError, InputMissingError

TABLE = "passages"
BRUTE_FORCE_ROWS = 50_000  # up to here an exact scan is quick; the approximate index pays above
EXACT_INDEX_ROWS = 1_000_000  # up to here the index keeps whole vectors; above, eight bits a number
SNAPSHOT_ROWS = 300_000  # about 0.9 GB, a scan of whose vectors takes 50 ms
_FRAGMENTS, _UNINDEXED = 20, 5_000  # from here on compaction pays: files, and rows that no index covers
_BATCH = 10_000  # rows that are held in memory at once while a snapshot is made
_LARGEST = 2**64 - 1
_TEMPORARY = ".tmp*"
_FULL = f"os error {errno.ENOSPC}"  # as LanceDB says it


class PassageIndex:
    """The passages of all companies, in the folder ``path``; nothing is opened before it is needed.

    With ``pinned`` its reader reads that version, whatever came later; version 0 is that of nothing committed.
    """

    def __init__(self, path: Path, pinned: int | None = None) -> None:
        self._path = path.absolute()  # a relative path that begins with "db" would be taken for the cloud service
        self._version = pinned
        self._database: Any = None
        self._opened: tuple[Path, Snapshot] | None = None

    def reader(self) -> Snapshot | LancePassages:
        """Return the passages as the newest commit left them; later commits do not change what it reads.

        Raises InputMissingError where nothing was ever committed, DataError where it cannot be read.
        """
        if self._version is not None and self._version != self._newest():
            return self._at(self._version)
        folder = self._snapshot()
        if self._opened is not None and self._opened[0] == folder:
            return self._opened[1]
        try:
            self._opened = folder, Snapshot(folder)
            return self._opened[1]
        except FileNotFoundError:  # none was made, or a writer has just removed it
            return self._pinned()
        except (ValueError, KeyError, OSError, pl.exceptions.PolarsError) as error:
            raise DataError(
                f"the passages' snapshot cannot be read: {error}", f"Delete {folder}: the index itself is read then."
            ) from error

    def replace(self, cik: int, passages: pl.DataFrame, model: str) -> int:
        """Make ``passages`` the company's only ones, in one commit, and return how many rows it now has.

        ``passages`` has the passages' columns and ``vector``: Array(Float32, dimension), of unit length, made by
        ``model``. Rows with the same passage_id are kept once. Raises DataError for a row without a key, vector or
        text, for another company's row, and where the table holds another model's vectors or another dimension.
        """
        rows = passages.unique(KEY, keep="first", maintain_order=True)
        passage_rows.check(cik, rows)
        with _writing():
            if self._exists():
                self._merge(cik, rows, model)
            else:
                schema = passage_rows.schema(rows, model)
                self._connect().create_table(TABLE, rows.to_arrow().cast(schema), schema=schema)
            self._index_columns()
        return rows.height

    def _merge(self, cik: int, rows: pl.DataFrame, model: str) -> None:
        table = self._table()
        passage_rows.check_same_space(LancePassages(table), rows, model)
        merge = table.merge_insert(KEY).when_matched_update_all().when_not_matched_insert_all()
        merge = merge.when_not_matched_by_source_delete(f"cik = {int(cik)}")
        merge.execute(rows.select(table.schema.names).to_arrow().cast(table.schema))

    def passages(self, where: str | None) -> pl.DataFrame:
        """Return every passage that meets ``where`` (None: all) with its vector, by document and offset."""
        return LancePassages(self._table()).passages(where)

    def documents(self, where: str) -> pl.DataFrame:
        """Return the documents with a passage that meets ``where``, and ``passages``, their number; oldest first."""
        return self.reader().documents(where)

    def kept(self, cik: int, model: str) -> pl.DataFrame:
        """Return passage_id, text and vector of the company's passages, none where the vectors are another model's."""
        if not self._exists() or self.model() != model:
            return pl.DataFrame(schema={KEY: pl.String, "text": pl.String, "vector": pl.Null})
        query = self._table().search().where(f"cik = {int(cik)}")
        return fetch(query.select([KEY, "text", "vector"])).sort(KEY)

    def model(self) -> str:
        """Return the name of the embedding model whose vectors the table holds."""
        return self.reader().model()

    def columns(self) -> set[str]:
        """Return the names of the table's columns."""
        return LancePassages(self._table()).columns()

    def version(self) -> int | None:
        """Return the table's version, None before the first commit.

        Read from the manifests' names, which costs no import: Lance names version v ``{2**64 - 1 - v:020}.manifest``,
        so that the newest sorts first.
        """
        return self._newest() if self._version is None else self._version or None

    def maintain(self) -> None:
        """Compact the table where that is due, and have a snapshot of the newest commit. Call under the index lock."""
        if not self._exists():
            return
        with _writing():
            if _is_due(self._table()):
                self.compact()
            self._take_snapshot()

    def compact(self) -> None:
        """Merge small files, bring the indices up to date, and drop versions older than a week, which nobody reads."""
        self._index_columns()
        table = self._table()
        rows = table.count_rows()
        if rows > BRUTE_FORCE_ROWS and "vector_idx" not in _indices(table):
            from lancedb.index import IvfFlat, IvfSq

            kind = IvfFlat if rows <= EXACT_INDEX_ROWS else IvfSq
            table.create_index("vector", config=kind(distance_type="cosine"))
        table.optimize(cleanup_older_than=timedelta(days=7))

    def clean_after_kill(self) -> int:
        """Delete the temporary files of a killed writer, and return how many. Call under the index lock."""
        leftovers = list((self._path / f"{TABLE}.lance" / "data").glob(_TEMPORARY))
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)
        return len(leftovers)

    def clear(self) -> None:
        """Drop every passage, so that another embedding model can be used."""
        if self._exists():
            self._connect().drop_table(TABLE)

    def _take_snapshot(self) -> None:
        """Write a snapshot of the newest commit where there is none, and drop those of older ones."""
        folder = self._snapshot()
        if not folder.is_dir():
            held = self._pinned()
            companies = held.companies()
            rows = int(companies["rows"].sum())
            if 0 < rows <= SNAPSHOT_ROWS and held.columns().issuperset({*OF_RUN, "text", "vector"}):
                frames = (held.passages(f"cik IN ({ciks})") for ciks in _batches(companies))
                snapshot_writer.write(folder, frames, rows, held.dimension, held.model())
        snapshot_writer.prune(folder)

    def _snapshot(self) -> Path:
        """Return the folder of the newest commit's snapshot: named by the manifest's content, which no two share."""
        newest = self._manifest()
        if newest is None:
            raise _nothing_yet()
        return self._path / "snapshots" / hashlib.sha256(newest.read_bytes()).hexdigest()[:32]

    def _manifest(self) -> Path | None:
        files = (self._path / f"{TABLE}.lance" / "_versions").glob("*.manifest")
        return min((file for file in files if file.stem.isdigit()), key=lambda file: int(file.stem), default=None)

    def _index_columns(self) -> None:
        """Create the full-text index and the filter columns' indices where they are missing."""
        from lancedb.index import FTS, Bitmap, BTree

        table = self._table()
        present = _indices(table)
        wanted = {
            "text": FTS(),
            "form": Bitmap(),
            **{column: BTree() for column in ("cik", "accepted", "document_sha")},
        }
        for column, config in wanted.items():
            if f"{column}_idx" not in present:
                table.create_index(column, config=config)

    def _connect(self) -> Any:
        if self._database is None:
            import lancedb

            self._database = lancedb.connect(str(self._path), read_consistency_interval=timedelta(0))
        return self._database

    def _exists(self) -> bool:
        return (self._path / f"{TABLE}.lance" / "_versions").is_dir()

    def _table(self) -> Any:
        if not self._exists():
            raise _nothing_yet()
        return self._connect().open_table(TABLE)

    def _newest(self) -> int | None:
        newest = self._manifest()
        return None if newest is None else _LARGEST - int(newest.stem)

    def _pinned(self) -> LancePassages:
        """Return the newest version, whatever is committed after it."""
        table = self._table()
        table.checkout(table.version)
        return LancePassages(table)

    def _at(self, version: int) -> LancePassages:
        """Return an older version. Raises InputMissingError where it is no longer kept."""
        if version == 0:
            raise _nothing_yet()
        table = self._table()
        try:
            table.checkout(version)
        except (ValueError, RuntimeError, OSError):
            raise InputMissingError(
                f"version {version} of the passages is no longer kept", "Passages of older versions go after a week."
            ) from None
        return LancePassages(table)


def _nothing_yet() -> InputMissingError:
    return InputMissingError("no passages are indexed yet", "Run `p3 embed` first.")


def _batches(companies: pl.DataFrame) -> Iterator[str]:
    """Yield the CIKs of about _BATCH rows at a time, by rising CIK, separated by commas."""
    numbered = companies.sort("cik").with_columns(batch=(pl.col("rows").cum_sum() - pl.col("rows")) // _BATCH)
    for _, batch in numbered.group_by("batch", maintain_order=True):
        yield ", ".join(map(str, batch["cik"]))


def _is_due(table: Any) -> bool:
    """Say whether the table has many small files, or many rows that an index does not cover."""
    indices = [table.index_stats(name) for name in _indices(table)]
    unindexed = max((each.num_unindexed_rows for each in indices), default=0)
    return unindexed >= _UNINDEXED or table.stats()["fragment_stats"]["num_fragments"] >= _FRAGMENTS


def _indices(table: Any) -> set[str]:
    return {index.name for index in table.list_indices()}


@contextmanager
def _writing() -> Iterator[None]:
    """Translate LanceDB's errors at a write into p3's."""
    try:
        yield
    except (ValueError, RuntimeError, OSError) as error:
        if isinstance(error, OSError) or _FULL in str(error):
            full = _FULL in str(error) or getattr(error, "errno", None) in (None, errno.ENOSPC)
            reason = os.strerror(errno.ENOSPC) if full else str(error)
            raise ConfigurationError(
                f"cannot write the passage index: {reason}", "Free space, or name another --data-dir."
            ) from error
        raise DataError(f"the passage index cannot be written: {error}", REBUILD) from error
