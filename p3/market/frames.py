"""The shapes of market data, and the moments at which its rows become known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time

import polars as pl

MOMENT = pl.Datetime("us", "UTC")
PRICES = pl.Schema(
    {
        "ticker": pl.String(),
        "date": pl.Date(),
        "open": pl.Float64(),
        "high": pl.Float64(),
        "low": pl.Float64(),
        "close": pl.Float64(),
        "volume": pl.Float64(),
        "known_from": MOMENT,
        "origin": pl.String(),
    }
)
ACTIONS = pl.Schema(
    {
        "ticker": pl.String(),
        "date": pl.Date(),
        "kind": pl.String(),
        "value": pl.Float64(),
        "known_from": MOMENT,
        "origin": pl.String(),
    }
)
RATES = pl.Schema(
    {
        "series": pl.String(),
        "date": pl.Date(),
        "value": pl.Float64(),
        "known_from": MOMENT,
        "origin": pl.String(),
    }
)

OPEN = time(9, 30)
CLOSE = time(16, 0)


@dataclass(frozen=True)
class MarketData:
    """What a price source gave.

    ``prices`` are as traded. ``actions`` are ``split`` (new shares per old), ``spin_off`` (price factor,
    share count unchanged) and ``dividend`` (per share as traded), each known from its ex-date's open.
    ``rates`` are fractions, but for index levels. ``problems`` says why a ticker or series is absent;
    ``notes`` says what to know about one that is present.
    """

    prices: pl.DataFrame
    actions: pl.DataFrame
    rates: pl.DataFrame
    problems: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def in_new_york(day: pl.Expr, hour: time) -> pl.Expr:
    """Return the moment of ``hour`` in New York on each ``day``, in UTC."""
    local = day.dt.combine(hour, time_unit="us").dt.replace_time_zone("America/New_York")
    return local.dt.convert_time_zone("UTC")


def stack(frames: Sequence[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    """Return the frames one below the other, with exactly ``schema``; no frames give no rows."""
    return pl.concat([schema.to_frame(), *(frame.select(schema.names()).cast(schema) for frame in frames)])
