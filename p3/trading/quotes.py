"""The last known closes, on the share basis of the moment at which they are used."""

from datetime import datetime, time
from decimal import Decimal

import polars as pl

_OPENING = pl.col("date").dt.combine(time(9, 30)).dt.replace_time_zone("America/New_York").dt.convert_time_zone("UTC")


def latest(prices: pl.DataFrame, actions: pl.DataFrame, as_of: datetime) -> dict[str, Decimal]:
    """Return the newest close known at ``as_of`` by ticker, for the shares that a holder has at ``as_of``.

    A close from before a split is divided by it: ten for one on the morning after a close of 1,200 gives 120, as the
    holder has ten times the shares. Frames as in the tables ``prices`` and ``actions``; closes as traded.
    """
    known = prices.filter(pl.col("known_from") <= as_of, pl.col("close").is_finite(), pl.col("close") > 0)
    newest = known.sort("date").group_by("ticker").last().select("ticker", "date", "close")
    changes = effective(actions, as_of).filter(pl.col("kind") != "dividend")
    quotes = {}
    for ticker, day, close in newest.iter_rows():
        later = changes.filter(pl.col("ticker") == ticker, pl.col("date") > day)
        ratio = Decimal(str(later["value"].product())) if later.height else Decimal(1)
        quotes[ticker] = Decimal(str(close)) / ratio
    return quotes


def effective(actions: pl.DataFrame, until: datetime, after: datetime | None = None) -> pl.DataFrame:
    """Return the actions effective after ``after`` and up to ``until`` and known by then, oldest first.

    An action is effective at the regular open, 9:30 in New York, of its ex-date.
    """
    seen = actions.filter(_OPENING.le(until), pl.col("known_from") <= until)
    return (seen if after is None else seen.filter(_OPENING.gt(after))).sort("date", "ticker", "kind")
