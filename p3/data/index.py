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
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from p3.data import passage_rows, snapshot_writer
from p3.data.lance_passages import REBUILD, LancePassages, fetch, metadata, reading
from p3.data.snapshot import KEY, OF_RUN, Snapshot
from p3.errors import ConfigurationError, DataError, InputMissingError

TABLE = "passages"
BRUTE_FORCE_ROWS = 50_000  # up to here an exact scan is quick; the approximate index pays above
EXACT_INDEX_ROWS = 1_000_000  # up to here the index keeps whole vectors; above, eight bits a number
SNAPSHOT_ROWS = 300_000  # about 0.9 GB, a scan of whose vectors takes 50 ms
_FRAGMENTS, _UNINDEXED = 20, 5_000  # from here on compaction pays: files, and rows that no index covers
_BATCH = 10_000  # rows that are held in memory at once while a snapshot is made
_LARGEST = 2**64 - 1
_CLEARED = ""  # the model of a table that was emptied
_TEMPORARY = ".tmp*"
_FULL = f"os error {errno.ENOSPC}"  # as LanceDB says it


class PassageIndex:
    """The passages of all companies, in the folder ``path``; nothing is opened before it is needed.

    With ``pinned`` that version is read, whatever came later; version 0 is that of nothing committed. They only rise.
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
        manifest = self._manifest()
        if manifest is None or self._version == 0:
            raise _nothing_yet()
        if self._version is not None and self._version != _number(manifest):
            return self._at(self._version)
        return self._newest(manifest)

    def _newest(self, manifest: Path) -> Snapshot | LancePassages:
        """Return the passages of the newest commit, whose manifest that is: their snapshot where there is one."""
        try:
            folder = self._snapshot(manifest)
        except FileNotFoundError:  # another process has dropped the version since
            return self._at(_number(manifest))
        if self._opened is not None and self._opened[0] == folder:
            return self._opened[1]
        try:
            self._opened = folder, Snapshot(folder)
            return self._opened[1]
        except FileNotFoundError:  # none was made, or a writer has just removed it
            return self._at(_number(manifest))
        except (ValueError, KeyError, OSError, pl.exceptions.PolarsError) as error:
            raise SnapshotUnreadableError(folder, error) from error

    def is_empty(self) -> bool:
        """Return whether nothing was committed yet, or everything was cleared since."""
        try:
            self.reader()
        except InputMissingError:
            return True
        return False

    def replace(self, cik: int, passages: pl.DataFrame, model: str) -> int:
        """Make ``passages`` the company's only ones, in one commit, and return how many rows it now has.

        ``passages`` has the passages' columns and ``vector``: Array(Float32, dimension), of unit length, made by
        ``model``. Rows with the same passage_id are kept once. Raises DataError for a row without a key, vector or
        text, for another company's row, and where the table holds another model's vectors or another dimension.
        """
        rows = passages.unique(KEY, keep="first", maintain_order=True)
        passage_rows.check(cik, rows)
        with _writing():
            if self.is_empty():
                schema = passage_rows.schema(rows, model)
                mode = "create" if self._manifest() is None else "overwrite"
                self._connect().create_table(TABLE, rows.to_arrow().cast(schema), schema=schema, mode=mode)
            else:
                self._merge(cik, rows, model)
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
        return self._held().passages(where)

    def documents(self, where: str) -> pl.DataFrame:
        """Return the documents with a passage that meets ``where``, and ``passages``, their number; oldest first."""
        return self.reader().documents(where)

    def kept(self, cik: int, model: str) -> pl.DataFrame:
        """Return passage_id, text and vector of the company's passages, none where the vectors are another model's."""
        if self.is_empty() or self.model() != model:
            return pl.DataFrame(schema={KEY: pl.String, "text": pl.String, "vector": pl.Null})
        query = self._table().search().where(f"cik = {int(cik)}")
        return fetch(query.select([KEY, "text", "vector"])).sort(KEY)

    def model(self) -> str:
        """Return the name of the embedding model whose vectors the table holds."""
        return self.reader().model()

    def ciks(self) -> list[int]:
        """Return the companies that have passages, by rising CIK."""
        return sorted(self._held().companies()["cik"])

    def columns(self) -> set[str]:
        """Return the names of the table's columns."""
        return self._held().columns()

    def version(self) -> int | None:
        """Return the table's version, None before the first commit.

        Read from the manifests' names, which costs no import: Lance names version v ``{2**64 - 1 - v:020}.manifest``,
        so that the newest sorts first.
        """
        if self._version is not None:
            return self._version or None
        manifest = self._manifest()
        return None if manifest is None else _number(manifest)

    def maintain(self) -> None:
        """Compact the table where that is due, and have a snapshot of the newest commit. Call under the index lock."""
        if self.is_empty():
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
        """Drop every passage, so that another embedding model can be used; readers of older versions keep theirs."""
        if not self.is_empty():
            schema = self._table().schema.with_metadata(metadata(_CLEARED))
            with _writing():
                self._connect().create_table(TABLE, schema=schema, mode="overwrite")

    def drop_snapshots(self) -> None:
        """Delete the snapshots: the table itself is read until the next is made. Call under the index lock."""
        shutil.rmtree(self._path / "snapshots", ignore_errors=True)
        self._opened = None

    def _take_snapshot(self) -> None:
        """Write a snapshot of the newest commit where there is none, and drop those of older ones."""
        manifest = self._manifest()
        if manifest is None:
            return
        folder = self._snapshot(manifest)
        if not folder.is_dir():
            held = self._at(_number(manifest))
            companies = held.companies()
            rows = int(companies["rows"].sum())
            if 0 < rows <= SNAPSHOT_ROWS and held.columns().issuperset({*OF_RUN, "text", "vector"}):
                frames = (held.passages(f"cik IN ({ciks})") for ciks in _batches(companies))
                snapshot_writer.write(folder, frames, rows, held.dimension, held.model())
        snapshot_writer.prune(folder)

    def _snapshot(self, manifest: Path) -> Path:
        """Return the folder of a commit's snapshot: named by the manifest's content, which no two share."""
        return self._path / "snapshots" / hashlib.sha256(manifest.read_bytes()).hexdigest()[:32]

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

    def _table(self) -> Any:
        if self._manifest() is None:
            raise _nothing_yet()
        with reading():
            return self._connect().open_table(TABLE)

    def _held(self) -> LancePassages:
        """Return the table at the version that is read, with no regard to snapshots."""
        manifest = self._manifest()
        if manifest is None or self._version == 0:
            raise _nothing_yet()
        return self._at(self._version or _number(manifest))

    def _at(self, version: int) -> LancePassages:
        """Return a version. Raises InputMissingError where it is no longer kept, or holds nothing."""
        table = self._table()
        try:
            table.checkout(version)
        except (ValueError, RuntimeError, OSError):
            raise InputMissingError(
                f"version {version} of the passages is no longer kept", "Passages of older versions go after a week."
            ) from None
        held = LancePassages(table)
        if held.model() == _CLEARED:
            raise _nothing_yet()
        return held


class SnapshotUnreadableError(DataError):
    """A snapshot is damaged; the index itself may be whole."""

    def __init__(self, folder: Path, error: Exception) -> None:
        super().__init__(
            f"the passages' snapshot {folder.name} cannot be read: {error}", "Run `p3 doctor --repair`: it drops it."
        )


def _number(manifest: Path) -> int:
    """Return the version whose manifest that is: ``{2**64 - 1 - v:020}.manifest``, so that the newest sorts first."""
    return _LARGEST - int(manifest.stem)


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
