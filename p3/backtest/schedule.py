"""When a strategy decides."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise


def decision_dates(dates: Sequence[date]) -> list[date]:
    """Return the last bar of each month among ascending bar ``dates``, daily, weekly or monthly.

    A bar is known to be its month's last by the date of the bar after it, so the last bar of all is none:
    there is no bar to trade in.
    """
    return [dates[index] for index in decision_bars(dates)]


def decision_bars(dates: Iterable[date]) -> list[int]:
    """Return the indices of ``decision_dates``."""
    return [
        index
        for index, (day, following) in enumerate(pairwise(dates))
        if (day.year, day.month) != (following.year, following.month)
    ]
