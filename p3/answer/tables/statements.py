"""The three primary statements of a filing: where they stand, their columns, rows and scale."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from p3.answer.tables import byside, cells, header, rows, scale, spans, titles
from p3.answer.tables.labels import meant
from p3.answer.tables.region import Region, region
from p3.answer.tables.rows import Row
from p3.answer.tables.scale import Scale
from p3.answer.tables.spans import Columns
from p3.retrieval.statements import KINDS, classify, score, table_regions

_FEWEST_SHARED = 4  # lines that two pages share where both print a whole statement
# What the last lines of a statement are called: a page without them goes on before or after.
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

    ``text`` is the statement's with its head, ``head`` what stands above its first amount.
    """

    kind: str
    years: tuple[int, ...]
    rows: tuple[Placed, ...]
    days: dict[int, date]
    scale: Scale
    head: str
    text: str


def pages_of(text: str, starts: Sequence[int] | None) -> list[Page]:
    """Return the pages of a document, or its titled tables where it has no pages."""
    if starts is None:
        return [Page(None, region.start, text[region.start : region.end]) for region in table_regions(text)]
    ends = [*starts[1:], len(text)]
    return [Page(n, first, text[first:last]) for n, (first, last) in enumerate(zip(starts, ends, strict=True), start=1)]


def read_statements(pages: Sequence[Page]) -> list[Statement]:
    """Return the primary statements that could be read, at most one of each kind.

    Nothing is returned where all columns of one kind cover another span than a year: the report is not an annual one.
    """
    kinds = classify([page.text for page in pages])
    places = {
        kind: [at for at, found in enumerate(kinds) if found == kind and _is_own(kind, pages[at])] for kind in KINDS
    }
    yearly = {kind: [at for at in found if _is_yearly(kind, pages[at])] for kind, found in places.items()}
    if any(places[kind] and not yearly[kind] for kind in KINDS):
        return []
    read = (_read(kind, pages, kinds, found) for kind, found in yearly.items() if found)
    return [statement for statement in read if statement is not None]


def _is_own(kind: str, page: Page) -> bool:
    """Say whether a page shows the company's own statement, as it stands now."""
    place = region(page.text, kind)
    return not titles.is_other(page.text, place.start, place.start + len(place.head))


def _is_yearly(kind: str, page: Page) -> bool:
    place = region(page.text, kind)
    return _columns(kind, place, ()) is not None and header.days(place.head) is not None


def _read(kind: str, pages: Sequence[Page], kinds: Sequence[str | None], places: Sequence[int]) -> Statement | None:
    """Return the statement that looks most like one; None where another page prints it with other amounts."""
    best = max(places, key=lambda at: (score(pages[at].text, kind), -at))
    statement = _of_page(kind, pages[best], ())
    others = (_of_page(kind, pages[at], ()) for at in places if at != best)
    if statement is None or any(other and _is_rival(statement, other) for other in others):
        return None
    for at in (best + 1, best - 1):
        if _is_whole(statement):
            break
        if 0 <= at < len(pages) and kinds[at] in (None, kind):
            statement = _joined(statement, _of_page(kind, pages[at], statement.years), after=at > best)
    return statement


def _is_rival(one: Statement, other: Statement) -> bool:
    """Say whether two statements of the same years have the same lines with other amounts, as two companies' have."""
    if one.years != other.years:
        return False
    amounts = {placed.row.lines: placed.row.values for placed in one.rows if placed.row.lines}
    shared = [placed.row for placed in other.rows if placed.row.lines in amounts]
    same = sum(amounts[row.lines] == row.values for row in shared)
    return len(shared) >= _FEWEST_SHARED and same * 2 < len(shared)


def _of_page(kind: str, page: Page, years: tuple[int, ...]) -> Statement | None:
    """Return what a page says of a statement; ``years`` are its columns where the page repeats no head."""
    place = region(page.text, kind)
    columns = _columns(kind, place, years)
    days = header.days(place.head)
    if columns is None or days is None:
        return None
    found = _rows(place, columns)
    if found is None and len(columns.years) == columns.count:
        columns, found = _by_columns(kind, place, page.text)
    if not found:
        return None
    return Statement(
        kind,
        columns.years,
        tuple(Placed(row, page) for row in found),
        days,
        scale.of_head(place.head),
        place.head,
        page.text[place.start :],
    )


def _columns(kind: str, place: Region, years: tuple[int, ...]) -> Columns | None:
    """Return the columns of a year each, None where others stand among them and cannot be told from them."""
    if kind != "balance" and spans.names_part(place.head):
        return spans.yearly(place.head, place.start, place.years)
    own = header.columns(place.parts) or years
    return Columns(own, tuple(range(len(own))), len(own))


def _rows(place: Region, columns: Columns) -> list[Row] | None:
    """Return the rows, with the amounts of their columns of a year; None where they do not come out even."""
    found = rows.rows(place.parts, columns.count) if columns.count else []
    if not found or not rows.is_regular(found, place.parts):
        return None
    return [replace(row, values=tuple(row.values[at] for at in columns.places)) for row in found]


def _by_columns(kind: str, place: Region, text: str) -> tuple[Columns, list[Row]]:
    """Return columns and rows of a page that runs column by column: its labels may stand above the title."""
    part_year = kind != "balance" and spans.names_part(text[: place.start + len(place.head)])
    read = None if part_year else byside.rows(cells.parts(text), text)
    years, found = read or ((), [])
    return Columns(years, tuple(range(len(years))), len(years)), found


def _joined(first: Statement, second: Statement | None, *, after: bool) -> Statement:
    """Return a statement over two pages; the second is left out where its columns or its lines are another table's."""
    if second is None or second.years != first.years:
        return first
    both = first.rows + second.rows if after else second.rows + first.rows
    stated = first.scale if first.scale.money else second.scale
    joined = replace(first, rows=both, scale=stated, text=f"{first.text}\n{second.text}")
    return joined if _found_lines(joined) > _found_lines(first) else first


def _is_whole(statement: Statement) -> bool:
    return _found_lines(statement) == len(_WHOLE[statement.kind])


def _found_lines(statement: Statement) -> int:
    labels = [label for placed in statement.rows for label in meant(placed.row)]
    return sum(any(line.fullmatch(label) for label in labels) for line in _WHOLE[statement.kind])
