"""Corporate actions: which price ratios multiply shares, and what a price was before them.

A ratio "new per old" in a price file divides every earlier price. Only a share split also multiplies the
share count that a filing gives; a spin-off that a vendor folds into its prices looks the same and does not. A
ratio n:1, 1:n, n:2, n:3 or n:4 is taken for a split, anything else for a spin-off, and
``common/config/market.toml`` names the events that this rule reads wrongly. The two factors always multiply
to the file's ratio, so that the price as traded is rebuilt exactly.
"""

from datetime import date
from fractions import Fraction

import polars as pl

from p3.market.config import settings
from p3.market.frames import ACTIONS, OPEN, in_new_york

# A distribution of a second share class moves a price by almost, not exactly, the share ratio (Google 2014:
# 2.002 and 1.998).
_WHOLE_TOLERANCE = 0.0015
_EXACT_TOLERANCE = 1e-4
_LARGEST = 100


def share_ratio(ratio: float) -> float:
    """Return the new shares per old in a price ratio; 1 where it is no share split.

    Whole ratios, upward and downward, may be off by 0.15 %; ratios over 2, 3 and 4 (3:2, 4:3, 5:4) must be
    exact to the file's rounding.
    """
    for value, invert in ((ratio, False), (1 / ratio, True)):
        whole = round(value)
        if 2 <= whole <= _LARGEST and abs(value / whole - 1) <= _WHOLE_TOLERANCE:
            return 1 / whole if invert else float(whole)
        simple = Fraction(value).limit_denominator(4)
        if 1 < simple < _LARGEST and abs(value / float(simple) - 1) <= _EXACT_TOLERANCE:
            return float(1 / simple) if invert else float(simple)
    return 1.0


def as_traded(bars: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return split-adjusted ``bars`` as they traded, by the product of the ratios dated after each bar."""
    factor = _ratio_after(bars.select("date"), events)
    prices = [pl.col(name) * factor for name in ("open", "high", "low", "close")]
    return bars.with_columns(*prices, pl.col("volume") / factor)


def classify(ticker: str, events: pl.DataFrame, origin: str) -> pl.DataFrame:
    """Return the rows of ``actions`` in a file's ``date, dividend, split_ratio``.

    Blank cells, 0 and a ratio of 1 are no event.

    The file's dividends are per share of the newest share basis; the result's are per share as they were
    paid.
    """
    known = _corrections().get(ticker, {})
    rows: list[tuple[date, str, float]] = []
    later = _ratio_after(events.select("date"), events)
    for day, dividend, ratio, after in zip(
        events["date"],
        events["dividend"].fill_null(0.0),
        events["split_ratio"].fill_null(0.0),
        later,
        strict=True,
    ):
        correction = known.get(day, {})
        if ratio not in (0.0, 1.0):
            split = float(correction.get("split", share_ratio(ratio)))
            rows += [(day, "split", split), (day, "spin_off", ratio / split)]
        rows.append((day, "dividend", float(correction.get("dividend", dividend)) * after))
    neutral = {"split": 1.0, "spin_off": 1.0, "dividend": 0.0}
    kept = [row for row in rows if abs(row[2] - neutral[row[1]]) > 1e-9]
    return (
        pl.DataFrame(kept, schema=["date", "kind", "value"], orient="row")
        .select(
            pl.lit(ticker).alias("ticker"),
            pl.col("date").cast(pl.Date),
            pl.col("kind").cast(pl.String),
            pl.col("value").cast(pl.Float64),
            in_new_york(pl.col("date").cast(pl.Date), OPEN).alias("known_from"),
            pl.lit(origin).alias("origin"),
        )
        .select(ACTIONS.names())
    )


def _corrections() -> dict[str, dict[date, dict[str, float]]]:
    found: dict[str, dict[date, dict[str, float]]] = {}
    for entry in settings()["correction"]:
        found.setdefault(entry["ticker"], {})[entry["date"]] = entry
    return found


def _ratio_after(days: pl.DataFrame, events: pl.DataFrame) -> pl.Series:
    """Return for each ascending day the product of the ratios dated strictly after it."""
    ratios = events.filter(pl.col("split_ratio").fill_null(0.0) > 0).sort("date", descending=True)
    product = ratios.select(
        (pl.col("date").dt.offset_by("-1d")).alias("date"), pl.col("split_ratio").cum_prod().alias("factor")
    )
    joined = days.join_asof(product.sort("date"), on="date", strategy="forward")
    return joined["factor"].fill_null(1.0)
