"""Line items that no filing states: quarters and trailing twelve months by subtraction, items by formulas over items.

A difference is taken between reports of one vintage: the shorter period counts as it was known when the longer one
was reported. Once the longer one is restated, the shorter one must have been reported again since; until then the
difference is withdrawn.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import NamedTuple

import numpy as np

from p3.facts.arrays import NONE, Flags, Ints, at, begins, ordinal, spread
from p3.facts.days import KINDS, Grid
from p3.facts.periods import ANNUAL, HALF, NINE_MONTHS, QUARTER, SPANS, TTM
from p3.facts.rounding import roundings
from p3.facts.versions import Standing, Versions, prefer, settled, standing

_DRIFT = 10
_SHORTER = {HALF: QUARTER, NINE_MONTHS: HALF, ANNUAL: NINE_MONTHS}
_TO_DATE = (NINE_MONTHS, HALF, QUARTER)


def fill(items: Versions, grid: Grid, item: int, terms: Sequence[tuple[int, int]], text: int) -> Versions:
    """Return ``items`` with ``item`` completed, where and while it is silent, by a sum over other items.

    ``terms`` are (sign, item); ``text`` stands for the formula. A sum is made again only by a report of all its terms.
    """
    lines = items.lines
    common = reduce(np.intersect1d, (lines[grid.item(lines) == other] % grid.size for _, other in terms))
    now = _told(items, standing([(items, common + other * grid.size) for _, other in terms]))
    first = now.places[0]
    value = np.sum([sign * items.value[place] for (sign, _), place in zip(terms, now.places, strict=True)], axis=0)
    alike = np.all([items.unit[place] == items.unit[first] for place in now.places], axis=0)
    made = Versions(
        line=common[now.group] + item * grid.size,
        when=now.when,
        value=np.where(alike & np.isfinite(value), value, np.nan),
        unit=items.unit[first],
        start=items.start[first],
        text=np.full(len(first), text),
        spans=np.full((len(first), 3), NONE),
        facts=np.hstack([items.facts[place] for place in now.places]),
    )
    return prefer(items, settled(made))


def _told(items: Versions, now: Standing) -> Standing:
    """Return of what stands the beginning of each set, and the moments at which all its timelines are reported."""
    whole = np.all([items.when[place] == now.when for place in now.places], axis=0) | begins(now.group)
    return Standing(now.group[whole], now.when[whole], [place[whole] for place in now.places])


def quarters(items: Versions, grid: Grid, signed: Flags) -> Versions:
    """Return the quarters of additive items; ``signed`` tells which items may be negative.

    A quarter stands as reported; where or while it is not, or is only a rounding, as the difference of two spans from
    the year's beginning.
    """
    found = items.take(grid.kind(items.line) == KINDS.index(QUARTER))
    pairs = [_first_parts(items, grid, longer, shorter) for longer, shorter in _SHORTER.items()]
    long, short = map(np.concatenate, zip(*pairs, strict=True))
    quarter = grid.of_kind(long, QUARTER)
    order = np.lexsort((items.when[items.first(long)], quarter))
    rank = ordinal(quarter[order])
    for number in range(rank.max(initial=-1) + 1):  # one, but for years that overlap, as a changed fiscal year's do
        pick = order[rank == number]
        made = subtract(items, grid, signed, long[pick], short[pick], quarter[pick])
        then = at(made.value, made.known(found.line, found.when), np.nan)
        found = prefer(found.take(~roundings(found.value, then)), made)
    return found


def _first_parts(items: Versions, grid: Grid, longer: str, shorter: str) -> tuple[Ints, Ints]:
    """Return the lines of one kind and of their first parts of the other kind, that leave a quarter."""
    lines = items.lines
    long = lines[grid.kind(lines) == KINDS.index(longer)]
    low, high = SPANS[QUARTER]
    row, short = _ending(items, grid, grid.of_kind(long, shorter), grid.end(long) - high, grid.end(long) - low)
    same = _same_start(items, long[row], short)
    row, short = row[same], short[same]
    earliest = begins(row)
    return long[row[earliest]], short[earliest]


def _ending(items: Versions, grid: Grid, of: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return (row of ``of``, line): the lines of the same item and kind that end on days from ``first`` to ``last``.

    The lines of a row are in the order in which they got known, so that the first stays it whatever comes later.
    """
    low, high = grid.between(of, first, last)
    row, place = spread(np.searchsorted(items.lines, low), np.searchsorted(items.lines, high))
    order = np.lexsort((items.when[items.opens[place]], row))
    return row[order], items.lines[place[order]]


