"""Line items as a question needs them: one company, one period, as known at the as-of."""

import re
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from p3.answer.expression import NotComputableError, Operand
from p3.answer.periods import Duration, PeriodKey
from p3.facts.view import Item, Period, lookup, periods


class NotYetKnownError(NotComputableError):
    """The period asked for is later than every period known at the as-of."""

    def __init__(self, message: str, cik: int, newest: Period) -> None:
        super().__init__(message)
        self.cik = cik
        self.newest = newest


@dataclass(frozen=True, slots=True)
class Figure:
    """The line item that stands for an operand, and the period in which it was found."""

    operand: Operand
    item: Item
    period: Period


class Figures:
    """The companies' periods as known at ``as_of``, each company read once."""

    def __init__(self, line_items: pl.DataFrame, as_of: datetime) -> None:
        self._line_items = line_items
        self._as_of = as_of
        self._periods: dict[tuple[int, Duration], list[Period]] = {}

    def find(self, operand: Operand) -> Figure:
        """Return the figure for a bound operand.

        Raises NotYetKnownError for a period to come, NotComputableError for a figure not filed.
        """
        if operand.cik is None or operand.period is None:
            raise ValueError(f"{operand.item} is not bound to a company and a period")
        period = self.period(operand.cik, operand.period)
        item = period.items.get(operand.item)
        if item is None:
            raise NotComputableError(f"no {operand.item} in the facts of {period.label}")
        return Figure(operand, item, period)

    def period(self, cik: int, key: PeriodKey) -> Period:
        """Return the period that ``key`` means for the company. Raises like `find`."""
        known = self._known(cik, key.duration)
        found = self._by_end(cik, key) if key.end else _pick(known, key)
        if found is not None:
            return found
        if known and _is_later(key, known[-1]):
            raise NotYetKnownError(f"{key.describe()} was not yet reported", cik, known[-1])
        raise NotComputableError(f"no facts for {key.describe()}")

    def newest(self, cik: int, duration: Duration) -> Period | None:
        """Return the newest period known."""
        known = self._known(cik, duration)
        return known[-1] if known else None

    def _known(self, cik: int, duration: Duration) -> list[Period]:
        if (cik, duration) not in self._periods:
            own = self._line_items.filter(pl.col("cik") == cik)
            self._periods[cik, duration] = periods(own, self._as_of, duration)
        return self._periods[cik, duration]

    def _by_end(self, cik: int, key: PeriodKey) -> Period | None:
        durations: tuple[Duration, ...] = ("annual", "quarter")
        both = (period for duration in durations for period in self._known(cik, duration))
        return next((period for period in both if period.end == key.end), None)


def _pick(known: list[Period], key: PeriodKey) -> Period | None:
    if key.fiscal_year is None:
        return known[-1 - key.back] if key.back < len(known) else None
    year = f"FY{key.fiscal_year}"
    return lookup(known, f"Q{key.quarter} {year}" if key.duration == "quarter" else year)


def _is_later(key: PeriodKey, newest: Period) -> bool:
    if key.end is not None:
        return key.end > newest.end
    label = re.fullmatch(r"(?:Q(\d) )?FY(\d{4})", newest.label)
    if label is None or key.fiscal_year is None:
        return False
    return (key.fiscal_year, key.quarter or 0) > (int(label[2]), int(label[1] or 0))
