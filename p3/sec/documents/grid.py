"""A table of an HTML document as lines of text: a line a row, each cell under the heading of its column.

Filings lay out one column of figures over several columns of the grid: the currency sign, the number, the closing
bracket, a spacer. Signs join their number, and cells that overlap in the grid stand in one column. A cell that is empty
where its column is filled in other rows stays as an empty cell: "Dividends | | 12".
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_OPENING = re.compile(r"(?:(?:US|C|A|HK)?[$€£¥]|[$€£¥]?\s*\()\Z")
_CLOSING = re.compile(r"\)?\s*%?\)?\Z")
_ASIDE = re.compile(r"\([\w*]{1,2}\)\Z|\[[\w*]{1,2}\]\Z|[*†‡§]+\Z|[a-z]{1,6}\Z")  # a mark of a note, a unit
_WIDEST = 1_000  # columns: the most that HTML lets a cell span, and the most that a table is laid out in
_DEEPEST = 65_534  # rows: the most that HTML lets a cell span
_HEADING = 60  # characters: a longer text is prose, and holds the place of all columns that it spans


@dataclass(slots=True)
class _Cell:
    """The blocks of text in the columns ``span[0]`` to ``span[1]`` (exclusive) of the grid."""

    span: tuple[int, int]
    blocks: list[str]


_Row = list[_Cell]
_Places = dict[tuple[int, int], tuple[int, int]]  # columns of the grid -> the first and last column of text over them


@dataclass(slots=True)
class Table:
    """A table being read, row by row."""

    _rows: list[_Row] = field(default_factory=list)
    _open: _Row | None = None
    _taken: dict[int, int] = field(default_factory=dict)  # column -> last row that a cell from above reaches into

    def start_row(self) -> None:
        """Open a row, which closes the one before."""
        self.end_row()
        self._open = []

    def end_row(self) -> None:
        """Close the open row, if one is."""
        if self._open is not None:
            self._rows.append(self._open)
        self._open = None

    def start_cell(self, columns: str | None, rows: str | None) -> None:
        """Open a cell; ``columns`` and ``rows`` are its colspan and rowspan as they are written."""
        self._open = [] if self._open is None else self._open
        here = len(self._rows)
        start = self._open[-1].span[1] if self._open else 0
        while self._taken.get(start, -1) >= here:
            start += 1
        start = min(start, _WIDEST)
        end = min(start + _span(columns, _WIDEST), _WIDEST + 1)
        deep = _span(rows, _DEEPEST)
        if deep > 1:
            self._taken.update(dict.fromkeys(range(start, end), here + deep - 1))
        self._open.append(_Cell((start, end), []))

    @property
    def is_in_cell(self) -> bool:
        """Say whether a cell is open."""
        return bool(self._open)

    def write(self, lines: list[str]) -> None:
        """Add a block of text to the open cell."""
        assert self._open  # is_in_cell
        self._open[-1].blocks += lines

    def take(self) -> list[str]:
        """Return the lines of the closed rows that hold text, in order, and forget these rows."""
        rows = [row for row in map(_joined, self._rows) if row]
        self._rows, self._taken = [], {}
        places = _places(rows)
        most = max((last for _, last in places.values()), default=0)
        return [line for row in rows for line in _printed(row, places, most)]


@dataclass(slots=True)
class _Column:
    """Columns ``start`` to ``end`` of the grid, the rows with a cell that begins there, and how far these reach."""

    start: int
    end: int
    rows: set[int] = field(default_factory=set)
    reach: int = 0
    is_aside: bool = True  # all that begins there are marks of notes, or units


def _span(written: str | None, most: int) -> int:
    return max(1, min(int(written), most)) if written and written.isascii() and written.isdigit() else 1


def _joined(row: _Row) -> _Row:
    """Return the filled cells of a row, currency signs, brackets and percent signs joined to their number."""
    filled = [cell for cell in row if cell.blocks]
    if len(filled) < 2:
        return filled
    joined: _Row = []
    for cell in filled:
        text = " ".join(cell.blocks).replace("\n", " ")
        if joined and _is_one(joined[-1].blocks[0], text):
            joined[-1] = _Cell((joined[-1].span[0], cell.span[1]), [joined[-1].blocks[0] + text])
        else:
            joined.append(_Cell(cell.span, [text]))
    return joined


def _is_one(left: str, right: str) -> bool:
    """Say whether two neighbouring texts are parts of one figure."""
    if _CLOSING.match(right):
        return left[-1].isdigit() or left[-1] in ").,—–-"
    return _OPENING.match(left) is not None


def _places(rows: Sequence[_Row]) -> _Places:
    """Return where the spans of the rows' cells lie among the columns of text.

    Where a cell lies over two columns, they are one if no row fills both, or if the second only adds notes.
    """
    spans = {cell.span for row in rows for cell in row}
    columns = _disjoint(spans)
    places = _reached(spans, columns)
    for number, row in enumerate(rows):
        for cell in row:
            first, last = places[cell.span]
            columns[first].rows.add(number)
            columns[first].is_aside &= _ASIDE.match(cell.blocks[0]) is not None
            if (first, last) != (0, len(columns) - 1):  # a title over the whole table says nothing of its columns
                columns[first].reach = max(columns[first].reach, columns[last].end)
    merged: list[_Column] = []
    for column in columns:
        under_one = bool(merged) and merged[-1].reach >= column.end
        is_note = column.is_aside and len(merged) > 1  # what stands beside a label is a value
        if under_one and (is_note or merged[-1].rows.isdisjoint(column.rows)):
            merged[-1] = _both(merged[-1], column)
        else:
            merged.append(column)
    return places if len(merged) == len(columns) else _reached(spans, merged)


def _both(left: _Column, right: _Column) -> _Column:
    is_aside = left.is_aside and right.is_aside
    return _Column(left.start, right.end, left.rows | right.rows, max(left.reach, right.reach), is_aside)


def _disjoint(spans: Iterable[tuple[int, int]]) -> list[_Column]:
    """Return the columns that the narrowest cells make; a wider one widens the one that it overlaps, or spans some."""
    columns: list[_Column] = []
    for start, end in sorted(spans, key=lambda span: (span[1] - span[0], span)):
        first = bisect_right(columns, start, key=lambda column: column.end)
        after = bisect_left(columns, end, key=lambda column: column.start)
        if first == after:
            columns.insert(first, _Column(start, end))
        elif first + 1 == after:
            columns[first].start = min(columns[first].start, start)
            columns[first].end = max(columns[first].end, end)
    return columns


def _reached(spans: Iterable[tuple[int, int]], columns: Sequence[_Column]) -> _Places:
    starts, ends = [column.start for column in columns], [column.end for column in columns]
    return {span: (bisect_right(ends, span[0]), bisect_left(starts, span[1]) - 1) for span in spans}


def _printed(row: _Row, places: _Places, most: int) -> list[str]:
    """Return the lines of a row; ``most`` is the last column of the table."""
    if len(row) == 1 and _stands_free(row[0], *places[row[0].span], most):
        return row[0].blocks
    line, at = "", 0
    for cell in row:
        text = cell.blocks[0]
        first, last = places[cell.span]
        is_next = bool(line) and not _ASIDE.match(text)
        line += " |" * max(first - at, int(is_next)) + f" {text}"
        at = max(at, last if len(text) > _HEADING else first)
    return [line.strip()]


def _stands_free(cell: _Cell, first: int, last: int, most: int) -> bool:
    """Say whether the only cell of a row is prose, a label, or a heading over all columns but the labels'."""
    is_prose = len(cell.blocks) > 1 or "\n" in cell.blocks[0] or len(cell.blocks[0]) > _HEADING
    return is_prose or first == 0 or (first == 1 and last == most > 1)
