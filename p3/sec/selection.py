"""Which documents of a company to read: its newest annual, quarterly and earnings reports known at a moment."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

ANNUAL = ("10-K", "10-K405", "10-KT")
_QUARTERLY = ("10-Q", "10-QT")
_CURRENT = ("8-K",)
_RESULTS_ITEM = "2.02"  # Form 8-K, item 2.02: results of operations and financial condition


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """How many of the newest filings to take of each kind; their later amendments come along."""

    annual: int = 3
    quarterly: int = 4
    current: int = 4


def choose(filings: pl.DataFrame, policy: FetchPolicy, as_of: datetime) -> pl.DataFrame:
    """Return the rows of ``filings`` to fetch, newest first, none accepted after ``as_of``.

    Of each kind the newest originals are taken, and every amendment of that kind accepted since the oldest of them.
    An 8-K counts only where it announces results (item 2.02).
    """
    known = filings.filter(pl.col("accepted") <= as_of)
    results = pl.col("items").str.split(",").list.contains(_RESULTS_ITEM)
    chosen = [
        _newest(known, ANNUAL, policy.annual),
        _newest(known, _QUARTERLY, policy.quarterly),
        _newest(known.filter(results), _CURRENT, policy.current),
    ]
    return pl.concat(chosen).sort("accepted", "accession", descending=True)


def _newest(known: pl.DataFrame, forms: tuple[str, ...], count: int) -> pl.DataFrame:
    originals = known.filter(pl.col("form").is_in(forms)).sort("accepted", "accession", descending=True).head(count)
    if originals.is_empty():
        return originals
    amended = pl.col("form").is_in([f"{form}/A" for form in forms])
    amendments = known.filter(amended & (pl.col("accepted") > originals["accepted"].min()))
    return pl.concat([originals, amendments])
