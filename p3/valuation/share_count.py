"""The number of diluted shares in a company's filings, on the share basis of the filing that states it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from p3.facts import view
from p3.facts.view import Period
from p3.provenance import FactSource
from p3.valuation.records import Assumption

ITEMS = ("shares_diluted", "shares_outstanding", "net_income", "eps_diluted")
_STALE = timedelta(days=183)
# Dilution and a year of buying back make an average the greater of the two, so a cover page seldom counts a tenth more.
_EXCEEDS = 1.2
_MISSCALED = 10.0  # a cover page that counts tenfold has its own count wrong by a power of ten
_LEAST_EARNINGS_PER_SHARE = 0.1  # printed in cents: below it the quotient is off by more than 5 %


@dataclass(frozen=True)
class ShareCount:
    """A count at ``day``, on the share basis of ``accepted``."""

    day: date
    value: float
    accepted: datetime
    assumption: Assumption
    sources: tuple[FactSource, ...]


def newest(line_items: pl.DataFrame, periods: Sequence[Period], as_of: datetime) -> ShareCount | None:
    """Return the newest weighted diluted count known at ``as_of``; None where nothing gives one.

    A cover page's count, which is of all classes of stock, stands in for one that is half a year older or falls
    short of it by more than a sixth: such an average is of one class alone, or from before many shares were issued.
    Where both are half a year older than earnings, net income over diluted earnings per share stands in. These two are
    rules, not facts.
    """
    average, cover = _newest(_diluted(periods)), _newest(_covers(line_items, as_of))
    best = cover if average is None or (cover is not None and _prevails(cover, average)) else average
    earnings = _newest(_from_earnings(periods))
    return earnings if best is None or (earnings is not None and _outdates(earnings, best)) else best


def _newest(counts: Iterable[ShareCount]) -> ShareCount | None:
    return max(counts, key=lambda count: count.day, default=None)


def _outdates(other: ShareCount, count: ShareCount) -> bool:
    return other.day - count.day > _STALE


def _prevails(cover: ShareCount, average: ShareCount) -> bool:
    exceeds = _EXCEEDS < cover.value / average.value < _MISSCALED
    return _outdates(cover, average) or (cover.day >= average.day and exceeds)


def _diluted(periods: Iterable[Period]) -> list[ShareCount]:
    found = [(period, period.items["shares_diluted"]) for period in periods if "shares_diluted" in period.items]
    return [
        ShareCount(period.end, item.value, _accepted(item.sources, item.known_from), "fact", item.sources)
        for period, item in found
        if item.value > 0
    ]


def _covers(line_items: pl.DataFrame, as_of: datetime) -> list[ShareCount]:
    rows = view.known(line_items.filter(pl.col("item") == "shares_outstanding"), as_of)
    counts = []
    for row in rows.filter(pl.col("value") > 0).iter_rows(named=True):
        sources = tuple(FactSource(**source) for source in row["sources"])
        accepted = _accepted(sources, row["known_from"])
        counts.append(ShareCount(row["end"], row["value"], accepted, "rule", sources))
    return counts


def _from_earnings(periods: Iterable[Period]) -> list[ShareCount]:
    counts = []
    for period in periods:
        income, per_share = period.items.get("net_income"), period.items.get("eps_diluted")
        if income is None or per_share is None or abs(per_share.value) < _LEAST_EARNINGS_PER_SHARE:
            continue
        value = income.value / per_share.value
        if value > 0:
            accepted = _accepted(per_share.sources, per_share.known_from)
            counts.append(ShareCount(period.end, value, accepted, "rule", (*income.sources, *per_share.sources)))
    return counts


def _accepted(sources: Iterable[FactSource], otherwise: datetime) -> datetime:
    return max((source.accepted for source in sources), default=otherwise)
