"""The signals that a decision may use."""

from datetime import datetime, timedelta

import polars as pl


def known(signals: pl.DataFrame, as_of: datetime, max_age_days: int) -> pl.DataFrame:
    """Return the newest signal of each ticker known at ``as_of``: ``ticker, upside``, ordered by ticker.

    ``signals`` has at least ``as_of, ticker, upside``. A signal older than ``max_age_days`` is none, and so
    is one whose newest upside is null or not finite: an earlier value does not stand in for it.
    """
    recent = pl.col("as_of").is_between(as_of - timedelta(days=max_age_days), as_of)
    newest = signals.filter(recent).sort("as_of").unique("ticker", keep="last", maintain_order=True)
    return newest.filter(pl.col("upside").is_finite()).select("ticker", "upside").sort("ticker")
