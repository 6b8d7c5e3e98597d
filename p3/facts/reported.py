"""Line items from reported concepts: one timeline for each item and period.

A filing shows an item as one row of a statement, so the concept that it uses for its own period stands for that row in
all its columns. For a period, the row of the newest filing that shows it counts: a concept that replaces another takes
over, a stray mention of another concept in a note does not. A quarterly filing may only move to a preferred formula,
because its condensed statements and notes tell less than the annual ones. A sum of which a part (of flows) or
every part (of balances) is rounded far beyond the filing's own unit is put together from prose, and is left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from p3.facts.filed import Filing, PeriodKey, grain, is_rounding_of
from p3.facts.formula import Formula, write
from p3.facts.periods import ANNUAL, INSTANT
from p3.facts.rules import ItemRule, Rules
from p3.facts.timeline import Timeline, Version
from p3.provenance import FactSource

_TOLERANCE = 0.001


def timelines(
    item: ItemRule,
    formulas: Sequence[Formula],
    found: Sequence[Filing],
    rules: Rules,
    year_ends: Mapping[date, datetime],
) -> dict[PeriodKey, Timeline]:
    """Return what the filings, in order of publication, said of ``item`` in each period."""
    names = frozenset().union(*(formula.names for formula in formulas))
    readings: dict[PeriodKey, _Reading] = defaultdict(lambda: _Reading(item, formulas))
    for filing in found:
        row = _row(item, formulas, filing)
        for key, facts in filing.periods.items():
            mine = {name: facts[name] for name in names & facts.keys()}
            if mine and _kind_fits(item, key, year_ends):
                known_from = max(filing.published, year_ends[key[1]]) if key[0] == ANNUAL else filing.published
                readings[key].read(_Report(mine, row, filing.form in rules.annual_forms, filing.scale, known_from))
    return {key: reading.timeline for key, reading in readings.items() if reading.timeline}


def _kind_fits(item: ItemRule, key: PeriodKey, year_ends: Mapping[date, datetime]) -> bool:
    if item.kind != "flow":
        return key[0] == INSTANT
    return key[0] != INSTANT and (key[0] != ANNUAL or key[1] in year_ends)


def _row(item: ItemRule, formulas: Sequence[Formula], filing: Filing) -> int | None:
    """Return the rank of the formula that the filing's own period is told by, None where it does not show the item."""
    groups = filing.at_its_end()
    able = [rank for rank, formula in enumerate(formulas) if any(formula.operands(facts) for facts in groups)]
    agreeing = [rank for rank in able if any(_agrees(formulas[rank], item.check, facts) for facts in groups)]
    return next(iter(agreeing or able), None)


def _agrees(formula: Formula, check: Formula | None, facts: Mapping[str, FactSource]) -> bool:
    value, expected = formula.evaluate(facts), check.evaluate(facts) if check else None
    if value is None or expected is None:
        return False
    return abs(value[0] - expected[0]) <= _TOLERANCE * abs(expected[0])


@dataclass(frozen=True, slots=True)
class _Report:
    """What one filing says of an item and period; ``row`` is the rank of the formula that the filing shows."""

    facts: Mapping[str, FactSource]
    row: int | None
    annual: bool
    scale: float
    known_from: datetime


class _Reading:
    """The newest facts of one item and period while the filings go by, and the versions that they gave."""

    def __init__(self, item: ItemRule, formulas: Sequence[Formula]) -> None:
        self.item = item
        self.formulas = formulas
        self.newest: dict[str, FactSource] = {}
        self.rank: int | None = None
        self.timeline: Timeline = []

    def read(self, report: _Report) -> None:
        """Take in what the next filing says."""
        for name, fact in report.facts.items():
            before = self.newest.get(name)
            if before is None or not is_rounding_of(fact.value, before.value):
                self.newest[name] = fact
        row = report.row
        if row is not None and self.formulas[row].operands(report.facts) and self._may_move_to(row, report.annual):
            self.rank = row
        version = self._version(report, self.rank if row is not None else self._fallback())
        if version is not None:
            self.timeline.append(version)

    def _may_move_to(self, row: int, annual: bool) -> bool:
        return self.rank is None or row <= self.rank or annual

    def _fallback(self) -> int | None:
        """Return the settled rank, or before any filing's row has shown the period the first that can be told."""
        able = (rank for rank, formula in enumerate(self.formulas) if formula.operands(self.newest))
        return self.rank if self.rank is not None else next(able, None)

    def _version(self, report: _Report, rank: int | None) -> Version | None:
        result = None if rank is None else self.formulas[rank].evaluate(self.newest)
        if result is None or (result[0] < 0 and not self.item.signed):
            return None
        value, operands = result
        sources = tuple(self.newest[name] for _, name in operands)
        if len(sources) > 1 and self._from_prose(sources, report.scale):
            return None
        formula = write(operands) if len(sources) > 1 else None
        return Version(report.known_from, value, sources[0].unit, sources[0].start, formula, sources)

    def _from_prose(self, sources: Sequence[FactSource], scale: float) -> bool:
        """Whether amounts are a note's words ("$2.6 billion") and not a statement's lines.

        One such part spoils a sum of flows; balances, debt above all, often are round, so there all must be.
        """
        rounded = [_rounded(source, scale) for source in sources if source.value]
        return any(rounded) if self.item.kind == "flow" else bool(rounded) and all(rounded)


def _rounded(source: FactSource, scale: float) -> bool:
    return grain(source.value) >= 100 * scale > 0
