"""A document's text cut into passages: within a page and section, at line ends, primary statements whole.

Offsets count characters (Unicode code points) of the document's text and are exact: a passage's text is
``text[start:end]``. ``first_byte`` and ``end_byte`` (exclusive) are where that stands in the document as stored, null
for a PDF, whose page tells it, and for a workbook, whose ``cells`` do.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple, Protocol

import polars as pl

from p3.retrieval import headings, statements
from p3.retrieval.statements import Region

LIMIT = 1000  # characters: about 220 tokens of prose, within the 256 that MiniLM reads
STATEMENT_LIMIT = 9000  # characters: a statement stays whole up to here

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "passage_id": pl.String,
    "cik": pl.Int64,
    "ticker": pl.String,
    "company": pl.String,
    "form": pl.String,
    "type": pl.String,
    "accession": pl.String,
    "document": pl.String,
    "document_sha": pl.String,
    "section": pl.String,
    "page": pl.Int64,
    "start": pl.Int64,
    "end": pl.Int64,
    "first_byte": pl.Int64,
    "end_byte": pl.Int64,
    "cells": pl.String,
    "period": pl.Date,
    "fiscal_year": pl.Int64,
    "accepted": pl.Datetime("us", "UTC"),
    "statement": pl.String,
    "heading": pl.String,
    "text": pl.String,
    "origin": pl.String,
}
SCHEMA = pl.Schema(_COLUMNS)


@dataclass(frozen=True, slots=True)
class DocumentMeta:
    """What every passage of a document carries.

    ``type`` is the document's, the form or an exhibit's; ``accepted`` is UTC, ``period`` the end of the one reported
    on, ``fiscal_year`` its name where somebody gave it.
    """

    cik: int
    ticker: str
    company: str
    form: str
    accession: str
    document: str
    document_sha: str
    period: date | None
    accepted: datetime
    origin: str
    type: str | None = None
    fiscal_year: int | None = None


class Place(NamedTuple):
    """Where a span stands in the document as stored: bytes, the last exclusive, or the cells of a workbook."""

    first_byte: int | None = None
    end_byte: int | None = None
    cells: str | None = None


def nowhere(start: int, end: int) -> Place:
    """Return no place: for texts that are not stored as a document."""
    return Place()


class SectionSpan(Protocol):
    """A named span of the text, such as "Item 7"."""

    @property
    def name(self) -> str:
        """The section's name."""

    @property
    def start(self) -> int:
        """First character."""

    @property
    def end(self) -> int:
        """One past the last character."""


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    statement: str | None = None


def split(
    text: str,
    sections: Sequence[SectionSpan],
    pages: Sequence[int] | None,
    meta: DocumentMeta,
    place: Callable[[int, int], Place] = nowhere,
) -> pl.DataFrame:
    """Return the passages of ``text``, in order, with the columns of SCHEMA.

    ``sections`` are disjoint and in order; ``pages`` holds the offset at which each page starts, page 1 first,
    and is None where the document has no pages. ``place`` tells where a span stands in the stored document.
    """
    kinds = _statement_spans(text, pages)
    common = asdict(meta)
    rows = [
        common
        | asdict(span)
        | place(span.start, span.end)._asdict()
        | {
            "passage_id": passage_id(meta.cik, meta.document_sha, span.start, span.end),
            "section": _section(sections, span.start),
            "page": bisect_right(pages, span.start) if pages else None,
            "text": text[span.start : span.end],
        }
        for span in _passage_spans(text, _cuts(text, sections, pages, kinds), kinds)
    ]
    for row, heading in zip(rows, headings.above(row["text"] for row in rows), strict=True):
        row["heading"] = heading
    return pl.DataFrame(rows, schema=SCHEMA)


def passage_id(cik: int, document_sha: str, start: int, end: int) -> str:
    """Return the primary key of a span of a company's document: 32 hexadecimal digits.

    The company is part of it: two may file the same bytes, and each keeps its own passages.
    """
    return hashlib.sha256(f"{cik}:{document_sha}:{start}:{end}".encode()).hexdigest()[:32]


def _statement_spans(text: str, pages: Sequence[int] | None) -> list[_Span]:
    regions = _page_regions(text, pages) if pages else statements.table_regions(text)
    kinds = statements.classify([text[region.start : region.end] for region in regions])
    return [_Span(region.start, region.end, kind) for region, kind in zip(regions, kinds, strict=True) if kind]


def _page_regions(text: str, pages: Sequence[int]) -> list[Region]:
    return [Region(start, end) for start, end in zip(pages, [*pages[1:], len(text)], strict=True)]


def _cuts(text: str, sections: Sequence[SectionSpan], pages: Sequence[int] | None, kinds: Sequence[_Span]) -> list[int]:
    """Return the offsets that no passage crosses: page starts, the sections' ends and the statements' ends.

    A section that begins or ends inside a statement does not cut it.
    """
    cuts = {0, len(text), *(pages or ())}
    cuts.update(edge for span in kinds for edge in (span.start, span.end))
    for section in sections:
        cuts.update(edge for edge in (section.start, section.end) if not any(s.start < edge < s.end for s in kinds))
    return sorted(cuts)


def _passage_spans(text: str, cuts: Sequence[int], kinds: Sequence[_Span]) -> Iterator[_Span]:
    kind_at = {span.start: span.statement for span in kinds}
    for start, end in pairwise(cuts):
        kind = kind_at.get(start)
        limit = STATEMENT_LIMIT if kind else LIMIT
        for first, last in _packed(text, start, end, limit):
            yield _Span(first, last, kind)


def _packed(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of whole lines of at most ``limit`` characters, without blanks at either end."""
    first: int | None = None
    last = start
    for begin, stop in _pieces(text, start, end, limit):
        if first is not None and stop - first > limit:
            yield first, last
            first = None
        first, last = (begin if first is None else first), stop
    if first is not None:
        yield first, last


_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_SENTENCE_END = re.compile(r"[.;:!?]\s")


def _pieces(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Yield each line's span; longer ones are cut at the last sentence end, else blank, before ``limit``."""
    for line in _LINE.finditer(text, start, end):
        begin, stop = line.span()
        while stop - begin > limit:
            cut = _cut(text, begin, begin + limit)
            yield begin, begin + len(text[begin:cut].rstrip())
            begin = cut + len(text[cut:stop]) - len(text[cut:stop].lstrip())
        yield begin, stop


def _cut(text: str, begin: int, latest: int) -> int:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, begin, latest)]
    if ends:
        return ends[-1]
    blank = max(text.rfind(" ", begin + 1, latest), text.rfind("\u00a0", begin + 1, latest))
    return blank if blank > begin else latest


def _section(sections: Sequence[SectionSpan], at: int) -> str:
    """Return the name of the section that holds offset ``at``; an empty string outside all of them."""
    return next((section.name for section in sections if section.start <= at < section.end), "")
