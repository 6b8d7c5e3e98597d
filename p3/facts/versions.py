"""What quantities were known to be, and when: timelines of versions, all in one table.

A timeline is one line of the grid: an item over a kind of period up to an end. It has one version for each report,
reports that repeat a value included.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from p3.facts.arrays import NONE, Flags, Floats, Ints, at, begins, find, spread

_MOMENTS = 1 << 24
"""More than all moments of a company's filings."""


@dataclass(frozen=True)
class Versions:
    """Versions ascending by (line, when), one a row.

    ``when`` is the place of the moment, from which a version is known, among the moments of publication. ``value`` NaN
    withdraws the version before. ``unit`` is a place among the units, ``start`` a day or NO_DAY. How a value was come
    by say ``text``, the place of a sum's formula, and ``spans``, three columns of grid spans of the same item that are
    a minuend, a subtrahend and an addend; NONE where it does not apply. ``facts`` are places of the source facts, in
    order and NONE between.
    """

    line: Ints
    when: Ints
    value: Floats
    unit: Ints
    start: Ints
    text: Ints
    spans: Ints
    facts: Ints

    def take(self, places: Ints | Flags | slice) -> "Versions":
        """Return the versions at ``places``."""
        return Versions(*(getattr(self, each.name)[places] for each in fields(self)))

    @cached_property
    def key(self) -> Ints:
        """What orders the versions."""
        return self.line * _MOMENTS + self.when

    @cached_property
    def opens(self) -> Ints:
        """The places of the lines' first versions."""
        return np.flatnonzero(begins(self.line))

    @cached_property
    def lines(self) -> Ints:
        """The lines that have a version."""
        return self.line[self.opens]

    def first(self, line: Ints) -> Ints:
        """Return the place of each line's first version, NONE where it has none."""
        return at(self.opens, find(self.lines, line), NONE)

    def known(self, line: Ints, when: Ints) -> Ints:
        """Return the place of the version of each line that stands then, NONE before the first."""
        place = np.searchsorted(self.key, line * _MOMENTS + when, side="right") - 1
        return np.where((place >= 0) & (at(self.line, place, NONE) == line), place, NONE)


def merge(tables: Sequence[Versions]) -> Versions:
    """Return the versions of all tables in their order."""
    width = max(table.facts.shape[1] for table in tables)
    alike = [replace(table, facts=_widened(table.facts, width)) for table in tables]
    joined = Versions(*(np.concatenate([getattr(table, each.name) for table in alike]) for each in fields(Versions)))
    return joined.take(np.argsort(joined.key, kind="stable"))


def _widened(facts: Ints, width: int) -> Ints:
    return np.hstack([facts, np.full((len(facts), width - facts.shape[1]), NONE)])


def prefer(better: Versions, worse: Versions) -> Versions:
    """Return ``better``, on each line preceded by what ``worse`` said before it began."""
    opens = better.first(worse.line)
    return merge([worse.take((opens == NONE) | (worse.when < at(better.when, opens, NONE))), better])


class Standing(NamedTuple):
    """The moments at which one of several timelines is reported and all are known; of each timeline the version then.

    ``group`` is the number of the set of timelines, ``places`` are the versions' places, an array for each timeline.
    """

    group: Ints
    when: Ints
    places: Sequence[Ints]


def standing(parts: Sequence[tuple[Versions, Ints]]) -> Standing:
    """Return what stands of sets of timelines.

    Each part is a table and its line in every set, which must have a version.
    """
    firsts = [table.first(lines) for table, lines in parts]
    begin = np.max([table.when[first] for (table, _), first in zip(parts, firsts, strict=True)], axis=0)
    keys = []
    for (table, lines), first in zip(parts, firsts, strict=True):
        group, place = spread(first, np.searchsorted(table.line, lines, side="right"))
        keys.append(group * _MOMENTS + table.when[place])
    group, when = np.divmod(np.unique(np.concatenate(keys)), _MOMENTS)
    late = when >= begin[group]
    group, when = group[late], when[late]
    return Standing(group, when, [table.known(lines[group], when) for table, lines in parts])


def settled(made: Versions) -> Versions:
    """Return made versions, of which NaN are those that could not be made: these withdraw the one before, if any."""
    told = ~np.isnan(made.value)
    withdrawn = np.append(False, told[:-1] & ~told[1:] & (made.line[1:] == made.line[:-1]))[: len(told)]
    before = np.arange(len(told)) - withdrawn
    gone = withdrawn[:, None]
    return replace(
        made,
        unit=made.unit[before],
        start=made.start[before],
        text=np.where(withdrawn, NONE, made.text),
        spans=np.where(gone, NONE, made.spans),
        facts=np.where(gone, NONE, made.facts),
    ).take(told | withdrawn)


def changes(versions: Versions) -> Versions:
    """Return the versions that say something else than the one before: the value, its unit, or how it was come by.

    Of several from one moment the last counts.
    """
    newest = np.append(versions.key[1:] != versions.key[:-1], True)[: len(versions.key)]
    known = versions.take(newest)
    known = known.take(_counted(known) > 0)
    before, after = known.take(slice(None, -1)), known.take(slice(1, None))
    same = (before.line == after.line) & (before.unit == after.unit) & (before.text == after.text)
    same &= (before.value == after.value) | (np.isnan(before.value) & np.isnan(after.value))
    same &= (before.spans == after.spans).all(axis=1)
    return known.take(np.append(True, ~same)[: len(known.line)])


def _counted(versions: Versions) -> Ints:
    """Return how many values each line had up to each version."""
    told = ~np.isnan(versions.value)
    count = np.cumsum(told)
    base = np.repeat((count - told)[versions.opens], np.diff(np.append(versions.opens, len(count))))
    counted: Ints = count - base
    return counted
