"""Which formulas of an item the facts of a filing can tell."""

from collections.abc import Sequence

from p3.facts.filed import Group
from p3.facts.formula import Formula

Operands = list[tuple[int, str]]
"""(sign, concept) of what adds up to an item; empty where it cannot be told."""


class Choices:
    """The operands of an item's formulas.

    Where no formula compares amounts they are looked up once for each set of concepts, of which filings have few.
    """

    def __init__(self, formulas: Sequence[Formula]) -> None:
        self.names = frozenset().union(*(formula.names for formula in formulas))
        self.formulas = formulas
        self._compare = any(condition.relation for formula in formulas for condition in formula.conditions)
        self._by_names: dict[frozenset[str], list[Operands]] = {}

    def operands(self, facts: Group) -> list[Operands]:
        """Return the operands of each formula, in order of preference, over ``facts``."""
        if self._compare:
            return [formula.operands(facts) for formula in self.formulas]
        names = frozenset(facts)
        if names not in self._by_names:
            self._by_names[names] = [formula.operands(facts) for formula in self.formulas]
        return self._by_names[names]
