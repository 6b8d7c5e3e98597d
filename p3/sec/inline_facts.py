"""Facts that companyfacts do not list, or not yet, from the reports themselves.

Companyfacts lag behind filings, and never list the share count of a cover page that counts each class of stock alone.
"""

from typing import Any

import polars as pl

from p3.sec.documents.inline import InlineFacts
from p3.sec.selection import ANNUAL, QUARTERLY

_FORMS = (*ANNUAL, *QUARTERLY, "6-K")
# Inline XBRL was first admitted on this day (Securities Exchange Act Release 34-78041).
_FIRST = pl.date(2016, 6, 13)
_COVER = (pl.col("taxonomy") == "dei") & (pl.col("concept") == "EntityCommonStockSharesOutstanding")
_WEIGHTED = (
    "WeightedAverageNumberOfSharesOutstandingBasic",
    "WeightedAverageNumberOfShareOutstandingBasicAndDiluted",
    "WeightedAverageShares",
)
_TOLERANCE = 0.2
_ORDER = ("taxonomy", "concept", "unit", "start", "end", "accession")


def unlisted(filings: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ``filings`` whose stored documents tell facts that ``facts``, those of companyfacts, lack.

    They are reports of which companyfacts list no share count of the cover page, with ``listed`` added: whether they
    list anything of it.
    """
    counted = facts.filter(_COVER)["accession"].unique().to_list()
    return filings.filter(
        (pl.col("status") == "stored")
        & (pl.col("type") == pl.col("form"))
        & pl.col("form").str.strip_suffix("/A").is_in(_FORMS)
        & (pl.col("filed") >= _FIRST)
        & ~pl.col("accession").is_in(counted)
    ).with_columns(listed=pl.col("accession").is_in(facts["accession"].unique().to_list()))


def told(found: InlineFacts, filing: dict[str, Any]) -> pl.DataFrame:
    """Return what a document adds to companyfacts, with the columns of the facts table.

    ``filing`` is a row of ``unlisted``. Where companyfacts list the filing, only the cover page's share count is added.
    """
    count = found.facts.filter(_COVER)
    cover = _over_classes(found) if count.is_empty() else count
    rows = cover if filing["listed"] else pl.concat([found.facts.filter(~_COVER), cover])
    return rows.with_columns(
        pl.lit(filing["cik"], pl.Int64).alias("cik"),
        *(pl.lit(filing[name]).alias(name) for name in ("accession", "form", "filed", "accepted", "origin")),
    )


def joined(facts: pl.DataFrame, added: list[pl.DataFrame]) -> pl.DataFrame:
    """Return ``facts`` with the frames of ``added``, in the order of companyfacts."""
    more = [frame.select(facts.columns) for frame in added if frame.height]
    return pl.concat([facts, *more], how="vertical").sort(_ORDER) if more else facts


def _over_classes(found: InlineFacts) -> pl.DataFrame:
    """Return the cover page's share count summed over the classes of stock, no row where the sum means nothing.

    Classes add up only where their shares are equal parts of the company. They are not where one share of a class is
    worth many of another, or none; then the filing's own weighted average is far from the sum.
    """
    counts = found.by_class.filter(_COVER)
    newest = counts.filter(pl.col("end") == pl.col("end").max())
    average = _weighted_average(found)
    total = float(newest["value"].sum())
    if average is None or newest.height != counts["member"].n_unique() or abs(total / average - 1) > _TOLERANCE:
        return counts.clear().drop("member")
    return newest.drop("member").head(1).with_columns(value=pl.lit(total, pl.Float64))


def _weighted_average(found: InlineFacts) -> float | None:
    """Return the newest weighted average of basic shares over the shortest span, else those of the classes, added."""
    for counts in (found.facts, found.by_class):
        for concept in _WEIGHTED:
            weighted = counts.filter(concept=concept, unit="shares")
            newest = weighted.filter((pl.col("end") == pl.col("end").max()) & (pl.col("value") > 0))
            if newest.height:
                return float(newest.filter(pl.col("start") == pl.col("start").max())["value"].sum())
    return None
