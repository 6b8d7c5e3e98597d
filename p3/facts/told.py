"""Which sum tells each formula of an item, by what is reported."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from p3.facts.arrays import NONE, Flags, Ints, spread
from p3.facts.choices import Choices
from p3.facts.items import Items
from p3.facts.sums import Sums, Totals

_TOLERANCE = 0.001


class Source(Protocol):
    """Facts of reports; ``bits`` are the concepts that each has."""

    bits: Ints

    def fact(self, report: Ints, place: Ints) -> Ints:
        """Return the places of the facts of reports at places of the items' names."""


class _Sets:
    """The distinct sets of bits of items, and which of them each report has."""

    def __init__(self, item: Ints, bits: Ints) -> None:
        kinds, kind = np.unique(bits, return_inverse=True)
        _, first, self.of_report = np.unique(item * len(kinds) + kind, return_index=True, return_inverse=True)
        self.pairs = list(zip(item[first].tolist(), bits[first].tolist(), strict=True))


def told(items: Items, item: Ints, source: Source, sums: Sums) -> Ints:
    """Return the number of the sum that each formula (a column) makes of each report, NONE where it does not apply.

    Columns are in order of preference. ``item`` is that of each report. The sums are added to ``sums``.
    """
    sets = _Sets(item, source.bits | _holding(items.choices, _Sets(item, source.bits), source, sums))
    numbers = np.full((len(sets.pairs), max(len(each.formulas) for each in items.choices)), NONE)
    for row, (number, bits) in enumerate(sets.pairs):
        for rank, operands in enumerate(items.choices[number].operands(bits)):
            if operands:
                numbers[row, rank] = sums.add(items.choices[number], operands)
    return numbers[sets.of_report]


def _holding(choices: Sequence[Choices], sets: _Sets, source: Source, sums: Sums) -> Ints:
    """Return the bits of the comparisons that hold in each report."""
    asked = [
        (row, each.bit, each.relation, sums.add(choices[item], each.left), sums.add(choices[item], each.right))
        for row, (item, bits) in enumerate(sets.pairs)
        for each in choices[item].comparisons(bits)
    ]
    holding = np.zeros_like(source.bits)
    if asked:
        columns: Iterator[NDArray[Any]] = map(np.array, zip(*asked, strict=True))
        of_set, bit, relation, left, right = columns
        first = np.searchsorted(of_set, np.arange(len(sets.pairs) + 1))
        report, ask = spread(first[sets.of_report], first[sets.of_report + 1])
        one, other = (sums.totals(side[ask], report, source.fact) for side in (left, right))
        np.bitwise_or.at(holding, report, np.where(_compare(one, relation[ask], other), bit[ask], 0))
    return holding


def _compare(left: Totals, relation: NDArray[np.str_], right: Totals) -> Flags:
    equal = np.abs(left.value - right.value) <= _TOLERANCE * np.abs(right.value)
    holds = np.where(relation == "=", equal, (relation == "") | (left.value > right.value))
    return holds & left.one_unit & right.one_unit
