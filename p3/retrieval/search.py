"""Search: from a question to the passages that answer it, best first, with why.

1. Understand the question (``understand``): companies, period, form, statements, words, texts to embed.
2. Ask the index, as the newest commit left it, for the documents known at the as-of, which is part of every condition.
3. Route (``routing``): the documents in tiers.
4. Take candidates: every passage of the documents where they are few, else the best by vector and by full text.
5. Rank the candidates (``rank``) tier by tier, from what is among them alone; ties by document and offset.
6. Of each page its best passage first; the pages' other passages come after all of these.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from p3.errors import DataError, UsageError
from p3.retrieval import rank, routing
from p3.retrieval.embedding import Embedder
from p3.retrieval.filters import Filters
from p3.retrieval.terms import Term
from p3.retrieval.understand import Query, check_question, parse

# Passages scored one by one, so that later documents cannot weigh on the result. Above, the store proposes some. Where
# it does so by word weights over the whole table, later documents can change which are proposed at the pool's edge.
EXHAUSTIVE = 20_000
POOL = 500  # candidates that each of the store's two searches proposes


class Passages(Protocol):
    """The passages of one commit; each ``where`` is an SQL condition on their columns, applied before all ranking."""

    def model(self) -> str:
        """Return the name of the model that made the vectors."""

    def documents(self, where: str) -> pl.DataFrame:
        """Return document_sha, cik, form, period, fiscal_year and passages (their number) of the documents."""

    def passages(self, where: str) -> pl.DataFrame:
        """Return all passages."""

    def vector_search(self, vector: NDArray[np.float32], k: int, where: str) -> pl.DataFrame:
        """Return the ``k`` passages nearest to ``vector``."""

    def text_search(self, terms: Iterable[Term], k: int, where: str) -> pl.DataFrame:
        """Return the ``k`` passages that match ``terms`` best."""


class Index(Protocol):
    """A store of passages."""

    def reader(self) -> Passages:
        """Return the passages as the newest commit left them."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found; ``rank`` counts from 1, ``text`` is the document's from ``start`` to ``end`` in characters."""

    rank: int
    score: float
    why: tuple[str, ...]
    passage_id: str
    cik: int
    ticker: str
    company: str
    form: str
    type: str | None
    accession: str
    document: str
    document_sha: str
    section: str
    page: int | None
    start: int
    end: int
    first_byte: int | None
    end_byte: int | None
    cells: str | None
    accepted: datetime
    statement: str | None
    text: str
    origin: str


def search(
    question: str,
    k: int,
    index: Index,
    embedder: Embedder | None,
    companies: pl.DataFrame,
    filters: Filters,
) -> list[Hit]:
    """Return the ``k`` best passages for ``question`` that ``filters`` allows, fewer where there are fewer.

    Without an embedder the ranking is by words alone. Raises UsageError for an empty question or ``k`` below 1,
    DataError where the index holds another model's vectors.
    """
    check_question(question)
    if k < 1:
        raise UsageError(f"cannot return {k} passages", "Ask for 1 or more.")
    held, query = index.reader(), parse(question, companies)
    vectors = None if embedder is None else _encode(query, embedder, held)
    documents, within = _documents(query, held, filters)
    tiers = routing.tiers(query, documents)
    best: list[pl.DataFrame] = []
    further: list[pl.DataFrame] = []  # passages of pages that are already among the best
    for tier in sorted(set(tiers.values())):
        members = documents.filter(pl.col("document_sha").replace_strict(tiers) == tier)
        narrowed = _narrowed(within, members, documents)
        candidates = _candidates(query, vectors, held, int(members["passages"].sum()), narrowed)
        ranked = rank.rank(query, candidates, vectors).drop("vector").sort(_ORDER, descending=_DESCENDING)
        ranked = ranked.with_columns(tier=pl.lit(tier))
        is_first = _is_first_of_page(ranked)
        best.append(ranked.filter(is_first))
        further.append(ranked.filter(~is_first))
        if sum(frame.height for frame in best) >= k:
            break
    rows = [row for frame in (*best, *further) for row in frame.head(k).to_dicts()][:k]
    return [_hit(row, at) for at, row in enumerate(rows, 1)]


def _is_first_of_page(ranked: pl.DataFrame) -> pl.Series:
    """Say which passages are the best of their page; where there are no pages each stands for itself."""
    place = pl.struct("cik", "document_sha", "page")
    return ranked.select(pl.col("page").is_null() | place.is_first_distinct()).to_series()


_ORDER = ("score", "accepted", "document_sha", "start", "passage_id")
_DESCENDING = (True, True, False, False, False)


def _encode(query: Query, embedder: Embedder, held: Passages) -> NDArray[np.float32]:
    kept = held.model()
    if kept != embedder.name:
        raise DataError(
            f"the index holds vectors of {kept}, the question's are of {embedder.name}",
            "Set embedding.model back, or rebuild the index with `p3 embed --rebuild`.",
        )
    return embedder.encode(query.meanings)


def _documents(query: Query, held: Passages, filters: Filters) -> tuple[pl.DataFrame, Filters]:
    """Return the documents to look in: those of the companies named, where the filters name none and there are any."""
    if query.ciks and not filters.ciks:
        narrowed = replace(filters, ciks=query.ciks)
        documents = held.documents(narrowed.where())
        if documents.height:
            return documents, narrowed
    return held.documents(filters.where()), filters


def _narrowed(within: Filters, members: pl.DataFrame, documents: pl.DataFrame) -> Filters:
    if members.height == documents.height:
        return within
    return replace(within, documents=tuple(members["document_sha"].sort()))


def _candidates(
    query: Query, vectors: NDArray[np.float32] | None, held: Passages, passages: int, within: Filters
) -> pl.DataFrame:
    where = within.where()
    if passages <= EXHAUSTIVE:
        return held.passages(where)
    terms = [Term(stem, weight) for stem, weight in query.terms.items()]
    proposed = [held.text_search(terms, POOL, where)]
    proposed += [held.vector_search(vector, POOL, where) for vector in (() if vectors is None else vectors)]
    return pl.concat(proposed).unique("passage_id", keep="first").sort("document_sha", "start", "passage_id")


_FIELDS = tuple(field.name for field in fields(Hit) if field.name not in ("rank", "why"))


def _hit(row: dict[str, Any], place: int) -> Hit:
    return Hit(rank=place, why=_why(row), **{name: row[name] for name in _FIELDS})


def _why(row: dict[str, Any]) -> tuple[str, ...]:
    """Return the reasons, the scores of words and meaning first, then what the priors say."""
    reasons = [f"words {row['words']:+.1f}", f"meaning {row['meaning']:+.1f}"]
    reasons += [f"{reason} {value:+.1f}" for reason, value in row["reasons"].items() if abs(value) >= 0.05]
    if row["statement"]:
        reasons.append(f"{row['statement']} statement")
    if row["tier"]:
        reasons.append("of another period or form than asked for")
    return tuple(reasons)
