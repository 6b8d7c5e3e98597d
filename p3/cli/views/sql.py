"""The view of `p3 sql`: a grid."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, grid, literal, remark
from p3.shapes import Rows


def render(data: Rows) -> list[RenderableType]:
    """Return the rows as a table, numbers to the right, then how many there are."""
    if not data.columns:
        return [Text("Done; nothing to show.")]
    table = grid([Column(name, number=_numeric(data, name), fold=True) for name in data.columns])
    for row in data.rows:
        table.add_row(*(literal("" if row[name] is None else row[name]) for name in data.columns))
    count = len(data.rows)
    return [table, remark(f"{count:,} row{'' if count == 1 else 's'}")]


def _numeric(data: Rows, name: str) -> bool:
    there = [row[name] for row in data.rows if row[name] is not None]
    return bool(there) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in there)
