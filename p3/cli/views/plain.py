"""The view of a command that has none of its own: its fields, one a line."""

from pydantic import BaseModel
from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, grid, literal


def render(data: BaseModel) -> list[RenderableType]:
    """Return a two-column listing of the fields."""
    table = grid([Column("field"), Column("value", fold=True)])
    for name, value in data.model_dump(mode="json").items():
        table.add_row(literal(name), literal(value))
    return [table] if table.row_count else [Text("Nothing to show.")]
