"""The line items of an industry, numbered in the order of their names."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from p3.facts.arrays import Flags
from p3.facts.choices import Choices
from p3.facts.rules import ItemRule, Rules


@dataclass(frozen=True)
class Items:
    """Items, their formulas in this industry, and all ``concepts`` that these name, in order."""

    rules: Sequence[ItemRule]
    choices: Sequence[Choices]
    concepts: Sequence[str]
    flow: Flags
    additive: Flags
    signed: Flags

    def number(self, name: str) -> int:
        """Return an item's number."""
        return [item.name for item in self.rules].index(name)


def items_of(rules: Rules, industry: str | None) -> Items:
    """Return the line items for a company of ``industry``."""
    items = sorted(rules.items, key=lambda item: item.name)
    return Items(
        rules=items,
        choices=[Choices(item.name, item.formulas_for(industry)) for item in items],
        concepts=sorted(rules.concepts(industry)),
        flow=np.array([item.kind == "flow" for item in items]),
        additive=np.array([item.additive for item in items]),
        signed=np.array([item.signed for item in items]),
    )
