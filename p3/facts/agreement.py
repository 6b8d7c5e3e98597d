"""Which of several formulas the rest of a filing bears out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from p3.facts.filed import Filed
from p3.facts.formula import Amount, Formula
from p3.facts.items import Items

_TOLERANCE = 0.001


class _Amount(NamedTuple):
    value: float
    unit: str


class Agreement:
    """The items' checks over the facts of filings' own periods; ``checked`` tells which items have one."""

    def __init__(self, items: Items, filed: Filed) -> None:
        self.checked = np.array([item.check is not None for item in items.rules])
        self._checks = {number: item.check for number, item in enumerate(items.rules) if item.check}
        self._choices, self._concepts, self._units = items.choices, items.concepts, filed.units.to_list()
        names = [{*items.choices[number].names, *check.names} for number, check in self._checks.items()]
        read = np.isin(items.concepts, list(set().union(*names)))
        stated = filed.stated
        own = filed.grid.end(stated.line) == filed.filings.end[stated.filing]
        self._stated = stated.take(own & read[stated.concept])

    def first(self, item: int, filing: int, ranks: Sequence[int]) -> int:
        """Return the first of ``ranks`` whose formula agrees with the item's check; or else simply the first."""
        check, formulas = self._checks[item], self._choices[item].formulas
        groups = self._groups(filing)
        agreeing = (rank for rank in ranks if any(_agrees(formulas[rank], check, group) for group in groups))
        return next(agreeing, ranks[0])

    def _groups(self, filing: int) -> list[dict[str, Amount]]:
        """Return the facts of each kind of period that ends when the filing's own does, by concept."""
        stated = self._stated
        first, last = np.searchsorted(stated.filing, [filing, filing + 1])
        groups: dict[int, dict[str, Amount]] = defaultdict(dict)
        columns = (column[first:last].tolist() for column in (stated.line, stated.concept, stated.value, stated.unit))
        for line, concept, value, unit in zip(*columns, strict=True):
            groups[line][self._concepts[concept]] = _Amount(value, self._units[unit])
        return list(groups.values())


def _agrees(formula: Formula, check: Formula, facts: Mapping[str, Amount]) -> bool:
    value, expected = formula.evaluate(facts), check.evaluate(facts)
    if value is None or expected is None:
        return False
    return abs(value[0] - expected[0]) <= _TOLERANCE * abs(expected[0])
