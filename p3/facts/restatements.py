"""Restatements: what was said of an item and period over time, and why it changed.

A value that another filing repeats, whatever the concept or formula, is no change.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import polars as pl

from p3.facts import view
from p3.facts.periods import INSTANT
from p3.facts.shares import ShareBasis, adjusted, per_share
from p3.facts.view import Item

Cause = Literal["first", "restated", "split", "rounded"]

_CENT = 0.01
_COUNT_TOLERANCE = 0.005  # counts are printed in thousands or millions, before a split and after it
_COARSER_UNITS = (1e3, 1e6)  # what companies round their statements to


@dataclass(frozen=True, slots=True)
class Version:
    """A value as it stood from ``item.known_from`` on.

    ``change`` is the difference to the version before, both as filed, and ``percent`` that as a fraction of it; both
    None for the first. ``split_factor`` is how many shares of this version's basis one of the version before is: 1 for
    money and for the first, None where splits are not known.
    """

    item: Item
    cause: Cause
    change: float | None = None
    percent: float | None = None
    split_factor: float | None = 1.0


@dataclass(frozen=True, slots=True)
class History:
    """The versions of one item in one period, the oldest first; at least two."""

    name: str
    period: view.Period
    versions: tuple[Version, ...]


def histories(
    line_items: pl.DataFrame, as_of: datetime, duration: str, periods: Sequence[view.Period], basis: ShareBasis | None
) -> list[History]:
    """Return, of one company's ``line_items``, what changed by ``as_of`` in the items of ``periods``.

    ``duration`` is that of the periods: annual, quarter or ttm. They come in the order of ``periods``, then by name.
    """
    said = _said(line_items, as_of, duration)
    found = []
    for period in periods:
        for name in sorted(period.items):
            versions = tuple(_versions(said[name, period.end], basis))
            if len(versions) > 1:
                found.append(History(name, period, versions))
    return found


def _said(line_items: pl.DataFrame, as_of: datetime, duration: str) -> Mapping[tuple[str, date], list[Item]]:
    """Return the values of each (item, end) in the order of knowledge; what was withdrawn for a while is skipped."""
    known = line_items.filter(
        (pl.col("known_from") <= as_of) & pl.col("duration").is_in([duration, INSTANT]) & pl.col("value").is_not_null()
    )
    said: dict[tuple[str, date], list[Item]] = defaultdict(list)
    for row in known.sort("known_from", maintain_order=True).iter_rows(named=True):
        said[row["item"], row["end"]].append(view.item(row))
    return said


def _versions(items: Sequence[Item], basis: ShareBasis | None) -> Iterator[Version]:
    before: Item | None = None
    for item in items:
        if before is None:
            yield Version(item, "first")
        elif (item.value, item.unit) != (before.value, before.unit):
            yield _changed(before, item, basis)
        else:
            continue
        before = item


def _changed(before: Item, item: Item, basis: ShareBasis | None) -> Version:
    factor = _factor(before, item, basis)
    if item.unit != before.unit:
        return Version(item, "restated", split_factor=factor)
    change = item.value - before.value
    percent = change / abs(before.value) if before.value else None
    return Version(item, _cause(before, item, factor), change, percent, factor)


def _factor(before: Item, item: Item, basis: ShareBasis | None) -> float | None:
    if item.unit != "shares" and not per_share(item.unit):
        return 1.0
    if basis is None:
        return None
    old, new = basis.factor_of(item.unit, before.sources), basis.factor_of(item.unit, item.sources)
    return None if old is None or new is None else old / new


def _cause(before: Item, item: Item, factor: float | None) -> Cause:
    if factor is not None and factor != 1 and _same(adjusted(before.value, item.unit, factor), item, factor):
        return "split"
    return "rounded" if _is_rounding(item.value, before.value) or _is_rounding(before.value, item.value) else "restated"


def _same(expected: float, item: Item, factor: float) -> bool:
    """Return whether a value is what the split alone makes of the one before, up to how both are printed."""
    if per_share(item.unit):
        return abs(item.value - expected) <= (_CENT / factor + _CENT) / 2 + 1e-9
    return abs(item.value - expected) <= _COUNT_TOLERANCE * expected


def _is_rounding(coarse: float, fine: float) -> bool:
    """Return whether a statement went over to a coarser unit: the value stays, within one of that unit.

    Companies let the last digit give way so that columns add up.
    """
    return any(
        coarse % unit == 0 and fine % unit != 0 and abs(coarse - fine) < unit <= abs(coarse) for unit in _COARSER_UNITS
    )
