"""A read-only copy of the passages at one commit, for searching without LanceDB, whose import alone takes a second.

A folder of files: ``runs.arrow`` has a row for each run of neighbouring passages that agree in everything about their
document and section, with the place of its first passage and their number; ``rows.arrow`` what is each passage's own;
``text.bin`` and ``text-ends.npy`` the texts; ``vectors.npy`` the vectors; and an inverted index (``postings``). What
lies in a folder never changes.
"""

import json
import mmap
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from p3.data.postings import Postings, Term, mapped
from p3.errors import DataError

ABOUT, RUNS, ROWS, TEXT, TEXT_ENDS, VECTORS = (
    "about.json",
    "runs.arrow",
    "rows.arrow",
    "text.bin",
    "text-ends.npy",
    "vectors.npy",
)
KEY = "passage_id"
OF_DOCUMENT = (
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
OF_RUN = (*OF_DOCUMENT, "type", "section", "origin")
ORDER = ("cik", "document_sha", "start", KEY)

Spans = Sequence[tuple[int, int]]  # (first row, number of rows)


class Snapshot:
    """The passages that the folder holds; raises FileNotFoundError where it holds none.

    Every ``where`` is an SQL condition on columns of OF_RUN; DataError is raised for any other. All files are opened
    at once, so that what a writer removes later can be read to the end.
    """

    def __init__(self, folder: Path) -> None:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        self._model, self._columns = str(about["model"]), [str(name) for name in about["columns"]]
        self._runs = pl.read_ipc(folder / RUNS)
        self._vectors = mapped(folder / VECTORS)
        self._ends = mapped(folder / TEXT_ENDS)
        self._texts = _mapped_bytes(folder / TEXT)
        self._rows = pl.read_ipc(folder / ROWS)
        self._postings = Postings(folder)

    @property
    def dimension(self) -> int:
        """The vectors' length."""
        return int(self._vectors.shape[1])

    def model(self) -> str:
        """Return the name of the model that made the vectors."""
        return self._model

    def columns(self) -> set[str]:
        """Return the names of the passages' columns."""
        return set(self._columns)

    def documents(self, where: str) -> pl.DataFrame:
        """Return the documents with a passage that meets ``where``, and ``passages``, their number; oldest first."""
        found = self._found(where).group_by(OF_DOCUMENT).agg(pl.col("rows").sum().cast(pl.UInt32).alias("passages"))
        return found.sort("accepted", "document_sha")

    def passages(self, where: str | None) -> pl.DataFrame:
        """Return every passage that meets ``where`` (None: all) with its vector, by document and offset."""
        return self._at(self._by_document(_places(_spans(self._found(where)))))

    def vector_search(self, vector: NDArray[np.float32], k: int, where: str) -> pl.DataFrame:
        """Return the ``k`` passages nearest to ``vector`` by cosine that meet ``where``, nearest first."""
        check_dimension(vector, self.dimension)
        spans = _merged(_spans(self._found(where)))
        if not spans:
            return self._at(_places([]))
        # Not by @: BLAS has a thread on each core wait for the others, which takes longer than to read the vectors.
        cosines = np.concatenate([np.vecdot(self._vectors[first : first + rows], vector) for first, rows in spans])
        return self._best(_places(spans), cosines, k)

    def text_search(self, terms: Iterable[Term], k: int, where: str) -> pl.DataFrame:
        """Return the ``k`` best passages for ``terms`` by BM25 over those that meet ``where``, best first."""
        among = np.zeros(self._rows.height, dtype=np.bool_)
        for first, rows in _spans(self._found(where)):
            among[first : first + rows] = True
        scores = self._postings.bm25(terms, self._lengths, among)
        places = np.flatnonzero(scores > 0)
        return self._best(places, scores[places], k)

    @cached_property
    def _lengths(self) -> NDArray[np.float32]:
        """The texts' lengths in bytes."""
        return np.diff(self._ends).astype(np.float32)

    def _found(self, where: str | None) -> pl.DataFrame:
        if where is None:
            return self._runs
        # SQL's timestamps carry no zone here: both sides are taken in UTC.
        naive = self._runs.with_columns(pl.col("accepted").dt.replace_time_zone(None))
        try:
            return self._runs.filter(naive.select(pl.sql_expr(where).alias("met"))["met"])
        except pl.exceptions.PolarsError as error:
            raise DataError(f"passages cannot be chosen by {where!r}: {error}", "Report this.") from error

    def _best(self, places: NDArray[np.intp], scores: NDArray[np.float32], k: int) -> pl.DataFrame:
        """Return the passages at ``places`` with the ``k`` highest scores, highest first, ties by key."""
        if len(places) > k:
            least = np.partition(scores, -k)[-k]  # ties with the last one stay in, the key decides between them
            places, scores = places[scores >= least], scores[scores >= least]
        keys = self._rows[KEY][places].to_list()
        best = sorted(zip((-scores).tolist(), keys, places.tolist(), strict=True))[:k]
        return self._at(np.array([place for _, _, place in best], dtype=np.intp))

    def _by_document(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return ``places`` by document and offset; to sort the passages themselves would copy their vectors twice."""
        documents = self._documents["document_sha"][self._runs_at(places)]
        keys = self._rows[places].select(documents, "start", KEY)
        order: NDArray[np.uint32] = keys.select(pl.arg_sort_by("document_sha", "start", KEY)).to_series().to_numpy()
        return places[order]

    def _at(self, places: NDArray[np.intp]) -> pl.DataFrame:
        """Return the passages at ``places``, in their order."""
        runs = self._runs_at(places)
        texts = pl.Series("text", self._texts_at(places), dtype=pl.String)
        vectors = pl.Series("vector", self._vectors[places], dtype=pl.Array(pl.Float32, self.dimension))
        columns = {each.name: each for each in (*self._rows[places], *self._documents[runs], texts, vectors)}
        return pl.DataFrame([columns[name] for name in self._columns])

    def _runs_at(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the number of the run that each of ``places`` lies in."""
        runs: NDArray[np.intp] = np.searchsorted(self._firsts, places, side="right") - 1
        return runs

    @cached_property
    def _documents(self) -> pl.DataFrame:
        return self._runs.select(OF_RUN)

    @cached_property
    def _firsts(self) -> NDArray[np.int64]:
        return self._runs["first"].to_numpy()

    def _texts_at(self, places: NDArray[np.intp]) -> list[str]:
        starts, ends = self._ends[places].tolist(), self._ends[places + 1].tolist()
        return [self._texts[start:end].decode() for start, end in zip(starts, ends, strict=True)]


def check_dimension(vector: NDArray[np.float32], dimension: int) -> None:
    """Raise DataError where ``vector`` has not the shape (dimension,)."""
    if vector.shape != (dimension,):
        raise DataError(
            f"the index holds vectors of {dimension} numbers, the question's has {vector.shape}",
            "Use the embedding model that the index was built with, or run `p3 embed --rebuild`.",
        )


def _spans(runs: pl.DataFrame) -> Spans:
    return list(zip(runs["first"].to_list(), runs["rows"].to_list(), strict=True))


def _places(spans: Spans) -> NDArray[np.intp]:
    """Return the places of every row of ``spans``."""
    return np.concatenate([np.empty(0, np.intp), *(np.arange(first, first + rows) for first, rows in spans)])


def _merged(spans: Spans) -> Spans:
    """Return ``spans`` with neighbours joined."""
    merged: list[tuple[int, int]] = []
    for first, rows in spans:
        if merged and sum(merged[-1]) == first:
            merged[-1] = (merged[-1][0], merged[-1][1] + rows)
        else:
            merged.append((first, rows))
    return merged


def _mapped_bytes(file: Path) -> bytes | mmap.mmap:
    with file.open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) if file.stat().st_size else b""
