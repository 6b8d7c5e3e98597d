"""INDEX: passages with their vectors and a full-text index, in one LanceDB table.

Writers hold the index lock, which the caller takes. A company's passages are replaced in one commit: a reader sees the
old ones or the new ones, and looks for new commits at every query.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from p3.errors import ConfigurationError, DataError, InputMissingError

TABLE = "passages"
KEY = "passage_id"
BRUTE_FORCE_ROWS = 50_000  # up to here an exact scan is quick; the approximate index pays above
_MODEL = b"p3:embedding-model"
_PRIMARY_KEY = {b"lance-schema:unenforced-primary-key": b"true"}
_REBUILD = "Rebuild the index with `p3 embed --force`."
_REQUIRED = ("passage_id", "cik", "document_sha", "start", "end", "accepted", "text", "vector")
_DOCUMENT = (
    "document_sha",
    "cik",
    "ticker",
    "company",
    "form",
    "accession",
    "document",
    "period",
    "fiscal_year",
    "accepted",
)
_LARGEST = 2**64 - 1
_TEMPORARY = ".tmp*"


class PassageIndex:
    """The passages of all companies, in the folder ``path``; nothing is opened before it is needed."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()  # a relative path that begins with "db" would be taken for the cloud service
        self._database: Any = None

    def replace(self, cik: int, passages: pl.DataFrame, model: str) -> int:
        """Make ``passages`` the company's only ones, in one commit, and return how many rows it now has.

        ``passages`` has the passages' columns and ``vector``: Array(Float32, dimension), of unit length, made by
        ``model``. Rows with the same passage_id are kept once. Raises DataError for a row without a key, vector or
        text, for another company's row, and where the table holds another model's vectors or another dimension.
        """
        rows = passages.unique(KEY, keep="first", maintain_order=True)
        _check(cik, rows)
        with _writing():
            if self._exists():
                self._merge(cik, rows, model)
            else:
                schema = _schema(rows, model)
                self._connect().create_table(TABLE, rows.to_arrow().cast(schema), schema=schema)
            self._index_columns()
        return rows.height

    def _merge(self, cik: int, rows: pl.DataFrame, model: str) -> None:
        table = self._table()
        _check_same_space(table, rows, model)
        merge = table.merge_insert(KEY).when_matched_update_all().when_not_matched_insert_all()
        merge = merge.when_not_matched_by_source_delete(f"cik = {int(cik)}")
        merge.execute(rows.select(table.schema.names).to_arrow().cast(table.schema))

    def vector_search(self, vector: NDArray[np.float32], k: int, where: str) -> pl.DataFrame:
        """Return the ``k`` passages nearest to ``vector`` by cosine that meet ``where``, nearest first."""
        table = self._table()
        dimension = table.schema.field("vector").type.list_size
        if vector.shape != (dimension,):
            raise DataError(
                f"the index holds vectors of {dimension} numbers, the question's has {vector.shape}",
                "Use the embedding model that the index was built with, or run `p3 embed --force`.",
            )
        query = table.search(vector, query_type="vector", vector_column_name="vector").distance_type("cosine")
        found = _fetch(query.where(where, prefilter=True).limit(k))
        return found.sort("_distance", KEY).drop("_distance")

    def text_search(self, query: str, k: int, where: str) -> pl.DataFrame:
        """Return the ``k`` best passages for ``query`` by BM25 among those that meet ``where``, best first.

        Words are weighed by their frequency in the whole table, later documents included: a ranking that must not
        look ahead takes candidates from here and scores them itself.
        """
        search = self._table().search(query, query_type="fts", fts_columns="text")
        found = _fetch(search.where(where, prefilter=True).limit(k))
        return found.sort("_score", KEY, descending=[True, False]).drop("_score")

    def passages(self, where: str | None) -> pl.DataFrame:
        """Return every passage that meets ``where`` (None: all) with its vector, by document and offset."""
        query = self._table().search()
        return _fetch(query if where is None else query.where(where)).sort("document_sha", "start", KEY)

    def kept(self, cik: int, model: str) -> pl.DataFrame:
        """Return passage_id, text and vector of the company's passages, none where the vectors are another model's."""
        if not self._exists() or self.model() != model:
            return pl.DataFrame(schema={KEY: pl.String, "text": pl.String, "vector": pl.Null})
        query = self._table().search().where(f"cik = {int(cik)}")
        return _fetch(query.select([KEY, "text", "vector"])).sort(KEY)

    def documents(self, where: str) -> pl.DataFrame:
        """Return the documents with a passage that meets ``where``, and ``passages``, their number; oldest first."""
        if not self.columns().issuperset(_DOCUMENT):
            raise InputMissingError("the passages were made by an older p3", "Run `p3 embed` again.")
        found = _fetch(self._table().search().where(where).select(list(_DOCUMENT)))
        return found.group_by(_DOCUMENT).agg(pl.len().alias("passages")).sort("accepted", "document_sha")

    def model(self) -> str:
        """Return the name of the embedding model whose vectors the table holds."""
        return _model(self._table())

    def columns(self) -> set[str]:
        """Return the names of the table's columns."""
        return set(self._table().schema.names)

    def version(self) -> int | None:
        """Return the table's version, None before the first commit.

        Read from the manifests' names, which costs no import: Lance names version v ``{2**64 - 1 - v:020}.manifest``,
        so that the newest sorts first.
        """
        folder = self._path / f"{TABLE}.lance" / "_versions"
        names = [int(file.stem) for file in folder.glob("*.manifest") if file.stem.isdigit()]
        return _LARGEST - min(names) if names else None

    def compact(self) -> None:
        """Merge small files and bring the indices up to date; versions a reader may use stay for a week."""
        self._index_columns()
        table = self._table()
        if table.count_rows() > BRUTE_FORCE_ROWS and "vector_idx" not in _indices(table):
            from lancedb.index import IvfFlat

            table.create_index("vector", config=IvfFlat(distance_type="cosine"))
        table.optimize()

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
            raise InputMissingError("no passages are indexed yet", "Run `p3 embed` first.")
        return self._connect().open_table(TABLE)


