"""Valuations as rows of the table, and rows as they are printed: few at a time, for each has many sources."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from p3 import clock
from p3.data.tables import VALUATIONS
from p3.errors import DataError
from p3.shapes import Dcf, Source, ValuationInput, ValuationShape
from p3.valuation.records import Valuation
from p3.workflow.result import Streamed
from p3.workflow.session import Session

Read = Callable[[], Iterator[ValuationShape]]
"""Gives the valuations of a result as they are printed, one after the other, read anew each time."""

_AT_ONCE = 25
_MADE = ("inputs", "as_of", "detail")


def row(valuation_id: str, run_id: str, valued: Valuation, origin: str) -> dict[str, Any]:
    """Return the row of a valuation."""
    return {
        **{name: getattr(valued, name) for name in VALUATIONS.schema if hasattr(valued, name)},
        "valuation_id": valuation_id,
        "run_id": run_id,
        "inputs": input_rows(valued),
        "detail": json.dumps(dict(valued.detail)),
        "distribution": None if valued.distribution is None else dict(valued.distribution),
        "origin": origin,
    }


def input_rows(valued: Valuation) -> list[dict[str, Any]]:
    """Return the inputs as the table holds them."""
    return [{**asdict(each), "sources": [source.as_row() for source in each.sources]} for each in valued.inputs]


def valuations(session: Session, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return valuations by id without inputs and detail, in the order of the ids.

    ``rate`` is what ``discount_rate`` tells. Raises DataError where a valuation is missing.
    """
    return [_brief(row) for row in rows(session, ids)]


def _brief(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in ("inputs", "detail")}
    return kept | {"rate": discount_rate(row)}


def discount_rate(row: Mapping[str, Any]) -> tuple[str, float | None]:
    """Return the rate of the first years and its name: the WACC, or the cost of equity where flows are the owners'."""
    return ("cost of equity", _cost_of_equity(row)) if row["wacc"] is None else ("WACC", row["wacc"])


def _cost_of_equity(row: Mapping[str, Any]) -> float | None:
    return next((each["value"] for each in row["inputs"] or () if each["name"] == "cost_of_equity"), None)


def printed(session: Session, ids: Sequence[str]) -> Read:
    """Return what reads valuations by id as they are printed, in the order of the ids.

    Reading raises DataError where one is missing.
    """
    return lambda: map(shape, rows(session, ids))


def listed(data: Dcf, read: Read) -> Dcf:
    """Return ``data`` with its valuations as a stream."""
    return data.model_copy(update={"valuations": Streamed(read)})


def rows(session: Session, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield rows of valuations by id, in the order of the ids. Raises DataError where one is missing."""
    query = session.store.query()
    for first in range(0, len(ids), _AT_ONCE):
        asked = ids[first : first + _AT_ONCE]
        frame = query.filtered(VALUATIONS, pl.col("valuation_id").is_in(asked))
        found = {row["valuation_id"]: row for row in frame.iter_rows(named=True)}
        if missing := set(asked) - found.keys():
            raise DataError(
                f"{len(missing)} valuations that the ledger knows are not in the tree", "Run `p3 dcf --force`."
            )
        yield from (found[valuation_id] for valuation_id in asked)


def shape(row: Mapping[str, Any]) -> ValuationShape:
    """Return a row as it is printed."""
    kept = {name: row[name] for name in ValuationShape.model_fields if name in row and name not in _MADE}
    inputs = _inputs(row["inputs"] or [])
    return ValuationShape(
        **kept,
        inputs=inputs,
        as_of=clock.iso(row["as_of"]),
        cost_of_equity=_cost_of_equity(row),
        discount_rate=discount_rate(row)[1],
        detail=json.loads(row["detail"] or "{}"),
    )


def _inputs(rows: Sequence[Mapping[str, Any]]) -> list[ValuationInput]:
    """Return the inputs as they are printed; a fact that several rest on is one object, for there are many."""
    known: dict[tuple[Any, ...], Source] = {}

    def source(row: Mapping[str, Any]) -> Source:
        fact = tuple(row.values())
        if fact not in known:
            known[fact] = Source(**{**row, "accepted": clock.iso(row["accepted"])})
        return known[fact]

    return [ValuationInput(**{**row, "sources": [source(each) for each in row["sources"]]}) for row in rows]
