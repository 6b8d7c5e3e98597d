"""A company's stored documents as passages with vectors."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import polars as pl

from p3.errors import DataError
from p3.retrieval.embedding import Embedder
from p3.retrieval.passages import SCHEMA, DocumentMeta, Place, SectionSpan, split


class Text(Protocol):
    """A document's text with its sections and page starts."""

    @property
    def text(self) -> str:
        """The whole text."""

    @property
    def sections(self) -> Sequence[SectionSpan]:
        """Its sections, in order."""

    @property
    def pages(self) -> Sequence[int] | None:
        """The offset at which each page starts, None where there are no pages."""

    def place(self, start: int, end: int) -> Place:
        """Return where a span of the text stands in the stored document."""


class Unread(NamedTuple):
    """A document without text, and why."""

    document: str
    reason: str


def passages_of(
    filings: Iterable[Mapping[str, Any]],
    company: Mapping[str, Any],
    read: Callable[[str], bytes],
    to_text: Callable[[bytes, str], Text],
) -> tuple[pl.DataFrame, list[Unread]]:
    """Return the passages of ``filings`` (rows with a document_sha), each once, and the documents without text."""
    frames, unread = [pl.DataFrame(schema=SCHEMA)], []
    for filing in filings:
        try:
            document = to_text(read(filing["document_sha"]), filing["document"])
        except DataError as error:
            unread.append(Unread(f"{filing['type'] or filing['form']} {filing['accession']}", error.message))
            continue
        frames.append(split(document.text, document.sections, document.pages, _meta(filing, company), document.place))
    return pl.concat(frames).unique("passage_id", keep="first", maintain_order=True), unread


def with_vectors(passages: pl.DataFrame, kept: pl.DataFrame, embedder: Embedder) -> pl.DataFrame:
    """Return ``passages`` with a column ``vector``.

    What ``kept`` (passages with vectors of the same model) holds is not embedded again.
    """
    known = kept.select("passage_id", "text", "vector").unique("passage_id")
    joined = passages.join(known, on=["passage_id", "text"], how="left", maintain_order="left")
    fresh = joined.filter(pl.col("vector").is_null())
    made = embedder.encode(fresh["text"].to_list()) if fresh.height else np.empty((0, embedder.dimension), np.float32)
    kind = pl.Array(pl.Float32, embedder.dimension)
    vectors = dict(zip(fresh["passage_id"].to_list(), made, strict=True))
    old = dict(zip(known["passage_id"].to_list(), known["vector"].to_numpy(), strict=True)) if known.height else {}
    rows = np.stack([vectors[i] if i in vectors else old[i] for i in joined["passage_id"].to_list()])
    return passages.with_columns(pl.Series("vector", rows, dtype=kind))


def _meta(filing: Mapping[str, Any], company: Mapping[str, Any]) -> DocumentMeta:
    return DocumentMeta(
        cik=company["cik"],
        ticker=company["ticker"],
        company=company["name"],
        form=filing["form"],
        accession=filing["accession"],
        document=filing["document"],
        document_sha=filing["document_sha"],
        period=filing["period"],
        accepted=filing["accepted"],
        origin=filing["origin"],
        type=filing["type"],
        fiscal_year=filing["fiscal_year"],
    )
