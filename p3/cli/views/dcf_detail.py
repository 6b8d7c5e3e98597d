"""How one company's value came about: the model and why, the bridge, scenarios, what moves it, cross-checks."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, FittedTable, heading, indented, one_line
from p3.shapes import ValuationShape
from p3.wording import MISSING, amount, few, name, number, percent

_BRIDGE = (
    "operations",
    "book_value",
    "excess_cash",
    "investments",
    "debt",
    "minority_interests",
    "preferred",
    "options",
    "equity",
)
_PER_SHARE = "earnings_power_per_share"


def render(valuation: ValuationShape) -> list[RenderableType]:
    """Return the parts that the valuation's detail allows."""
    detail = valuation.detail
    if not detail:
        return []
    parts: list[RenderableType] = [heading(f"{valuation.ticker} by {name(valuation.model or MISSING)}")]
    parts += _said(detail)
    if detail.get("tornado"):
        parts.append(_tornado(detail["tornado"]))
    return parts


def _said(detail: Mapping[str, Any]) -> Iterable[RenderableType]:
    share = detail.get("terminal_share")
    lines = {
        "because": detail.get("reason"),
        "bridge": _listed({part: amount(detail[part], "USD") for part in _BRIDGE if detail.get(part)}),
        "terminal value": None if share is None else f"{percent(share)} of the whole",
        "the price implies": _listed({key: percent(value) for key, value in detail.get("implied", {}).items()}),
        "scenarios": _listed({key: number(value) for key, value in detail.get("scenarios", {}).items()}),
        "cross-checks": _listed(_checks(detail.get("cross_checks", {}))),
        "comparables": _listed({key: _comparable(found) for key, found in detail.get("comparables", {}).items()}),
    }
    return [indented(Text.assemble(f"{label}: ", one_line(text)), 2) for label, text in lines.items() if text]


def _checks(checks: Mapping[str, float]) -> dict[str, str]:
    return {key: number(value) if key == _PER_SHARE else f"{number(value, 1)}x" for key, value in checks.items()}


def _comparable(found: Mapping[str, Any]) -> str:
    multiple, value = number(found["median"], 1), number(found["value_per_share"])
    return f"{multiple}x of {few(found['tickers'])} makes {value}"


def _listed(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name(key)} {value}" for key, value in values.items())


def _tornado(bars: Iterable[Mapping[str, Any]]) -> FittedTable:
    columns = (Column("one deviation of"), Column("below", number=True), Column("above", number=True))
    rows = [
        [one_line(name(", ".join(bar["inputs"]))), one_line(number(bar["below"])), one_line(number(bar["above"]))]
        for bar in bars
    ]
    return FittedTable(columns, rows)
