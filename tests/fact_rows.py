"""Small facts tables for tests, written one fact a line."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

SCHEMA = pl.Schema(
    {
        "cik": pl.Int64,
        "taxonomy": pl.String,
        "concept": pl.String,
        "unit": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "value": pl.Float64,
        "accession": pl.String,
        "form": pl.String,
        "filed": pl.Date,
        "accepted": pl.Datetime("us", "UTC"),
        "origin": pl.String,
    }
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=21, tzinfo=UTC)


def filing(form: str, filed: str, *lines: tuple[Any, ...], taxonomy: str = "us-gaap") -> list[tuple[Any, ...]]:
    """Return one filing's rows; a line is (concept, start or None, end, value[, unit])."""
    rows = []
    for concept, start, end, value, *unit in lines:
        rows.append(
            (
                1,
                taxonomy,
                concept,
                unit[0] if unit else "USD",
                day(start) if start else None,
                day(end),
                float(value),
                f"{form}-{filed}",
                form,
                day(filed),
                moment(filed),
                "test",
            )
        )
    return rows


def facts(*filings: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame([row for rows in filings for row in rows], schema=SCHEMA, orient="row")
