"""Quarters that one report tells together, as annual reports do for a whole year: what their sum shows."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from p3.facts.arrays import NONE, Flags, Floats, Ints, at, begins, spread
from p3.facts.days import KINDS, Grid
from p3.facts.periods import ANNUAL, HALF, NINE_MONTHS, QUARTER, SPANS
from p3.facts.rounding import grains
from p3.facts.versions import Versions, merge

_DRIFT = 10
_TOLERANCE = 0.001
_UNITS = 3  # four quarters and their year, each off by half a unit at most, differ by 2.5
_QUARTERS = {HALF: 2, NINE_MONTHS: 3, ANNUAL: 4}


class Together(NamedTuple):
    """Reports of all quarters of a longer span, one a row: the line of the span, the moment, the quarters' versions."""

    line: Ints
    when: Ints
    places: Ints

    def before(self, versions: Versions) -> Floats:
        """Return what the quarters were known to be just before, NaN for one that was not known."""
        known = versions.known(versions.line[self.places], self.when[:, None] - 1)
        values: Floats = at(versions.value, known, np.nan)
        return values


def without_misdated(versions: Versions, grid: Grid, additive: Flags) -> Versions:
    """Return versions without those of quarters that the year disproves.

    Quarters that do not add up to the year known by then, where those that they would replace did, are another
    year's. What else the report says of these quarters goes with them, unless another item's add up.
    """
    told = _together(versions, grid, additive, ANNUAL)
    values, before = versions.value[told.places], told.before(versions)
    year = at(versions.value, versions.known(told.line, told.when), np.nan)
    unknown = np.isnan(before).sum(axis=1)
    earlier = np.where(unknown == 1, year, before.sum(axis=1))  # one quarter alone is what the others leave
    slack = _slack(values)
    agrees, agreed = (np.abs(total - year) <= slack for total in (values.sum(axis=1), earlier))
    disproved = told.places[~agrees & agreed]
    context = replace(versions, line=versions.line % grid.size).key
    proved = context[told.places[agrees & (year != 0)]]
    gone = np.isin(context, np.setdiff1d(context[disproved], proved))
    gone[disproved.ravel()] = True
    return versions.take(~gone)


def with_restated_to_date(versions: Versions, grid: Grid, additive: Flags) -> Versions:
    """Return versions with the spans to date that quarters restated together add up to.

    Else a restated year would be reduced by months as they were before. A report's own span to date goes before.
    """
    made = [_restated(versions, grid, _together(versions, grid, additive, longer)) for longer in (HALF, NINE_MONTHS)]
    return merge([versions, *made])


def _restated(versions: Versions, grid: Grid, told: Together) -> Versions:
    values, before = versions.value[told.places], told.before(versions).sum(axis=1)
    value, now = values.sum(axis=1), versions.known(told.line, told.when)
    changed = np.abs(value - before) > _slack(values)
    news = changed & (now != NONE) & (at(versions.when, now, NONE) < told.when)
    places, first = told.places[news], now[news]
    return replace(
        versions.take(first),
        when=told.when[news],
        value=value[news],
        unit=versions.unit[places[:, 0]],
        text=np.full(len(places), NONE),
        spans=np.full((len(places), 3), NONE),
        facts=_packed(versions.facts[places].reshape(len(places), places.shape[1] * versions.facts.shape[1])),
    )


def _packed(facts: Ints) -> Ints:
    """Return rows of facts without the columns that none needs."""
    told = facts != NONE
    left = np.take_along_axis(facts, np.argsort(~told, axis=1, kind="stable"), axis=1)
    return left[:, : told.sum(axis=1).max(initial=0)]


def _together(versions: Versions, grid: Grid, additive: Flags, longer: str) -> Together:
    """Return the reports of all quarters of each span of the kind ``longer``."""
    lines = versions.lines
    lines = lines[additive[grid.item(lines)] & (grid.kind(lines) == KINDS.index(longer))]
    start, end, count = versions.start[versions.first(lines)], grid.end(lines), _QUARTERS[longer]
    low, high = grid.between(grid.of_kind(lines, QUARTER), start + SPANS[QUARTER][0] - _DRIFT, end + _DRIFT)
    row, place = spread(np.searchsorted(versions.line, low), np.searchsorted(versions.line, high))
    order = np.lexsort((versions.line[place], versions.when[place], row))
    row, place = row[order], place[order]
    opens = np.flatnonzero(begins(row) | begins(versions.when[place]))
    whole = opens[np.diff(np.append(opens, len(row))) == count]
    row, when, places = row[whole], versions.when[place[whole]], place[whole[:, None] + np.arange(count)]
    days = (grid.end(versions.line[places]) - versions.start[places] + 1).sum(axis=1)
    alike = (versions.unit[places] == versions.unit[places[:, :1]]).all(axis=1)
    tiled = alike & (np.abs(days - (end - start + 1)[row]) <= _DRIFT)
    return Together(lines[row[tiled]], when[tiled], places[tiled])


def _slack(values: Floats) -> Floats:
    """Return how far sums of each row may be off by rounding: some units of its finest amount."""
    unit = grains(values.ravel()).reshape(values.shape).min(axis=1)
    slack: Floats = np.maximum(_TOLERANCE * np.abs(values).sum(axis=1), _UNITS * unit)
    return slack
