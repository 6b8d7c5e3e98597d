"""Line items as they were known at a moment, by period."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from p3.facts.periods import ANNUAL, INSTANT, label
from p3.facts.rules import load_rules
from p3.provenance import FactSource

_KEY = ["cik", "item", "duration", "end"]
_SAME_PERIOD = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Item:
    """A line item's value with the facts behind it.

    ``formula`` says how a derived value was made, None where it stands as reported.
    """

    value: float
    unit: str
    sources: tuple[FactSource, ...]
    formula: str | None
    known_from: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A fiscal period. ``items`` holds flows over it, balances at its end and the cover page's share count."""

    start: date
    end: date
    label: str
    items: Mapping[str, Item]


def known(line_items: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the rows of ``line_items`` that stand at ``as_of``.

    They are the newest of each (cik, item, duration, end), withdrawn ones left out.
    """
    return (
        line_items.filter(pl.col("known_from") <= as_of)
        .sort("known_from", maintain_order=True)
        .unique(_KEY, keep="last", maintain_order=True)
        .filter(pl.col("value").is_not_null())
        .sort(_KEY)
    )


def periods(line_items: pl.DataFrame, as_of: datetime, duration: str) -> list[Period]:
    """Return one company's periods as known at ``as_of``, the newest last.

    ``duration`` is annual, quarter or ttm. Balances are matched to the period's end; a balance without a flow makes no
    period. Of periods that end within days of each other, as when a filing misdates a few facts, the fullest stays.
    """
    standing = known(line_items, as_of)
    year_ends = standing.filter(pl.col("duration") == ANNUAL)["end"].unique().to_list()
    flows = standing.filter(pl.col("duration") == duration)
    ends = flows["end"].unique().sort().to_list()
    balances = standing.filter((pl.col("duration") == INSTANT) & pl.col("end").is_in(ends))
    rows: dict[date, list[dict[str, Any]]] = {end: [] for end in ends}
    for row in pl.concat([flows, balances]).iter_rows(named=True):
        rows[row["end"]].append(row)
    found = [_period(duration, end, rows[end], year_ends) for end in ends]
    return [period for period in found if not any(_outweighs(other, period) for other in found)]


def _outweighs(other: Period, period: Period) -> bool:
    near = abs(other.end - period.end) <= _SAME_PERIOD and other.end != period.end
    return near and (len(other.items), other.end) > (len(period.items), period.end)


def _period(duration: str, end: date, rows: list[dict[str, Any]], year_ends: Iterable[date]) -> Period:
    starts = [row["start"] for row in rows if row["duration"] == duration]
    start = max(set(starts), key=lambda day: (starts.count(day), day))
    return Period(start, end, label(duration, end, year_ends), {row["item"]: item(row) for row in rows})


def item(row: Mapping[str, Any]) -> Item:
    """Return the item that a row of ``line_items`` with a value holds."""
    sources = tuple(FactSource(**source) for source in row["sources"])
    return Item(row["value"], row["unit"], sources, row["formula"], row["known_from"])


def shown(periods: Iterable[Period]) -> list[Period]:
    """Return the periods without the items that only serve the identities between others."""
    internal = {rule.name for rule in load_rules().items if rule.internal}
    return [
        replace(period, items={name: item for name, item in period.items.items() if name not in internal})
        for period in periods
    ]


def lookup(periods: Iterable[Period], label: str) -> Period | None:
    """Return the period called ``label``, such as FY2024 or Q3 FY2024.

    Of two of that name, as around a change of the fiscal year, the later.
    """
    return next((period for period in reversed(list(periods)) if period.label == label), None)
