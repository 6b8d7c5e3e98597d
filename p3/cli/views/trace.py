"""The view of `p3 trace`: the chain as an indented tree, each link with the query that opens it."""

import re

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import indented, one_line, remark, sample, unbroken
from p3.shapes import Link, Trace

_DEPTH = {
    "order": 0,
    "audit": 1,
    "decision": 1,
    "valuation": 2,
    "input": 3,
    "fact": 4,
    "market": 4,
    "filing": 5,
    "sentence": 6,
}
_STYLE = {"order": "bold", "decision": "bold", "valuation": "bold", "input": "cyan", "sentence": "italic"}
_INDENT = 2
_DIGEST = re.compile("[0-9a-f]{64}")


def render(data: Trace) -> list[RenderableType]:
    """Return each link below the one that it explains; a query that several links share is printed with the first."""
    parts: list[RenderableType] = [unbroken("", data.order), *sample([data.origin])]
    printed: set[str] = set()
    for link in data.links:
        by = _INDENT * _DEPTH.get(link.kind, 1)
        parts.append(
            indented(
                Text.assemble(one_line(link.kind, "dim"), " ", one_line(link.title, _STYLE.get(link.kind, ""))), by
            )
        )
        parts += [indented(remark(line), by + _INDENT) for line in _detail(link)]
        if link.sql and link.sql not in printed:
            printed.add(link.sql)
            parts.append(unbroken(" " * (by + _INDENT), f'p3 sql "{_quoted(link.sql)}"'))
    checked = f"{data.audit_entries:,} entries of the audit chain checked: none was altered."
    return [*parts, Text(), one_line(checked, "green")]


def _detail(link: Link) -> list[str]:
    """Return lists a line each, then all else that is not missing as one line."""
    lines = [str(entry) for value in link.detail.values() if isinstance(value, list) for entry in value]
    rest = {key: value for key, value in link.detail.items() if not isinstance(value, list) and value not in (None, "")}
    said = ", ".join(f"{key.replace('_', ' ')} {_short(value)}" for key, value in rest.items())
    return [*lines, said] if said else lines


def _short(value: object) -> str:
    """Return a value, a digest by its beginning: the query gives it whole."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value[:12]}…" if isinstance(value, str) and _DIGEST.fullmatch(value) else str(value)


def _quoted(sql: str) -> str:
    """Return the query as it stands between double quotes in a shell."""
    for special in ("\\", '"', "$", "`"):
        sql = sql.replace(special, f"\\{special}")
    return sql
