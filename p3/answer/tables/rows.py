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
    """Return the rows of a table with so many columns; a group of numbers that does not fill them is no row.

    Nor is one that a reference to a note may fill in the place of a blank cell, in a table with such references.
    """
    found: list[Row] = []
    heading = ""
    groups = list(_groups(parts))
    noted = any(_has_note(*group, columns) for group in groups)
    for labels, cells in groups:
        if len(labels) > 1 or (labels and not cells):
            heading = " ".join(label.text for label in labels[:-1] or labels)
        amounts = cells[1:] if _has_note(labels, cells, columns) else cells
        if not (noted and labels and len(cells) == columns and _may_be_note(cells[0])):
            found += _rows(labels, amounts, columns, heading)
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


def _has_note(labels: list[Label], cells: list[Cell], columns: int) -> bool:
    """Say whether the reference to a note stands between the words and the amounts."""
    return bool(labels) and len(cells) == columns + 1 and _may_be_note(cells[0])


def _may_be_note(cell: Cell) -> bool:
    return cell.plain and 0 < cell.value <= _MOST_NOTE


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
