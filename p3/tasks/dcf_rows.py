"""Valuations as rows of the table, and rows as they are printed."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from p3 import clock
from p3.data.tables import VALUATIONS
from p3.errors import DataError
from p3.provenance import FactSource
from p3.shapes import Source, ValuationInput, ValuationShape
from p3.valuation.records import Valuation
from p3.workflow.session import Session


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
    """Return rows of valuations by id, in the order of the ids."""
    listed = ", ".join("?" for _ in ids) or "NULL"
    rows = session.store.rows(VALUATIONS, f"valuation_id IN ({listed})", ids).to_dicts()
    if len(rows) < len(set(ids)):
        raise DataError(
            f"{len(set(ids)) - len(rows)} valuations that the ledger knows are not in the tree", "Run `p3 dcf --force`."
        )
    place = {valuation_id: at for at, valuation_id in enumerate(ids)}
    return sorted(rows, key=lambda found: place[found["valuation_id"]])


def shape(row: Mapping[str, Any]) -> ValuationShape:
    """Return a row as it is printed."""
    kept = {name: row[name] for name in ValuationShape.model_fields if name not in ("inputs", "as_of", "detail")}
    return ValuationShape(
        **kept,
        inputs=[_input(each) for each in row["inputs"] or []],
        as_of=clock.iso(row["as_of"]),
        detail=json.loads(row["detail"] or "{}"),
    )


def _input(row: Mapping[str, Any]) -> ValuationInput:
    return ValuationInput(**{**row, "sources": [_source(source) for source in row["sources"]]})


def _source(row: Mapping[str, Any]) -> Source:
    source = FactSource(**row)
    return Source(**{**asdict(source), "accepted": clock.iso(source.accepted)})
