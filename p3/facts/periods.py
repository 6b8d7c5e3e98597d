"""Fiscal periods: which span of days is a quarter or a year, and what the company calls it.

Spans follow the calendars that filers use: 52/53-week years, 12/12/12/16-week and 16/12/12/12-week quarters.
"""

from collections.abc import Iterable
from datetime import date, timedelta

QUARTER, HALF, NINE_MONTHS, ANNUAL, INSTANT = "quarter", "half", "nine_months", "annual", "instant"
TTM = "ttm"

# Days from the first to the last, both counted; gaps between the ranges are spans that no fiscal calendar has.
SPANS = {QUARTER: (76, 126), HALF: (151, 216), NINE_MONTHS: (241, 311), ANNUAL: (350, 380)}
_QUARTER_DAYS = 365.25 / 4
_NEW_YEAR_SPILL = 7


def span(start: date | None, end: date) -> str | None:
    """Return the kind of the period: "instant" without a start, None for a span that no fiscal calendar has."""
    if start is None:
        return INSTANT
    days = (end - start).days + 1
    return next((name for name, (low, high) in SPANS.items() if low <= days <= high), None)


def about_a_year_apart(earlier: date, later: date) -> bool:
    """Return whether the two days are the same day of neighbouring fiscal years."""
    low, high = SPANS[ANNUAL]
    return low <= (later - earlier).days <= high


def whole_years_apart(earlier: date, later: date) -> bool:
    """Return whether the two days are the same day of two fiscal years, at most ten days of drift."""
    days = (later - earlier).days
    return days >= 0 and abs(days - round(days / 365.25) * 365.25) <= 10


def fiscal_year(end: date) -> int:
    """Return the fiscal year that a company names a year ending on ``end`` by.

    It is the calendar year of the last day; but a 52/53-week year that spills into the first seven days of January
    belongs to the year before. So 2024-01-28 ends FY2024, 2024-05-31 ends FY2024, 2023-01-01 ends FY2022. (Some
    retailers whose year ends around the first of February name it by the year in which it began; their numeric facts
    do not tell, and they are named by this rule.)
    """
    return end.year - 1 if end.month == 1 and end.day <= _NEW_YEAR_SPILL else end.year


def fiscal_quarter(end: date, year_ends: Iterable[date]) -> tuple[int, int] | None:
    """Return (quarter 1-4, fiscal year) of a quarter ending on ``end``; None where no fiscal year's end is known."""
    ends = sorted(year_ends)
    before = [day for day in ends if day < end - timedelta(days=30)]
    after = [day for day in ends if day >= end - timedelta(days=30)]
    if not ends:
        return None
    if before:
        count = round((end - before[-1]).days / _QUARTER_DAYS)
        return (count - 1) % 4 + 1, fiscal_year(before[-1]) + 1 + (count - 1) // 4
    count = round((after[0] - end).days / _QUARTER_DAYS)
    return 4 - count % 4, fiscal_year(after[0]) - count // 4


def label(duration: str, end: date, year_ends: Iterable[date]) -> str:
    """Return what a period is called: ``FY2024``, ``Q3 FY2024``, ``TTM 2024-10-27``.

    A quarter is called ``quarter 2024-10-27`` while no fiscal year's end is known.
    """
    if duration == ANNUAL:
        return f"FY{fiscal_year(end)}"
    if duration == TTM:
        return f"TTM {end}"
    quarter = fiscal_quarter(end, year_ends)
    return f"quarter {end}" if quarter is None else f"Q{quarter[0]} FY{quarter[1]}"
