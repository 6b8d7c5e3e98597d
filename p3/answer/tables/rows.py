"""The rows of a statement: a label and exactly one amount for each column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from p3.answer.tables.cells import Cell, Label, Part

_MOST_NOTE = 60  # the highest number of a note that a column of references may hold


@dataclass(frozen=True, slots=True)
class Row:
    """``lines`` are the lines of words since the last amount, none for a total without a label.

    ``starts`` says where each line begins, ``end`` where the row ends, in characters of the page. ``values`` are as
    printed, one a column; ``heading`` is what stood above the row's group.
    """

    lines: tuple[str, ...]
    starts: tuple[int, ...]
    end: int
    values: tuple[float, ...]
    heading: str = ""


def rows(parts: Sequence[Part], columns: int) -> list[Row]:
    """Return the rows of a table with so many columns; a group of numbers that does not fill them is no row."""
    found: list[Row] = []
    heading = ""
    for labels, cells in _groups(parts):
        if len(labels) > 1 or (labels and not cells):
            heading = " ".join(label.text for label in labels[:-1] or labels)
        found += _rows(labels, _without_note(labels, cells, columns), columns, heading)
    return found


def _groups(parts: Sequence[Part]) -> Iterator[tuple[list[Label], list[Cell]]]:
    """Yield the words since the last number and the numbers after them; years part groups, as a second head does."""
    labels: list[Label] = []
    cells: list[Cell] = []
    for part in parts:
        if isinstance(part, Cell):
            cells.append(part)
            continue
        if cells:
            yield labels, cells
            labels, cells = [], []
        labels = [*labels, part] if isinstance(part, Label) else []
    if cells:
        yield labels, cells


def _without_note(labels: list[Label], cells: list[Cell], columns: int) -> list[Cell]:
    """Leave out the reference to a note that stands between the words and the amounts."""
    first = cells[0]
    note = len(cells) == columns + 1 and first.plain and 0 < first.value <= _MOST_NOTE
    return cells[1:] if note and labels else cells


def _rows(labels: list[Label], cells: list[Cell], columns: int, heading: str) -> Iterator[Row]:
    if not cells or len(cells) % columns:
        return
    for at in range(0, len(cells), columns):
        own = cells[at : at + columns]
        above = labels if at == 0 else []
        yield Row(
            tuple(label.text for label in above),
            tuple(label.start for label in above) or (own[0].start,),
            own[-1].end,
            tuple(cell.value for cell in own),
            heading,
        )


def is_regular(found: Sequence[Row], parts: Sequence[Part]) -> bool:
    """Say whether a table was read by its true number of columns.

    Then most amounts are in rows, and most rows have a label.
    """
    amounts = sum(isinstance(part, Cell) for part in parts)
    filled = sum(len(row.values) for row in found)
    return filled * 2 >= amounts and sum(not row.lines for row in found) * 3 <= len(found)
