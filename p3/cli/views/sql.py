"""The view of `p3 sql`: a grid."""

from rich import box
from rich.console import RenderableType
from rich.table import Table

from p3.shapes import Rows


def render(data: Rows) -> list[RenderableType]:
    """Return the rows as a table, then their number."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in data.columns:
        table.add_column(name, overflow="fold")
    for row in data.rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in data.columns))
    return [table, f"{len(data.rows)} rows"]
