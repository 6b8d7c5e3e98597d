"""Valuations as rows of the table, and rows as they are printed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from p3 import clock
from p3.data.tables import VALUATIONS
from p3.errors import DataError
from p3.provenance import FactSource
from p3.shapes import Source, ValuationInput, ValuationShape
from p3.valuation.records import Valuation
from p3.workflow.session import Session

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


def valuations(session: Session, ids: list[str]) -> list[dict[str, Any]]:
    """Return rows of valuations by id, in the order of the ids. Raises DataError where one is missing."""
    place = {valuation_id: at for at, valuation_id in enumerate(ids)}
    return sorted(_rows(session, ids).to_dicts(), key=lambda found: place[found["valuation_id"]])


def printed(session: Session, ids: list[str]) -> list[ValuationShape]:
    """Return valuations by id as they are printed, in the order of the ids. Raises DataError where one is missing."""
    found = {row["valuation_id"]: shape(row) for row in _rows(session, ids).iter_rows(named=True)}
    return [found[valuation_id] for valuation_id in ids]


def _rows(session: Session, ids: list[str]) -> pl.DataFrame:
    listed = ", ".join("?" for _ in ids) or "NULL"
    rows = session.store.rows(VALUATIONS, f"valuation_id IN ({listed})", ids)
    missing = len(set(ids)) - rows.height
    if missing:
        raise DataError(f"{missing} valuations that the ledger knows are not in the tree", "Run `p3 dcf --force`.")
    return rows


def shape(row: Mapping[str, Any]) -> ValuationShape:
    """Return a row as it is printed."""
    kept = {name: row[name] for name in ValuationShape.model_fields if name in row and name not in _MADE}
    inputs = _inputs(row["inputs"] or [])
    owners = next((each.value for each in inputs if each.name == "cost_of_equity"), None)
    return ValuationShape(
        **kept,
        inputs=inputs,
        as_of=clock.iso(row["as_of"]),
        cost_of_equity=owners,
        discount_rate=owners if row["wacc"] is None else row["wacc"],
        detail=json.loads(row["detail"] or "{}"),
    )


def _inputs(rows: Sequence[Mapping[str, Any]]) -> list[ValuationInput]:
    """Return the inputs as they are printed; a fact that several rest on is one object, for there are many."""
    known: dict[FactSource, Source] = {}

    def source(row: Mapping[str, Any]) -> Source:
        fact = FactSource(**row)
        if fact not in known:
            known[fact] = Source(**{**asdict(fact), "accepted": clock.iso(fact.accepted)})
        return known[fact]

    return [ValuationInput(**{**row, "sources": [source(each) for each in row["sources"]]}) for row in rows]
