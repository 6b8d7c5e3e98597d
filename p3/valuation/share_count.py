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

    Where the newest diluted count is half a year older than a cover page's, the cover page's stands in; where
    both are older still than earnings, net income over diluted earnings per share does. The latter two are
    rules, not facts.
    """
    best: ShareCount | None = None
    for counts in (_diluted(periods), _covers(line_items, as_of), _from_earnings(periods)):
        candidate = max(counts, key=lambda count: count.day, default=None)
        if candidate is not None and (best is None or candidate.day - best.day > _STALE):
            best = candidate
    return best


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
