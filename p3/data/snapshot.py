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
        return self._at(_spans(self._found(where))).sort("document_sha", "start", KEY)

    def vector_search(self, vector: NDArray[np.float32], k: int, where: str) -> pl.DataFrame:
        """Return the ``k`` passages nearest to ``vector`` by cosine that meet ``where``, nearest first."""
        check_dimension(vector, self.dimension)
        spans = _merged(_spans(self._found(where)))
        if not spans:
            return self._at([])
        # Not by @: BLAS has a thread on each core wait for the others, which takes longer than to read the vectors.
        cosines = np.concatenate([np.vecdot(self._vectors[first : first + rows], vector) for first, rows in spans])
        places = np.concatenate([np.arange(first, first + rows) for first, rows in spans])
        return self._best(places, cosines, k)

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
        order = np.argsort(places)
        found = self._at([(int(place), 1) for place in places[order]]).with_columns(_score=scores[order])
        return found.sort("_score", KEY, descending=[True, False]).drop("_score").head(k)

    def _at(self, spans: Spans) -> pl.DataFrame:
        """Return the passages of ``spans``, in their order."""
        places = np.concatenate([np.empty(0, np.intp), *(np.arange(at, at + rows) for at, rows in spans)])
        runs = np.searchsorted(self._firsts, places, side="right") - 1
        vectors = np.concatenate([self._vectors[:0], *(self._vectors[at : at + rows] for at, rows in _merged(spans))])
        return pl.concat(
            [
                self._rows[places],
                self._runs.select(OF_RUN)[runs],
                pl.DataFrame(
                    {
                        "text": pl.Series(self._texts_at(places), dtype=pl.String),
                        "vector": pl.Series(vectors, dtype=pl.Array(pl.Float32, self.dimension)),
                    }
                ),
            ],
            how="horizontal",
        ).select(self._columns)

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
    return list(runs.select("first", "rows").iter_rows())


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
