"""The view of a command that has none of its own: its fields, one a line."""

from pydantic import BaseModel
from rich.console import RenderableType
from rich.pretty import Pretty
from rich.table import Table


def render(data: BaseModel) -> list[RenderableType]:
    """Return a two-column listing of the fields."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in data.model_dump(mode="json").items():
        table.add_row(name, Pretty(value) if isinstance(value, list | dict) else str(value))
    return [table]
