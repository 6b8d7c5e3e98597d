"""Line items that no filing states: quarters and trailing twelve months by subtraction, items by formulas over items.

A difference is taken between reports of one vintage: the shorter period counts as it was known when the longer one
was reported. Once the longer one is restated, the shorter one must have been reported again since; until then the
difference is withdrawn.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import NamedTuple

from p3.facts import days
from p3.facts.days import Day, Moment
from p3.facts.filed import PeriodKey
from p3.facts.formula import Formula, write
from p3.facts.periods import ANNUAL, HALF, NINE_MONTHS, QUARTER
from p3.facts.rounding import is_rounding_of
from p3.facts.rules import ItemRule
from p3.facts.timeline import Timeline, Version, combine, known, prefer

ItemTimelines = Mapping[PeriodKey, Timeline]

_DRIFT = 10
_SHORTER = {ANNUAL: NINE_MONTHS, NINE_MONTHS: HALF, HALF: QUARTER}
_TO_DATE = (NINE_MONTHS, HALF, QUARTER)


def fill(formula: Formula, items: Mapping[str, ItemTimelines], own: ItemTimelines) -> dict[PeriodKey, Timeline]:
    """Return ``own`` completed, where and while it is silent, by ``formula`` over other items of the same period."""
    operands = [items.get(term.names[0], {}) for term in formula.terms]
    filled = dict(own)
    for key in operands[0]:
        parts = [timelines[key] for timelines in operands if key in timelines]
        if len(parts) == len(operands):
            made = combine(parts, lambda moment, versions: _evaluate(formula, moment, versions))
            filled[key] = prefer(filled.get(key, []), made)
    return filled


def _evaluate(formula: Formula, moment: Moment, versions: Sequence[Version]) -> Version | None:
    names = [term.names[0] for term in formula.terms]
    rows = tuple(row for version in versions for row in version.rows)
    amounts = {name: _Amount(version.value or 0.0, version.unit) for name, version in zip(names, versions, strict=True)}
    result = formula.evaluate(amounts)
    if result is None or not isfinite(result[0]):
        return None
    value, operands = result
    return Version(moment, value, versions[0].unit, versions[0].start, write(operands), rows)


class _Amount(NamedTuple):
    """A version that is known to have a value."""

    value: float
    unit: str


def quarters(item: ItemRule, reported: ItemTimelines) -> dict[Day, Timeline]:
    """Return the quarters of an additive item.

    A quarter stands as reported; where or while it is not, or is only a rounding, as the difference of two spans from
    the year's beginning.
    """
    spans = by_kind(reported)
    found = dict(spans[QUARTER])
    for (kind, end), long in reported.items():
        short = _first_part(spans[_SHORTER[kind]], long, end) if kind in _SHORTER else None
        if short is not None:
            made = subtract(item, end, long, *short)
            found[end] = prefer(_unrounded(found.get(end, []), made), made)
    return {end: timeline for end, timeline in found.items() if timeline}


def by_kind(timelines: ItemTimelines) -> Mapping[str, dict[Day, Timeline]]:
    """Return the timelines by kind of period, then by end."""
    found: dict[str, dict[Day, Timeline]] = defaultdict(dict)
    for (kind, end), timeline in timelines.items():
        found[kind][end] = timeline
    return found


def _unrounded(reported: Timeline, made: Timeline) -> Timeline:
    """Return the reported versions that are not merely a rounding of the value made at their time."""
    return [version for version in reported if not _rounds(version, known(made, version.known_from))]


def _rounds(coarse: Version, fine: Version | None) -> bool:
    if fine is None or fine.value is None or coarse.value is None:
        return False
    return is_rounding_of(coarse.value, fine.value)


def _first_part(parts: Mapping[Day, Timeline], long: Timeline, end: Day) -> tuple[Day, Timeline] | None:
    """Return the end and timeline of the part that leaves a quarter of the span ``long``."""
    for until, timeline in parts.items():
        if days.a_quarter_apart(until, end) and _same_start(timeline, long):
            return until, timeline
    return None


def _same_start(one: Timeline, other: Timeline) -> bool:
    a, b = one[0].start, other[0].start
    return a is not None and b is not None and abs(a - b) <= _DRIFT


def subtract(item: ItemRule, end: Day, long: Timeline, until: Day, short: Timeline) -> Timeline:
    """Return ``long`` (to ``end``) less ``short`` (from the same start to ``until``), of one vintage each time."""
    begin = until + 1
    first = long[0]
    then = known(short, first.known_from) or short[0]

    def difference(moment: Moment, versions: Sequence[Version]) -> Version | None:
        minuend, latest = versions
        restated = minuend.value != first.value
        if restated and latest.known_from <= first.known_from:
            return None
        less = latest if restated else then
        text = f"{_name(item, minuend, end)} - {_name(item, less, until)}"
        return _total(item, (minuend, -1, less), moment, begin, text)

    return combine([long, short], difference)


def trailing_years(item: ItemRule, reported: ItemTimelines) -> dict[Day, Timeline]:
    """Return the twelve months up to each quarter's end inside a fiscal year.

    They are the last year, less its first part, plus the same part of this year.
    """
    spans = by_kind(reported)
    years = spans[ANNUAL]
    found: dict[Day, Timeline] = {}
    for kind in _TO_DATE:
        for end, current, until, before, year_end in _stubs(spans[kind], years):
            if end not in found and end not in years:
                rest = subtract(item, year_end, years[year_end], until, before)
                found[end] = _add(item, end, until, rest, current)
    return {end: timeline for end, timeline in found.items() if timeline}


def _stubs(
    parts: Mapping[Day, Timeline], years: Mapping[Day, Timeline]
) -> Iterator[tuple[Day, Timeline, Day, Timeline, Day]]:
    """Yield the parts of trailing years.

    Each is (end, this year's part, the same part's end a year ago, that part, last year's end).
    """
    for end, current in parts.items():
        start = current[0].start
        year_end = next((day for day in years if start is not None and abs(start - day) <= _DRIFT), None)
        until = next((day for day in parts if days.about_a_year_apart(day, end)), None)
        if year_end is not None and until is not None and _same_start(parts[until], years[year_end]):
            yield end, current, until, parts[until], year_end


def _add(item: ItemRule, end: Day, until: Day, rest: Timeline, current: Timeline) -> Timeline:
    def total(moment: Moment, versions: Sequence[Version]) -> Version | None:
        old, new = versions
        text = f"{old.formula} + {_name(item, new, end)}"
        return _total(item, (old, 1, new), moment, until + 1, text)

    return combine([rest, current], total)


def _total(
    item: ItemRule, parts: tuple[Version, int, Version], moment: Moment, start: Day, formula: str
) -> Version | None:
    """Return the first part plus the signed other; None across units and where an unsigned item gets negative."""
    one, sign, other = parts
    if one.value is None or other.value is None or one.unit != other.unit:
        return None
    value = one.value + sign * other.value
    if not isfinite(value) or (value < 0 and not item.signed):
        return None
    return Version(moment, value, one.unit, start, formula, one.rows + other.rows)


def _name(item: ItemRule, version: Version, end: Day) -> str:
    return f"{item.name} {days.iso(version.start)}/{days.iso(end)}"
