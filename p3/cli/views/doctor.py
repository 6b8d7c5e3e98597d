"""The view of `p3 doctor`: what is wrong in the index, and what is to be done."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, grid, one_line, remark
from p3.shapes import Doctor, DriftShape
from p3.wording import MISSING

_WHAT = {
    "absent": "stored, but not indexed",
    "orphaned": "indexed, but no longer stored",
    "doubled": "passages that are there twice",
    "no vector": "passages without a vector of length one",
    "lost": "passages that are not those that were made",
    "unreadable": "the index cannot be used",
    "left behind": "files of a writer that was killed",
}
_COLUMNS = (Column("company"), Column("what", fold=True), Column("count", number=True), Column("where", fold=True))


def render(data: Doctor) -> list[RenderableType]:
    """Return a table of what is wrong, then how much was looked at."""
    looked = f"{data.documents:,} documents, {data.passages:,} passages"
    waiting = f"; {data.waiting:,} documents wait for `p3 embed`" if data.waiting else ""
    if not data.drift:
        return [Text("The index is as it should be."), remark(looked + waiting)]
    table = grid(
        [Column("company"), Column("what", fold=True), Column("count", number=True), Column("where", fold=True)]
    )
    for drift in data.drift:
        table.add_row(*_row(drift))
    parts: list[RenderableType] = [table, remark(looked + waiting)]
    return [*parts, Text("What was wrong is dropped: run `p3 embed`.")] if data.repaired else parts


def _row(drift: DriftShape) -> list[Text]:
    count = f"{drift.count:,}" if drift.count else MISSING
    where = drift.document or drift.detail or MISSING
    return [one_line(drift.company or MISSING), one_line(_WHAT[drift.kind]), one_line(count), one_line(where)]