def _same_start(items: Versions, one: Ints, other: Ints) -> Flags:
    drift: Ints = np.abs(items.start[items.first(one)] - items.start[items.first(other)])
    return drift <= _DRIFT


def subtract(items: Versions, grid: Grid, signed: Flags, long: Ints, short: Ints, line: Ints) -> Versions:
    """Return lines ``long`` less ``short`` (from the same start), of one vintage each time, as ``line``, ascending."""
    now = standing([(items, long), (items, short)])
    (minuend, latest), group = now.places, now.group
    first = items.first(long)[group]
    then = items.known(short[group], items.when[first])
    then = np.where(then == NONE, items.first(short)[group], then)
    restated = items.value[minuend] != items.value[first]
    less = np.where(restated, latest, then)
    stale = restated & (items.when[latest] <= items.when[first])
    value = np.where(stale | np.isnan(items.value[latest]), np.nan, items.value[minuend] - items.value[less])
    spans = [grid.span(items.start[minuend], long[group]), grid.span(items.start[less], short[group])]
    made = Versions(
        line=line[group],
        when=now.when,
        value=value,
        unit=items.unit[minuend],
        start=grid.end(short[group]) + 1,
        text=np.full(len(group), NONE),
        spans=np.stack([*spans, np.full(len(group), NONE)], axis=1),
        facts=np.hstack([items.facts[minuend], items.facts[less]]),
    )
    return settled(_possible(made, items.unit[less], signed[grid.item(made.line)]))


def _possible(made: Versions, unit: Ints, signed: Flags) -> Versions:
    """Return made versions, NaN across units, beyond all numbers, and where an unsigned item gets negative."""
    possible = (made.unit == unit) & np.isfinite(made.value) & (signed | (made.value >= 0))
    return replace(made, value=np.where(possible, made.value, np.nan))


class Stubs(NamedTuple):
    """Lines, one of each a row: this year's part, the same part a year ago, the last year; ``line`` is of their sum."""

    current: Ints
    before: Ints
    year: Ints
    line: Ints


def trailing_years(items: Versions, grid: Grid, signed: Flags) -> Versions:
    """Return the twelve months up to each quarter's end inside a fiscal year, of additive items.

    They are the last year, less its first part, plus the same part of this year.
    """
    stubs = _stubs(items, grid)
    rest = subtract(items, grid, signed, stubs.year, stubs.before, stubs.line)
    told = rest.first(stubs.line) != NONE
    current, before, _, line = (lines[told] for lines in stubs)
    now = standing([(rest, line), (items, current)])
    (old, new), group = now.places, now.group
    addend = grid.span(items.start[new], current[group])
    made = Versions(
        line=line[group],
        when=now.when,
        value=rest.value[old] + items.value[new],
        unit=rest.unit[old],
        start=grid.end(before[group]) + 1,
        text=np.full(len(group), NONE),
        spans=np.column_stack([rest.spans[old][:, :2], addend]),
        facts=np.hstack([rest.facts[old], items.facts[new]]),
    )
    return settled(_possible(made, items.unit[new], signed[grid.item(made.line)]))


def _stubs(items: Versions, grid: Grid) -> Stubs:
    """Return the parts of trailing years: of those up to the same end the first that was known, the longest first."""
    stubs = Stubs(*map(np.concatenate, zip(*(_stubs_of(items, grid, kind) for kind in _TO_DATE), strict=True)))
    ready = np.max([items.when[items.first(lines)] for lines in stubs[:3]], axis=0)
    order = np.lexsort((ready, stubs.line))
    earliest = order[begins(stubs.line[order])]
    return Stubs(*(column[earliest] for column in stubs))


def _stubs_of(items: Versions, grid: Grid, kind: str) -> Stubs:
    current = items.lines[grid.kind(items.lines) == KINDS.index(kind)]
    start, end = items.start[items.first(current)], grid.end(current)
    low, high = SPANS[ANNUAL]
    year = _first(len(current), *_ending(items, grid, grid.of_kind(current, ANNUAL), start - _DRIFT, start + _DRIFT))
    before = _first(len(current), *_ending(items, grid, current, end - high, end - low))
    both = np.flatnonzero((year != NONE) & (before != NONE))
    both = both[_same_start(items, before[both], year[both])]
    return Stubs(current[both], before[both], year[both], grid.of_kind(current[both], TTM))


def _first(count: int, row: Ints, line: Ints) -> Ints:
    """Return the first line of each row, NONE where it has none."""
    found = np.full(count, NONE)
    opens = begins(row)
    found[row[opens]] = line[opens]
    return found
