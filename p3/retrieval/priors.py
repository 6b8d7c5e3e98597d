"""What speaks for a candidate beside its words and meaning: statement, section, headings, age; and what against it."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from p3.retrieval.understand import Query

STATEMENT = 3.0
SECTION = 0.5
RECENCY = 0.8
HALF_LIFE = 365.25  # days
LISTING = -1.5

Scores = NDArray[np.float64]

# Contents, exhibit lists and signatures name everything and tell of nothing.
_ITEM = r"(?im)^\W*item\s*\d+[ab]?\b"
_ITEM_ANYWHERE = r"(?i)item\s*\d"  # as many at least, and found far more quickly
_EXHIBIT = r"(?i)incorporated (?:herein )?by reference|\bexhibit\b"
_SIGNED = r"/s/"
_ENTRIES = 6


def priors(query: Query, candidates: pl.DataFrame) -> dict[str, Scores]:
    """Return what each prior adds to each candidate, by the reason that a reader is told."""
    found = {
        "statement asked for": _statement(query, candidates),
        "section on it": SECTION * candidates["section"].is_in(query.sections).to_numpy(),
        "contents or exhibits": LISTING * _listings(candidates["text"]),
    }
    if not query.fiscal_years and candidates.height:
        found["recent"] = RECENCY * 0.5 ** (_age(candidates) / HALF_LIFE)
    return found


def _statement(query: Query, candidates: pl.DataFrame) -> Scores:
    weight = STATEMENT / 2 if query.beyond_statements else STATEMENT
    return np.asarray(weight * candidates["statement"].is_in(query.statements).fill_null(False).to_numpy())


def _listings(texts: pl.Series) -> Scores:
    others = texts.str.count_matches(_EXHIBIT) + texts.str.count_matches(_SIGNED)
    listings = np.zeros(len(texts))
    likely = (others + texts.str.count_matches(_ITEM_ANYWHERE) >= _ENTRIES).arg_true()
    counted = others[likely] + texts[likely].str.count_matches(_ITEM)
    listings[likely.to_numpy()] = (counted >= _ENTRIES).to_numpy()
    return listings


def _age(candidates: pl.DataFrame) -> Scores:
    """Return the days between what each candidate reports on and the newest such day among them.

    A document counts by the end of its period, else of its fiscal year, else by when it became known.
    """
    day = pl.coalesce("period", pl.date("fiscal_year", 12, 31), pl.col("accepted").dt.date())
    ages = candidates.select((day.max() - day).dt.total_days()).to_series()
    return np.asarray(ages.to_numpy(), dtype=np.float64)
