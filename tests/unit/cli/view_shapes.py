"""Documents of each shape that a command prints: filled, hostile, empty, or with None wherever it may stand."""

import types
from datetime import date
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from p3 import shapes

HOSTILE = "[red]x[/red] [/nope] :smile: \x1b[31mred\x1b[0m\r\n\x07\u202eabc"
MOMENTS = ("as_of", "accepted", "known_from", "first_seen", "last_seen")
MOMENT = "2024-02-29T12:00:00Z"
VIEWS = {
    "ask": shapes.Ask,
    "backtest": shapes.Backtest,
    "dcf": shapes.Dcf,
    "dlq": shapes.DeadLetters,
    "doctor": shapes.Doctor,
    "e2e": shapes.E2E,
    "embed": shapes.StageRun,
    "env_status": shapes.EnvStatus,
    "eval": shapes.EvalRetrieval,
    "facts": shapes.Facts,
    "fetch_prices": shapes.StageRun,
    "fetch_sec": shapes.FetchSec,
    "ingest": shapes.Ingest,
    "models": shapes.Models,
    "plain": shapes.Search,
    "search": shapes.Search,
    "trace": shapes.Trace,
    "trade": shapes.Trade,
}
OTHERS = [
    ("e2e", shapes.Plan),
    ("facts", shapes.StageRun),
    ("facts", shapes.FactsWithSources),
    ("facts", shapes.Restatements),
    ("facts", shapes.FactsExport),
    ("facts", shapes.FactsCheck),
]
EVERY = [*VIEWS.items(), *OTHERS]


def make(shape: type[BaseModel], text: str, count: int, *, bare: bool = False) -> Any:
    """Return a document whose texts are ``text`` and whose lists hold ``count``; ``bare`` puts None where it may.

    Moments stay moments: p3 itself writes them.
    """
    values = {
        name: MOMENT if name in MOMENTS else _value(field.annotation, text, count, bare)
        for name, field in shape.model_fields.items()
    }
    return shape.model_validate(values)


def _value(kind: Any, text: str, count: int, bare: bool) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if bare else _value(inner[0], text, count, bare)
    if origin is Literal:
        return inner[0]
    if origin is list:
        return [_value(inner[0], text, count, bare) for _ in range(count)]
    if origin is tuple:
        return tuple(_value(each, text, count, bare) for each in inner)
    if origin is dict:
        return {f"{text}{at}": _value(inner[1], text, count, bare) for at in range(count)}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return make(kind, text, count, bare=bare)
    return {str: text, int: 7, float: -1234567.5, bool: False, date: date(2024, 2, 29), Any: text}[kind]
