"""Rows of the table of rates: the smallest table that has everything."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from p3.data.tables import RATES


def rates(*series: str, origin: str = "test", **changes: Any) -> pl.DataFrame:
    row = {"date": date(2024, 1, 1), "value": 0.04, "known_from": datetime(2024, 1, 2, tzinfo=UTC), "origin": origin}
    return pl.DataFrame([{"series": name, **row, **changes} for name in series], schema=RATES.schema)