def _fetch(query: Any) -> pl.DataFrame:
    """Run a query; this is the border at which LanceDB's errors become p3's."""
    try:
        return pl.DataFrame(query.to_arrow())
    except (ValueError, RuntimeError, OSError) as error:
        raise DataError(f"the passage index cannot be read: {error}", _REBUILD) from error


@contextmanager
def _writing() -> Iterator[None]:
    """Translate LanceDB's errors at a write into p3's."""
    try:
        yield
    except (ValueError, RuntimeError, OSError) as error:
        if isinstance(error, OSError) or "os error 28" in str(error):
            raise ConfigurationError(
                "cannot write the passage index: No space left on device", "Free space, or name another --data-dir."
            ) from error
        raise DataError(f"the passage index cannot be written: {error}", _REBUILD) from error


def _indices(table: Any) -> set[str]:
    return {index.name for index in table.list_indices()}


def _schema(rows: pl.DataFrame, model: str) -> Any:
    """Return the table's Arrow schema: the frame's, with the primary key marked and the model's name kept."""
    import pyarrow as pa

    dimension = _dimension(rows)
    fields = []
    for field in rows.to_arrow().schema:
        if field.name == KEY:
            fields.append(pa.field(KEY, pa.string(), nullable=False, metadata=_PRIMARY_KEY))
        elif field.name == "vector":
            fields.append(pa.field("vector", pa.list_(pa.float32(), dimension)))
        else:
            fields.append(pa.field(field.name, pa.string() if pa.types.is_large_string(field.type) else field.type))
    return pa.schema(fields, metadata={_MODEL: model.encode()})


def _model(table: Any) -> str:
    name: bytes = (table.schema.metadata or {}).get(_MODEL, b"")
    return name.decode()


def _dimension(rows: pl.DataFrame) -> int:
    kind = rows.schema["vector"]
    if not isinstance(kind, pl.Array) or kind.inner != pl.Float32:
        raise DataError(f"vectors must be arrays of 32-bit floats, not {kind}", "This is a mistake in the caller.")
    return kind.size


def _check(cik: int, rows: pl.DataFrame) -> None:
    """Raise DataError for what LanceDB would take in silence."""
    missing = [column for column in _REQUIRED if column not in rows.columns]
    if missing:
        raise DataError(f"passages lack the columns {', '.join(missing)}", _REBUILD)
    nulls = [column for column in _REQUIRED if rows[column].null_count()]
    if nulls:
        raise DataError(f"passages of CIK {cik} have nulls in {', '.join(nulls)}", _REBUILD)
    if rows.filter(pl.col("cik") != cik).height:
        raise DataError(f"passages of another company among those of CIK {cik}", _REBUILD)
    norms = np.linalg.norm(rows["vector"].to_numpy().reshape(rows.height, _dimension(rows)), axis=1)
    if not np.allclose(norms, 1.0, atol=1e-3):
        raise DataError(f"passages of CIK {cik} have vectors that are not of unit length", _REBUILD)


def _check_same_space(table: Any, rows: pl.DataFrame, model: str) -> None:
    kept, dimension = _model(table), table.schema.field("vector").type.list_size
    if (model, _dimension(rows)) != (kept, dimension):
        raise DataError(
            f"the index holds vectors of {kept} ({dimension} numbers), not of {model} ({_dimension(rows)})",
            "Set embedding.model back, or rebuild the index with `p3 embed --force`.",
        )
    if set(table.schema.names) != set(rows.columns):
        raise DataError(f"passages need the columns {', '.join(table.schema.names)}", _REBUILD)
