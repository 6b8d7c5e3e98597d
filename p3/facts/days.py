"""Periods as numbers, as the columns of tables hold them: days since 1970-01-01, kinds of spans, places in a grid."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from p3.facts.arrays import NONE, Flags, Ints
from p3.facts.periods import ANNUAL, HALF, INSTANT, NINE_MONTHS, QUARTER, SPANS, TTM

KINDS = (ANNUAL, HALF, INSTANT, NINE_MONTHS, QUARTER, TTM)
"""The kinds of spans in alphabetical order; a kind's number is its place here."""
NO_DAY = -1_000_000
"""The start of an instant; before all dates."""

_EPOCH = date(1970, 1, 1)
_LONGEST = max(high for _, high in SPANS.values())


def _by_days() -> Ints:
    kinds = np.full(_LONGEST + 2, NONE)
    for kind, (low, high) in SPANS.items():
        kinds[low : high + 1] = KINDS.index(kind)
    return kinds


_KIND_BY_DAYS = _by_days()


def kinds(start: Ints, end: Ints) -> Ints:
    """Return the kind of each period, as ``periods.span`` does; NONE for a span that no fiscal calendar has."""
    days = np.clip(end - start + 1, 0, _LONGEST + 1)
    return np.where(start == NO_DAY, KINDS.index(INSTANT), _KIND_BY_DAYS[days])


def whole_years_apart(earlier: Ints, later: Ints) -> Flags:
    """Return whether the two days are the same day of two fiscal years, as ``periods.whole_years_apart`` does."""
    days = later - earlier
    return (days >= 0) & (np.abs(days - np.round(days / 365.25) * 365.25) <= 10)


def iso(day: int) -> str:
    """Return a day as ISO 8601 text."""
    return (_EPOCH + timedelta(days=day)).isoformat()


@dataclass(frozen=True)
class Grid:
    """All (item, kind, end) that can have a timeline, numbered; the numbers of an item's ends follow each other.

    ``ends`` are the days that periods end on, ascending.
    """

    ends: Ints

    @property
    def size(self) -> int:
        """How many lines an item has."""
        return len(KINDS) * len(self.ends)

    def line(self, kind: Ints, place: Ints) -> Ints:
        """Return the lines of item 0 of kinds and places in ``ends``; item n's are n times ``size`` further."""
        return kind * len(self.ends) + place

    def item(self, line: Ints) -> Ints:
        """Return the items of lines."""
        return line // self.size

    def kind(self, line: Ints) -> Ints:
        """Return the kinds of lines."""
        return line // len(self.ends) % len(KINDS)

    def end(self, line: Ints) -> Ints:
        """Return the days that lines end on."""
        return self.ends[line % len(self.ends)]

    def of_kind(self, line: Ints, kind: str) -> Ints:
        """Return the lines of the same items and ends but another kind."""
        return line + (KINDS.index(kind) - self.kind(line)) * len(self.ends)

    def between(self, line: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
        """Return the range of numbers of the item and kind of each line that end on the days ``first`` to ``last``."""
        begin = line - line % len(self.ends)
        low, high = np.searchsorted(self.ends, first), np.searchsorted(self.ends, last, side="right")
        return begin + low, begin + high

    def span(self, start: Ints, line: Ints) -> Ints:
        """Return a number for the days from ``start`` to the lines' ends."""
        return (start - NO_DAY) * len(self.ends) + line % len(self.ends)

    def written(self, span: int) -> str:
        """Return the days of a span's number as text: ``2024-01-01/2024-12-31``."""
        start, place = divmod(span, len(self.ends))
        return f"{iso(start + NO_DAY)}/{iso(int(self.ends[place]))}"
