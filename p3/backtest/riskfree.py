"""The risk-free return of each bar, from a rates table or from a stated rate: never made up."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from p3 import clock
from p3.errors import InputMissingError
from p3.portfolio.bars import Array
from p3.portfolio.strategy import MetricsSettings

_MAX_AGE = timedelta(days=92)


def per_bar(dates: Sequence[date], rates: pl.DataFrame | None, settings: MetricsSettings) -> Array:
    """Return the risk-free return from each of ``dates`` to the next, one fewer than there are dates.

    A yearly rate r, a fraction, earns (1 + r)^(days / 365) - 1; a quoted series is taken as such a rate. Each
    interval uses the newest observation known by the end of the day on which it begins. Raises
    InputMissingError where the series has none within three months.
    """
    days = np.diff(np.array(dates, dtype="datetime64[D]")).astype(np.float64)
    if settings.risk_free is not None:
        yearly: Array = np.full(len(days), settings.risk_free)
    else:
        yearly = _quoted(dates[:-1], rates, str(settings.risk_free_series))
    return (1 + yearly) ** (days / 365) - 1


def _quoted(dates: Sequence[date], rates: pl.DataFrame | None, series: str) -> Array:
    remedy = "Run: p3 fetch-prices with a source that has rates, or state risk_free in the strategy."
    if rates is None or not (rates["series"] == series).any():
        raise InputMissingError(f"there is no rate series {series}", remedy)
    asked = pl.DataFrame({"moment": [clock.end_of_day(day) for day in dates], "day": dates})
    known = rates.filter((pl.col("series") == series) & pl.col("value").is_finite())
    known = known.sort("known_from", "date").select("known_from", "value", observed="date")
    found = asked.cast({"moment": known.schema["known_from"]}).join_asof(known, left_on="moment", right_on="known_from")
    missing = found.filter(pl.col("observed").is_null() | (pl.col("day") - pl.col("observed") > _MAX_AGE))
    if not missing.is_empty():
        raise InputMissingError(f"rate series {series} has no value known on {missing['day'][0]}", remedy)
    return found["value"].to_numpy()
