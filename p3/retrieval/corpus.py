"""A company's stored documents as passages with vectors."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

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
            unread.append(Unread(title_of(filing), error.message))
            continue
        frames.append(split(document.text, document.sections, document.pages, _meta(filing, company), document.place))
    return pl.concat(frames).unique("passage_id", keep="first", maintain_order=True), unread


def title_of(filing: Mapping[str, Any]) -> str:
    """Return what a stored document is called where it is reported on: its type and its filing's accession."""
    return f"{filing['type'] or filing['form']} {filing['accession']}"


def with_vectors(passages: pl.DataFrame, kept: pl.DataFrame, embedder: Embedder) -> pl.DataFrame:
    """Return ``passages`` with a column ``vector``: Array(Float32, the embedder's dimension).

    A text is embedded once, in however many passages it stands, and not at all where ``kept`` (passages with vectors of
    the same model) holds it: its vector is that of what it says, wherever it says it.
    """
    kind = pl.Array(pl.Float32, embedder.dimension)
    known = kept.select("text", pl.col("vector").cast(kind)).drop_nulls().unique("text")
    fresh = passages.select("text").unique(maintain_order=True).join(known, on="text", how="anti")
    made = fresh.with_columns(pl.Series("vector", embedder.encode(fresh["text"].to_list()), dtype=kind))
    return passages.join(pl.concat([known, made]), on="text", how="left", maintain_order="left")


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
