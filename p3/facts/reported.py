"""Line items from reported concepts: a timeline for each item and period.

A filing shows an item as one row of a statement, so the concept that it uses for its own period stands for that row in
all its columns. For a period, the row of the newest filing that shows it counts: a concept that replaces another takes
over, a stray mention of another concept in a note does not. A quarterly filing may only move to a preferred formula,
because its condensed statements and notes tell less than the annual ones. A sum of which a part (of flows) or
every part (of balances) is rounded far beyond the filing's own unit is put together from prose, and is left out.
"""

import numpy as np

from p3.facts.agreement import Agreement
from p3.facts.arrays import NONE, Flags, Floats, Ints, at, begins, find, ordinal
from p3.facts.days import KINDS
from p3.facts.filed import Filed, Stated
from p3.facts.items import Items
from p3.facts.periods import ANNUAL, INSTANT
from p3.facts.reports import Newest, Reports, cells
from p3.facts.rounding import grains
from p3.facts.sums import Sums, Totals
from p3.facts.told import told
from p3.facts.versions import Versions


def timelines(items: Items, filed: Filed) -> tuple[Versions, list[str]]:
    """Return what the filings said of the items in each period, and the formulas that its ``text`` stands for."""
    found = cells(items, filed)
    shown = Reports(found, len(filed.filings.when))
    newest = Newest(found, shown, filed.stated)
    item, sums = filed.grid.item(shown.line), Sums(filed.stated)
    own, known = told(items, item, shown, sums), told(items, item, newest, sums)
    row = _rows(shown, own, filed, Agreement(items, filed))
    number = _numbers(row, own, known, filed.filings.annual[shown.filing], ordinal(shown.line))
    since = _since(items, shown, filed)
    reports = np.flatnonzero((number != NONE) & (since != NONE))
    totals = sums.totals(number[reports], reports, newest.fact)
    sound = _sound(items, item[reports], totals, filed, filed.scales()[shown.filing[reports]])
    made = Versions(
        line=shown.line[reports],
        when=since[reports],
        value=totals.value,
        unit=filed.stated.unit[totals.facts[:, 0]],
        start=filed.stated.start[totals.facts[:, 0]],
        text=np.where(_several(totals), number[reports], NONE),
        spans=np.full((len(reports), 3), NONE),
        facts=np.where(totals.facts == NONE, NONE, filed.stated.row[totals.facts]),
    )
    return made.take(sound), sums.texts


def _rows(shown: Reports, own: Ints, filed: Filed, agreement: Agreement) -> Ints:
    """Return for each report the rank of the formula that its filing's own period is told by, NONE where by none."""
    count = len(filed.filings.when)
    group = filed.grid.item(shown.line) * count + shown.filing
    ends = np.flatnonzero(filed.grid.end(shown.line) == filed.filings.end[shown.filing])
    ends = ends[np.argsort(group[ends], kind="stable")]
    opens = np.flatnonzero(begins(group[ends]))
    groups = group[ends[opens]]
    able = np.logical_or.reduceat(own[ends] != NONE, opens, axis=0) if len(ends) else own[ends] != NONE
    rank = np.where(able.any(axis=1), able.argmax(axis=1), NONE)
    item, filing = np.divmod(groups, count)
    for number in np.flatnonzero(agreement.checked[item] & (able.sum(axis=1) > 1)):
        rank[number] = agreement.first(int(item[number]), int(filing[number]), np.flatnonzero(able[number]).tolist())
    return at(rank, find(groups, group), NONE)


def _numbers(row: Ints, own: Ints, known: Ints, annual: Flags, place: Ints) -> Ints:
    """Return the sum that tells each report's item: by the row that its filing shows, or else as settled before."""
    reports = np.arange(len(row))
    rank = _settled(row, (row != NONE) & (own[reports, row] != NONE), annual, place)
    able = known != NONE
    first = np.where(able.any(axis=1), able.argmax(axis=1), NONE)
    rank = np.where((rank == NONE) & (row == NONE), first, rank)
    return np.where(rank == NONE, NONE, known[reports, rank])


def _settled(row: Ints, shown: Flags, annual: Flags, place: Ints) -> Ints:
    """Return the rank that each report leaves its line at, NONE before any; ``place`` counts the reports of a line.

    ``shown`` tells whether the report itself has what the row needs. All lines go forward together, report by report.
    """
    rank = np.full(len(row), NONE)
    order = np.argsort(place, kind="stable")
    for reports in np.split(order, np.flatnonzero(begins(place[order]))[1:]):
        before = np.where(place[reports] > 0, rank[reports - 1], NONE)
        moves = shown[reports] & ((before == NONE) | (row[reports] <= before) | annual[reports])
        rank[reports] = np.where(moves, row[reports], before)
    return rank


def _since(items: Items, shown: Reports, filed: Filed) -> Ints:
    """Return since when each report's line is known by it; NONE for a kind of period that the item does not have."""
    grid, when = filed.grid, filed.filings.when[shown.filing]
    kind, year = grid.kind(shown.line), filed.year_ends()[shown.line % len(grid.ends)]
    flow = items.flow[grid.item(shown.line)]
    annual, instant = kind == KINDS.index(ANNUAL), kind == KINDS.index(INSTANT)
    fits = np.where(flow, ~instant & (~annual | (year != NONE)), instant)
    return np.where(fits, np.where(annual, np.maximum(when, year), when), NONE)


def _several(totals: Totals) -> Flags:
    several: Flags = (totals.facts != NONE).sum(axis=1) > 1
    return several


def _sound(items: Items, item: Ints, totals: Totals, filed: Filed, scale: Floats) -> Flags:
    """Return which sums are numbers of one unit, of a sign that the item has, and not put together from prose."""
    sound = totals.one_unit & np.isfinite(totals.value) & (items.signed[item] | (totals.value >= 0))
    several = np.flatnonzero(_several(totals))
    prose = _from_prose(totals.facts[several], filed.stated, scale[several], items.flow[item[several]])
    sound[several] &= ~prose
    return sound


def _from_prose(facts: Ints, stated: Stated, scale: Floats, flow: Flags) -> Flags:
    """Whether amounts are a note's words ("$2.6 billion") and not a statement's lines.

    One such part spoils a sum of flows; balances, debt above all, often are round, so there all must be.
    """
    value = np.where(facts == NONE, 0.0, stated.value[facts])
    step = 100 * scale[:, None]
    rounded = (value != 0) & (step > 0) & (grains(value.ravel()).reshape(value.shape) >= step)
    every = (rounded | (value == 0)).all(axis=1)
    prose: Flags = rounded.any(axis=1) & (flow | every)
    return prose
