"""Line items as a question needs them: one company, one period, as known at the as-of."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from p3.answer.expression import NotComputableError, Operand
from p3.answer.periods import Duration, PeriodKey
from p3.answer.tables.source import RowSource
from p3.facts.shares import ShareBasis, adjusted
from p3.facts.view import Item, Period, lookup, periods
from p3.provenance import FactSource

Statements = Callable[[int, int | None], Sequence[Period]]
"""Gives the fiscal years that a company's annual report for one prints; for None, those of the newest report."""

ShareBases = Callable[[int], ShareBasis | None]
"""Gives the share basis of the as-of for a company's shares, None where its splits are not known."""

_QUARTER_DAYS, _YEAR_DAYS = 91, 365
_UNEVEN = 8  # a quarter has 12 to 14 weeks

_ROUNDING = 0.005  # share of an amount by which a fact and a printed row may differ in rounding


def nothing_printed(_cik: int, _year: int | None) -> Sequence[Period]:
    """Return no year: for a company without documents."""
    return ()


def no_splits_known(_cik: int) -> None:
    """Return no share basis: share data stay as filed."""


class NotYetKnownError(NotComputableError):
    """The period asked for is later than every period known at the as-of."""

    def __init__(self, message: str, cik: int, newest: Period) -> None:
        super().__init__(message)
        self.cik = cik
        self.newest = newest


@dataclass(frozen=True, slots=True)
class Figure:
    """The line item that stands for an operand, and the period in which it was found.

    ``on_basis`` says whether it is brought to the share basis of the as-of.
    """

    operand: Operand
    item: Item
    period: Period
    on_basis: bool = False


class Figures:
    """The companies' periods as known at ``as_of``, each company read once.

    Line items go before what ``statements`` print, which fill the gaps; ``latest`` is the last fiscal year asked for,
    whose report is read first. Share data are brought to the basis that ``bases`` gives.
    """

    def __init__(
        self,
        line_items: pl.DataFrame,
        as_of: datetime,
        statements: Statements = nothing_printed,
        latest: int | None = None,
        bases: ShareBases = no_splits_known,
    ) -> None:
        self._line_items = line_items
        self._as_of = as_of
        self._statements = statements
        self._latest = latest
        self._bases = bases
        self._periods: dict[tuple[int, Duration], list[Period]] = {}

    def find(self, operand: Operand) -> Figure:
        """Return the figure for a bound operand.

        Raises NotYetKnownError for a period to come, NotComputableError for a figure not filed.
        """
        if operand.cik is None or operand.period is None:
            raise ValueError(f"{operand.item} is not bound to a company and a period")
        period = self._filed(operand.cik, operand.period)
        if period is None or operand.item not in period.items:
            period = self._printed(operand.cik, operand.period, operand.item) or period
        if period is None:
            raise self._missing(operand.cik, operand.period)
        item = period.items.get(operand.item)
        if item is None:
            raise NotComputableError(f"no {operand.item} in the facts or statements of {period.label}")
        return self._on_basis(Figure(operand, item, period), operand.cik)

    def _on_basis(self, figure: Figure, cik: int) -> Figure:
        item = figure.item
        if not item.unit.endswith("shares"):
            return figure
        basis = self._bases(cik)
        factor = basis.factor_of(item.unit, item.sources) if basis else None
        if factor is None:
            return figure
        if factor != 1.0:
            formula = f"{item.formula or figure.operand.item}, {factor:g} shares for one"
            item = replace(item, value=adjusted(item.value, item.unit, factor), formula=formula)
        return replace(figure, item=item, on_basis=True)

    def period(self, cik: int, key: PeriodKey) -> Period:
        """Return the period that ``key`` means for the company. Raises like `find`."""
        found = self._filed(cik, key) or self._printed(cik, key)
        if found is None:
            raise self._missing(cik, key)
        return found

    def newest(self, cik: int, duration: Duration) -> Period | None:
        """Return the newest period known."""
        filed = self._known(cik, duration)
        printed = self._statements(cik, None) if duration == "annual" else ()
        return max([*filed, *printed], key=lambda period: period.end, default=None)

    def printed_otherwise(self, figure: Figure) -> Item | None:
        """Return what a statement prints for a figure taken from the facts, where they differ by more than rounding."""
        operand = figure.operand
        if operand.cik is None or operand.period is None or any(_is_printed(s) for s in figure.item.sources):
            return None
        printed = self._printed(operand.cik, operand.period, operand.item)
        item = printed.items.get(operand.item) if printed else None
        if item is None or item.unit != figure.item.unit:
            return None
        return None if abs(item.value - figure.item.value) <= _ROUNDING * abs(figure.item.value) else item

    def _filed(self, cik: int, key: PeriodKey) -> Period | None:
        return self._by_end(cik, key) if key.end else _pick(self._known(cik, key.duration), key)

    def _printed(self, cik: int, key: PeriodKey, item: str | None = None) -> Period | None:
        """Return the fiscal year of a statement that ``key`` means and, where one is named, that has the item."""
        if key.duration != "annual":
            return None
        for year in self._reports(key):
            known = list(self._statements(cik, year))
            found = next((p for p in known if p.end == key.end), None) if key.end else _pick(known, key)
            if found is not None and (item is None or item in found.items):
                return found
        return None

    def _reports(self, key: PeriodKey) -> Iterable[int | None]:
        """Return the fiscal years whose reports may print a period: the last one asked for, its own, the next two."""
        if key.end is not None:
            return (key.end.year, key.end.year - 1)
        if key.fiscal_year is None:
            return (None,)
        own = key.fiscal_year
        return dict.fromkeys((self._latest or own, own, own + 1, own + 2))

    def _missing(self, cik: int, key: PeriodKey) -> NotComputableError:
        newest = self.newest(cik, key.duration)
        if newest is not None and _is_later(key, newest):
            return NotYetKnownError(f"{key.describe()} was not yet reported", cik, newest)
        return NotComputableError(f"no facts and no statement for {key.describe()}")

    def _known(self, cik: int, duration: Duration) -> list[Period]:
        if (cik, duration) not in self._periods:
            own = self._line_items.filter(pl.col("cik") == cik)
            self._periods[cik, duration] = periods(own, self._as_of, duration)
        return self._periods[cik, duration]

    def _by_end(self, cik: int, key: PeriodKey) -> Period | None:
        durations: tuple[Duration, ...] = (key.duration,) if key.spanned else ("annual", "quarter")
        both = [period for duration in durations for period in self._known(cik, duration)]
        at = next((n for n, period in enumerate(both) if period.end == key.end), None)
        if at is None or key.back > at:
            return None
        found = both[at - key.back]
        days = key.back * (_YEAR_DAYS if key.duration == "annual" else _QUARTER_DAYS)
        return found if abs((both[at].end - found.end).days - days) <= _UNEVEN * max(1, key.back) else None


def _is_printed(source: FactSource) -> bool:
    return isinstance(source, RowSource)


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
