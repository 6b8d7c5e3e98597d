"""The view of `p3 env-status`: what works here and what to do about the rest, then settings and tables."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from p3.cli.views.parts import Column, grid, heading, one_line, remark
from p3.shapes import CheckShape, EnvStatus
from p3.wording import MISSING


def render(data: EnvStatus) -> list[RenderableType]:
    """Return the checks, those that failed first with their remedy, then the settings and the tables."""
    parts: list[RenderableType] = [one_line(f"p3 {data.version}, data in {data.data_dir}", "bold"), Text()]
    parts.append(_checks(sorted(data.checks, key=lambda check: check.ok)))
    settings = grid([Column("setting"), Column("value", fold=True), Column("from", fold=True)])
    for setting in data.settings:
        settings.add_row(one_line(setting.name), one_line(setting.value or MISSING), one_line(setting.source))
    parts += [heading("Settings"), settings, heading("Tables")]
    if not data.tables:
        return [*parts, Text("None yet.")]
    return [*parts, remark(", ".join(f"{table} version {version}" for table, version in data.tables.items()))]


def _checks(checks: Sequence[CheckShape]) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    for check in checks:
        mark = Text("ok", style="green") if check.ok else Text("no", style="bold red")
        table.add_row(mark, one_line(check.part, "bold"), one_line(check.detail))
        if check.remedy:
            table.add_row("", "", Text.assemble("→ ", one_line(check.remedy)))
    return table if checks else Text("Nothing was checked.")
