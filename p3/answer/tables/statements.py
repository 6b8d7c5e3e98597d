"""The three primary statements of a filing: where they stand, their columns, rows and scale."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from p3.answer.tables import byside, cells, header, rows
from p3.answer.tables.labels import meant
from p3.answer.tables.rows import Row
from p3.retrieval.statements import KINDS, classify, score, table_regions

# What the last lines of a statement are called: a page without them goes on before or after.
_HEAD = 700  # characters in which a statement's columns are named
_WHOLE = {
    "income": (
        re.compile(r"net (?:income|earnings|loss|profit)\b.*|profit for .*"),
        re.compile(r".*\b(?:revenues?|sales)\b.*"),
    ),
    "balance": (re.compile(r"total assets"), re.compile(r"total liabilities(?:,| and) .*")),
    "cash_flow": (
        re.compile(r".*\boperating activities\b.*"),
        re.compile(r".*\binvesting activities\b.*"),
        re.compile(r".*\bfinancing activities\b.*"),
    ),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page or a titled table: its number from 1, None without pages, and where it begins in the document."""

    number: int | None
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and the page that it stands on."""

    row: Row
    page: Page


@dataclass(frozen=True, slots=True)
class Statement:
    """``years`` are the columns' as printed, ``days`` the last day of those that name it.

    ``scale`` is None where the statement does not tell it, ``share_scale`` where counts of shares have the same.
    """

    kind: str
    years: tuple[int, ...]
    rows: tuple[Placed, ...]
    days: dict[int, date]
    scale: float | None
    share_scale: float | None
    text: str


def pages_of(text: str, starts: Sequence[int] | None) -> list[Page]:
    """Return the pages of a document, or its titled tables where it has no pages."""
    if starts is None:
        return [Page(None, region.start, text[region.start : region.end]) for region in table_regions(text)]
    ends = [*starts[1:], len(text)]
    return [Page(n, first, text[first:last]) for n, (first, last) in enumerate(zip(starts, ends, strict=True), start=1)]


def read_statements(pages: Sequence[Page]) -> list[Statement]:
    """Return the primary statements that could be read, at most one of each kind."""
    kinds = classify([page.text for page in pages])
    found = (_read(kind, pages, kinds) for kind in KINDS)
    return [statement for statement in found if statement is not None]


def _read(kind: str, pages: Sequence[Page], kinds: Sequence[str | None]) -> Statement | None:
    places = [at for at, found in enumerate(kinds) if found == kind]
    if not places:
        return None
    best = max(places, key=lambda at: (score(pages[at].text, kind), -at))
    statement = _of_page(kind, pages[best], ())
    if statement is None:
        return None
    for at in (best + 1, best - 1):
        if _is_whole(statement):
            break
        if 0 <= at < len(pages) and kinds[at] in (None, kind):
            statement = _joined(statement, _of_page(kind, pages[at], statement.years), after=at > best)
    return statement


def _of_page(kind: str, page: Page, years: tuple[int, ...]) -> Statement | None:
    """Return what a page says of a statement; ``years`` are its columns where the page repeats no head."""
    parts = cells.parts(page.text)
    own = header.columns(parts) or years
    found = rows.rows(parts, len(own)) if own else []
    if not found or not rows.is_regular(found, parts):
        own, found = byside.rows(parts, page.text) or (own, [])
    if not found:
        return None
    return Statement(
        kind,
        own,
        tuple(Placed(row, page) for row in found),
        header.days(_head(page, found)),
        header.scale(page.text),
        header.share_scale(page.text),
        page.text,
    )


def _head(page: Page, found: Sequence[Row]) -> str:
    return page.text[: max(_HEAD, min(row.end for row in found))]


def _joined(first: Statement, second: Statement | None, *, after: bool) -> Statement:
    """Return a statement over two pages; the second is left out where its columns or its lines are another table's."""
    if second is None or second.years != first.years:
        return first
    both = first.rows + second.rows if after else second.rows + first.rows
    joined = replace(first, rows=both, scale=first.scale or second.scale, text=f"{first.text}\n{second.text}")
    return joined if _found_lines(joined) > _found_lines(first) else first


def _is_whole(statement: Statement) -> bool:
    return _found_lines(statement) == len(_WHOLE[statement.kind])


def _found_lines(statement: Statement) -> int:
    labels = [label for placed in statement.rows for label in meant(placed.row)]
    return sum(any(line.fullmatch(label) for label in labels) for line in _WHOLE[statement.kind])
