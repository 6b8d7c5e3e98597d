"""Adjusted series, derived for an as-of from prices as traded and the actions effective by then.

Adjusting backwards from an as-of changes no return between two bars that were known, so it looks ahead at
nothing; a stored adjusted series would look ahead from the day on which it was stored.
"""

from datetime import datetime

import polars as pl

from p3.errors import DataError


def known_prices(prices: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the rows of ``prices`` known at ``as_of``."""
    return prices.filter(pl.col("known_from") <= as_of)


def adjusted_close(
    prices: pl.DataFrame, actions: pl.DataFrame, as_of: datetime, dividends: bool = True
) -> pl.DataFrame:
    """Return ``ticker, date, close, adjusted_close``: closes on the share basis of ``as_of``.

    ``close`` is as traded. An earlier price is divided by each split and spin-off ratio that follows it and,
    with ``dividends``, multiplied by 1 - D/P for each dividend D, where P is the last close before its
    ex-date (the convention of CRSP and Yahoo): the adjusted series then moves by the total return. Raises
    DataError for a dividend not below the price that it came out of.
    """
    bars = known_prices(prices, as_of).select("ticker", "date", "close").sort("ticker", "date")
    effective = actions.filter(pl.col("known_from") <= as_of)
    ratios = _ratios(effective)
    factors = [ratios.select("ticker", "date", 1 / pl.col("ratio"))]
    if dividends:
        factors.append(_dividend_factors(bars, effective, ratios))
    later = _product_after(pl.concat([frame.rename({frame.columns[2]: "factor"}) for frame in factors]))
    joined = bars.sort("date").join_asof(later, on="date", by="ticker", strategy="forward", check_sortedness=False)
    return joined.select(
        "ticker", "date", "close", (pl.col("close") * pl.col("factor").fill_null(1.0)).alias("adjusted_close")
    ).sort("ticker", "date")


def _ratios(actions: pl.DataFrame) -> pl.DataFrame:
    """Return ``ticker, date, ratio``: the price ratio, old over new, of the splits and spin-offs of a day."""
    shares = actions.filter(pl.col("kind").is_in(["split", "spin_off"]))
    return shares.group_by("ticker", "date").agg(pl.col("value").product().alias("ratio"))


def _dividend_factors(bars: pl.DataFrame, actions: pl.DataFrame, ratios: pl.DataFrame) -> pl.DataFrame:
    """Return ``ticker, date, factor``; a dividend before the first bar changes nothing and is left out."""
    paid = actions.filter(pl.col("kind") == "dividend").group_by("ticker", "date").agg(pl.col("value").sum())
    before = bars.select("ticker", "date", pl.col("close").alias("previous")).sort("date")
    # The dividend of a day on which the shares split is paid on the new shares, the close before it is that
    # of an old one.
    per_old_share = paid.join(ratios, on=["ticker", "date"], how="left").with_columns(
        pl.col("value") * pl.col("ratio").fill_null(1.0)
    )
    joined = per_old_share.sort("date").join_asof(
        before, on="date", by="ticker", strategy="backward", allow_exact_matches=False, check_sortedness=False
    )
    wrong = joined.filter(pl.col("value") >= pl.col("previous"))
    if not wrong.is_empty():
        ticker, day = wrong.row(0)[:2]
        raise DataError(
            f"{ticker}: the dividend of {day} is not below the price before it",
            "Correct it in the price source.",
        )
    return joined.drop_nulls("previous").select(
        "ticker", "date", (1 - pl.col("value") / pl.col("previous")).alias("factor")
    )


def _product_after(factors: pl.DataFrame) -> pl.DataFrame:
    """Return for each day before an event the product of the factors from that event on."""
    daily = factors.group_by("ticker", "date").agg(pl.col("factor").product())
    return (
        daily.sort("date", descending=True)
        .select("ticker", pl.col("date").dt.offset_by("-1d"), pl.col("factor").cum_prod().over("ticker"))
        .sort("date")
    )
