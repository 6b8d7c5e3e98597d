"""Reading the passages of one version of the LanceDB table."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from p3.data.postings import Term
from p3.data.snapshot import KEY, OF_DOCUMENT, check_dimension
from p3.errors import DataError, InputMissingError

REBUILD = "Rebuild the index with `p3 embed --rebuild`."
_MODEL = b"p3:embedding-model"


class LancePassages:
    """The passages of ``table``, a LanceDB table; every ``where`` is an SQL condition on its columns."""

    def __init__(self, table: Any) -> None:
        self._table = table

    @property
    def dimension(self) -> int:
        """The vectors' length."""
        return int(self._table.schema.field("vector").type.list_size)

    def model(self) -> str:
        """Return the name of the model that made the vectors."""
        name: bytes = (self._table.schema.metadata or {}).get(_MODEL, b"")
        return name.decode()

    def columns(self) -> set[str]:
        """Return the names of the passages' columns."""
        return set(self._table.schema.names)

    def documents(self, where: str) -> pl.DataFrame:
        """Return the documents with a passage that meets ``where``, and ``passages``, their number; oldest first."""
        if not self.columns().issuperset(OF_DOCUMENT):
            raise InputMissingError("the passages were made by an older p3", "Run `p3 embed` again.")
        found = fetch(self._table.search().where(where).select(list(OF_DOCUMENT)))
        return found.group_by(OF_DOCUMENT).agg(pl.len().alias("passages")).sort("accepted", "document_sha")

    def companies(self) -> pl.DataFrame:
        """Return the companies, as ``cik``, and how many passages each has, as ``rows``."""
        return fetch(self._table.search().select(["cik"])).group_by("cik").agg(pl.len().cast(pl.Int64).alias("rows"))

    def passages(self, where: str | None) -> pl.DataFrame:
        """Return every passage that meets ``where`` (None: all) with its vector, by document and offset."""
        query = self._table.search()
        return fetch(query if where is None else query.where(where)).sort("document_sha", "start", KEY)

    def vector_search(self, vector: NDArray[np.float32], k: int, where: str) -> pl.DataFrame:
        """Return the ``k`` passages nearest to ``vector`` by cosine that meet ``where``, nearest first."""
        check_dimension(vector, self.dimension)
        query = self._table.search(vector, query_type="vector", vector_column_name="vector").distance_type("cosine")
        found = fetch(query.where(where, prefilter=True).limit(k))
        return found.sort("_distance", KEY).drop("_distance")

    def text_search(self, terms: Iterable[Term], k: int, where: str) -> pl.DataFrame:
        """Return the ``k`` best passages for ``terms`` by BM25 among those that meet ``where``, best first.

        Words are weighed by their frequency in the whole table, later documents included, and whatever the terms'
        weights: a ranking that must not look ahead takes candidates from here and scores them itself.
        """
        query = " ".join(term.stem for term in terms)
        search = self._table.search(query, query_type="fts", fts_columns="text")
        found = fetch(search.where(where, prefilter=True).limit(k))
        return found.sort("_score", KEY, descending=[True, False]).drop("_score")


class IndexUnreadableError(DataError):
    """The LanceDB table itself cannot be read."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"the passage index cannot be read: {str(error).splitlines()[0]}", REBUILD)


def fetch(query: Any) -> pl.DataFrame:
    """Run a query. Raises IndexUnreadableError in place of LanceDB's errors."""
    with reading():
        return pl.DataFrame(query.to_arrow())


@contextmanager
def reading() -> Iterator[None]:
    """Translate LanceDB's errors at a read into p3's."""
    try:
        yield
    except (ValueError, RuntimeError, OSError) as error:
        raise IndexUnreadableError(error) from error


def metadata(model: str) -> dict[bytes, bytes]:
    """Return what a table's schema says of the model that made its vectors."""
    return {_MODEL: model.encode()}
