"""Line items from reported concepts: one timeline for each item and period.

A filing shows an item as one row of a statement, so the concept that it uses for its own period stands for that row in
all its columns. For a period, the row of the newest filing that shows it counts: a concept that replaces another takes
over, a stray mention of another concept in a note does not. A quarterly filing may only move to a preferred formula,
because its condensed statements and notes tell less than the annual ones. A sum of which a part (of flows) or
every part (of balances) is rounded far beyond the filing's own unit is put together from prose, and is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import NamedTuple

from p3.facts.choices import Choices, Operands
from p3.facts.days import Day, Moment
from p3.facts.filed import Fact, Filing, Group, PeriodKey
from p3.facts.formula import Formula, write
from p3.facts.periods import ANNUAL, INSTANT
from p3.facts.rounding import grain, is_rounding_of
from p3.facts.rules import ItemRule, Rules
from p3.facts.timeline import Timeline, Version

_TOLERANCE = 0.001


class Shown(NamedTuple):
    """What one filing says of one item."""

    filing: Filing
    groups: Mapping[PeriodKey, Group]

    def at_its_end(self) -> list[PeriodKey]:
        """Return the periods that end when the filing's own does, of any kind."""
        return [key for key in self.groups if key[1] == self.filing.end]


def by_item(found: Iterable[Filing], names: Mapping[str, Iterable[str]]) -> Mapping[str, list[Shown]]:
    """Return what the filings say of each item, in the order of publication. ``names`` are the concepts of each."""
    items_of: dict[str, list[str]] = defaultdict(list)
    for item, concepts in names.items():
        for concept in concepts:
            items_of[concept].append(item)
    shown: dict[str, list[Shown]] = {item: [] for item in names}
    for filing in found:
        said: dict[str, dict[PeriodKey, Group]] = {}
        for key, group in filing.periods.items():
            for concept, fact in group.items():
                for item in items_of.get(concept, ()):
                    said.setdefault(item, {}).setdefault(key, {})[concept] = fact
        for item, groups in said.items():
            shown[item].append(Shown(filing, groups))
    return shown


def timelines(
    item: ItemRule, choices: Choices, shown: Iterable[Shown], rules: Rules, year_ends: Mapping[Day, Moment]
) -> dict[PeriodKey, Timeline]:
    """Return what the filings, in order of publication, said of ``item`` in each period."""
    readings: dict[PeriodKey, _Reading] = {}
    for each in shown:
        filing = each.filing
        row = _row(item, choices, each)
        annual = filing.form in rules.annual_forms
        for key, facts in each.groups.items():
            if _kind_fits(item, key, year_ends):
                if key not in readings:
                    readings[key] = _Reading(item, choices)
                known_from = max(filing.published, year_ends[key[1]]) if key[0] == ANNUAL else filing.published
                readings[key].read(facts, row, annual)
                readings[key].tell(filing, known_from, row)
    return {key: reading.timeline for key, reading in readings.items() if reading.timeline}


def _kind_fits(item: ItemRule, key: PeriodKey, year_ends: Mapping[Day, Moment]) -> bool:
    if item.kind != "flow":
        return key[0] == INSTANT
    return key[0] != INSTANT and (key[0] != ANNUAL or key[1] in year_ends)


def _row(item: ItemRule, choices: Choices, shown: Shown) -> int | None:
    """Return the rank of the formula that the filing's own period is told by, None where it does not show the item."""
    keys = shown.at_its_end()
    told = [choices.operands(shown.groups[key]) for key in keys]
    able = [rank for rank, operands in enumerate(zip(*told, strict=True)) if any(operands)]
    if item.check is None or len(able) < 2:
        return next(iter(able), None)
    whole = [shown.filing.periods[key] for key in keys]
    agreeing = (rank for rank in able if any(_agrees(choices.formulas[rank], item.check, facts) for facts in whole))
    return next(agreeing, able[0])


def _agrees(formula: Formula, check: Formula, facts: Group) -> bool:
    value, expected = formula.evaluate(facts), check.evaluate(facts)
    if value is None or expected is None:
        return False
    return abs(value[0] - expected[0]) <= _TOLERANCE * abs(expected[0])


class _Reading:
    """The newest facts of one item and period while the filings go by, and the versions that they gave."""

    def __init__(self, item: ItemRule, choices: Choices) -> None:
        self.item = item
        self.choices = choices
        self.newest: Group = {}
        self.told: Sequence[Operands] = ()
        self.rank: int | None = None
        self.timeline: Timeline = []

    def read(self, facts: Group, row: int | None, annual: bool) -> None:
        """Take in the next filing's facts; ``row`` is the rank of the formula that the filing shows."""
        for name, fact in facts.items():
            before = self.newest.get(name)
            if before is None or not is_rounding_of(fact.value, before.value):
                self.newest[name] = fact
        self.told = self.choices.operands(self.newest)
        if row is not None and self._may_move_to(row, annual) and self.choices.operands(facts)[row]:
            self.rank = row

    def _may_move_to(self, row: int, annual: bool) -> bool:
        return self.rank is None or row <= self.rank or annual

    def tell(self, filing: Filing, known_from: Moment, row: int | None) -> None:
        """Add the version that the facts read so far give."""
        rank = self.rank if row is not None else self._fallback()
        operands = self.told[rank] if rank is not None else []
        version = self._version(filing, known_from, operands) if operands else None
        if version is not None:
            self.timeline.append(version)

    def _fallback(self) -> int | None:
        """Return the settled rank, or before any filing's row has shown the period the first that can be told."""
        if self.rank is not None:
            return self.rank
        return next((rank for rank, operands in enumerate(self.told) if operands), None)

    def _version(self, filing: Filing, known_from: Moment, operands: Operands) -> Version | None:
        facts = [self.newest[name] for _, name in operands]
        value = sum(sign * fact.value for (sign, _), fact in zip(operands, facts, strict=True))
        first = facts[0]
        if value < 0 and not self.item.signed:
            return None
        if len(facts) == 1:
            return Version(known_from, value, first.unit, first.start, None, (first.row,))
        if not isfinite(value) or any(fact.unit != first.unit for fact in facts) or self._from_prose(facts, filing):
            return None
        return Version(known_from, value, first.unit, first.start, write(operands), tuple(fact.row for fact in facts))

    def _from_prose(self, facts: Sequence[Fact], filing: Filing) -> bool:
        """Whether amounts are a note's words ("$2.6 billion") and not a statement's lines.

        One such part spoils a sum of flows; balances, debt above all, often are round, so there all must be.
        """
        rounded = [grain(fact.value) >= 100 * filing.scale > 0 for fact in facts if fact.value]
        return any(rounded) if self.item.kind == "flow" else bool(rounded) and all(rounded)
