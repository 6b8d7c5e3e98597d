"""Sums of facts: of many sets of operands at once."""

from collections.abc import Callable
from itertools import chain
from typing import NamedTuple

import numpy as np

from p3.facts.arrays import NONE, Flags, Floats, Ints, at, ordinal, spread
from p3.facts.choices import Choices, Operands
from p3.facts.filed import Stated
from p3.facts.formula import write

Lookup = Callable[[Ints, Ints], Ints]
"""Numbers of reports and places of concepts in, places of facts out."""


class Totals(NamedTuple):
    """Sums, one a row: ``one_unit`` where operands do not differ in unit, ``facts`` their places, padded by NONE."""

    value: Floats
    one_unit: Flags
    facts: Ints


class Sums:
    """Sums over what is stated, numbered as they are added; ``texts`` are their formulas."""

    def __init__(self, stated: Stated) -> None:
        self.texts: list[str] = []
        self._stated = stated
        self._operands: list[Operands] = []
        self._numbers: dict[tuple[str, Operands], int] = {}

    def add(self, choices: Choices, operands: Operands) -> int:
        """Return the number of a sum, NONE for that of nothing."""
        if not operands:
            return NONE
        key = (choices.item, operands)
        if key not in self._numbers:
            self._numbers[key] = len(self._operands)
            self._operands.append(operands)
            self.texts.append(write([(sign, choices.names[place]) for sign, place in operands]))
        return self._numbers[key]

    def bits(self, number: Ints) -> Ints:
        """Return the set of bits of each sum's operands."""
        sets = [sum(1 << place for place in {place for _, place in operands}) for operands in self._operands]
        return at(np.array(sets, dtype=np.int64), number, 0)

    def totals(self, number: Ints, report: Ints, facts: Lookup) -> Totals:
        """Return the sum ``number`` of each of ``report``; that of NONE is nothing, 0."""
        stated = self._stated
        stops = np.cumsum([len(operands) for operands in self._operands], dtype=np.int64)
        starts = np.append(0, stops)[:-1]
        signs, places = np.array(list(chain.from_iterable(self._operands)), dtype=np.int64).reshape(-1, 2).T
        row, operand = spread(at(starts, number, 0), at(stops, number, 0))
        fact, count = facts(report[row], places[operand]), len(number)
        value = np.bincount(row, signs[operand] * stated.value[fact], minlength=count).astype(np.float64)
        column = ordinal(row)
        table = np.full((count, column.max(initial=0) + 1), NONE)
        table[row, column] = fact
        differs = stated.unit[fact] != stated.unit[table[row, 0]]
        return Totals(value, np.bincount(row, differs, minlength=count) == 0, table)
