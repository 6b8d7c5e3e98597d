"""Days and moments as numbers, as the columns of tables hold them: resolving compares tens of thousands."""

from datetime import date, timedelta
from functools import lru_cache

from p3.facts.periods import ANNUAL, INSTANT, QUARTER, SPANS

Day = int
"""Days since 1970-01-01."""
Moment = int
"""Microseconds since 1970-01-01 00:00 UTC."""

_KIND_OF_DAYS = {days: kind for kind, (low, high) in SPANS.items() for days in range(low, high + 1)}
_EPOCH = date(1970, 1, 1)


def span(start: Day | None, end: Day) -> str | None:
    """Return the kind of the period, as ``periods.span`` does."""
    return INSTANT if start is None else _KIND_OF_DAYS.get(end - start + 1)


def a_quarter_apart(earlier: Day, later: Day) -> bool:
    """Return whether the days after ``earlier`` up to ``later`` are a quarter."""
    low, high = SPANS[QUARTER]
    return low <= later - earlier <= high


def about_a_year_apart(earlier: Day, later: Day) -> bool:
    """Return whether the two days are the same day of neighbouring fiscal years."""
    low, high = SPANS[ANNUAL]
    return low <= later - earlier <= high


@lru_cache(maxsize=100_000)
def iso(day: Day) -> str:
    """Return a day as ISO 8601 text."""
    return (_EPOCH + timedelta(days=day)).isoformat()


def day(number: Day) -> date:
    """Return the day of a number."""
    return _EPOCH + timedelta(days=number)
