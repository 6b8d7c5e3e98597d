"""Line items from reported concepts: a timeline for each item and period.

A filing shows an item as one row of a statement, so the concept that it uses for its own period stands for that row in
all its columns. For a period, the row of the newest filing that shows it counts: a concept that replaces another takes
over, a stray mention of another concept in a note does not. A quarterly filing may only move to a preferred formula,
because its condensed statements and notes tell less than the annual ones. A sum of several facts is told again only
by a filing that tells all of them: old assets less restated equity are no liabilities. A sum of which a part (of
flows) or every part (of balances) is a note's words is put together from prose, and is left out; so is a year's cost
or payment of parts that only annual notes tell, which may be less than the statement's line.
"""

import numpy as np

from p3.facts.agreement import Agreement
from p3.facts.arrays import NONE, Flags, Ints, at, begins, find, ordinal
from p3.facts.days import KINDS
from p3.facts.filed import Filed
from p3.facts.items import Items
from p3.facts.periods import ANNUAL, HALF, INSTANT, NINE_MONTHS
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
    sound = _sound(items, item[reports], totals, filed)
    sound &= ~_annual_only(items, filed, shown.line[reports], shown.filing[reports], totals.facts)
    needed = sums.bits(number[reports])
    whole = shown.bits[reports] & needed == needed
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
    made, whole = made.take(sound), whole[sound]
    return made.take(whole | begins(made.line)), sums.texts


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


def _sound(items: Items, item: Ints, totals: Totals, filed: Filed) -> Flags:
    """Return which sums are numbers of one unit, of a sign that the item has, and not put together from prose."""
    sound = totals.one_unit & np.isfinite(totals.value) & (items.signed[item] | (totals.value >= 0))
    several = np.flatnonzero(_several(totals))
    prose = _from_prose(totals.facts[several], filed, items.flow[item[several]])
    sound[several] &= ~prose
    return sound


def _from_prose(facts: Ints, filed: Filed, flow: Flags) -> Flags:
    """Whether sums are of a note's words ("$2.6 billion") and not of a statement's lines.

    One such part spoils a sum of flows; balances, debt above all, often are round, so there all must be.
    """
    told = facts != NONE
    value = np.where(told, filed.stated.value[facts], 0.0)
    words = told & (value != 0) & _words(filed, facts[told])[facts]
    every = (words | (value == 0)).all(axis=1)
    prose: Flags = words.any(axis=1) & (flow | every)
    return prose


def _words(filed: Filed, facts: Ints) -> Flags:
    """Return which facts, of those that share their concept with ``facts``, their filing rounds beyond its unit.

    One round amount in a row of a statement is chance; a note rounds each. The row is the concept's amounts over spans
    of one kind, for a note may give the quarter and the statement the year to date; and the smaller ones apart, for
    prose says "$1.4 billion" but "$388 million".
    """
    concepts = np.zeros(filed.stated.concept.max(initial=0) + 1, dtype=bool)
    concepts[filed.stated.concept[facts]] = True
    asked = np.flatnonzero(concepts[filed.stated.concept])
    stated = filed.stated.take(asked)
    scale = filed.scales()[stated.filing]
    sets = (stated.filing * len(concepts) + stated.concept) * len(KINDS) + filed.grid.kind(stated.line)
    _, row = np.unique(sets * 2 + (np.abs(stated.value) >= 1000 * scale), return_inverse=True)
    exact = (stated.value != 0) & (grains(stated.value) < 100 * scale)
    words = np.zeros(len(filed.stated.value), dtype=bool)
    words[asked] = (scale > 0) & (np.bincount(row, exact, minlength=len(row)) == 0)[row]
    return words


def _annual_only(items: Items, filed: Filed, line: Ints, filing: Ints, facts: Ints) -> Flags:
    """Return which sums are a year's cost or payment of which the quarterly reports on that year lack a part.

    What stands on the face of a statement the quarterly reports give to date; only annual notes need not be complete.
    Income by its sources, which is signed, adds up by rule (Regulation S-X, rule 4-08(h)).
    """
    stated, grid, item = filed.stated, filed.grid, filed.grid.item(line)
    year = (grid.kind(line) == KINDS.index(ANNUAL)) & items.flow[item] & ~items.signed[item]
    asked = np.flatnonzero(year & (facts[:, 1:] != NONE).any(axis=1))
    kind = grid.kind(stated.line)
    to_date = (kind == KINDS.index(HALF)) | (kind == KINDS.index(NINE_MONTHS))
    early = stated.take(to_date & filed.filings.quarterly[stated.filing])
    end, start = grid.end(line[asked])[:, None], stated.start[facts[asked, :1]]
    day = grid.end(early.line)
    within = (start < day) & (day < end) & (early.filing < filing[asked, None])
    told = [
        (fact == NONE) | (within & (early.concept == stated.concept[fact][:, None])).any(axis=1)
        for fact in facts[asked].T
    ]
    lacking = np.zeros(len(line), dtype=bool)
    lacking[asked] = within.any(axis=1) & ~np.all(told, axis=0)
    return lacking
