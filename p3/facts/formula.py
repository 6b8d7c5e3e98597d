"""Formulas of the line item rules: sums and differences of reported concepts, and when they apply.

Grammar::

    formula   := sum [" if " condition (" and " condition)*]
    sum       := term ((" + " | " - ") term)*
    term      := NAME | "(" NAME (" | " NAME)* ")", with a trailing "?" where the term may be absent
    condition := ["not "] sum [(" = " | " > ") sum]

Of the alternatives in brackets the first present counts. A condition without a relation holds where its sum can be
told. A comparison holds where both sides can be told and compare so; equal are amounts within a thousandth.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from p3.errors import ConfigurationError

_TERM = re.compile(r"(?P<names>[\w:-]+|\([\w:|\s-]+\))(?P<optional>\?)?\Z")
_SIGNS = re.compile(r"\s([+-])\s")
_RELATION = re.compile(r"\s([=>])\s")
_TOLERANCE = 0.001


class Amount(Protocol):
    """Anything with a value and a unit."""

    @property
    def value(self) -> float:
        """The number."""

    @property
    def unit(self) -> str:
        """What the number counts."""


Result = tuple[float, list[tuple[int, str]]]
"""A value and the (sign, name) of the operands that it is made of."""


@dataclass(frozen=True, slots=True)
class Term:
    """One operand: the first present of ``names``, times ``sign``."""

    names: tuple[str, ...]
    sign: int
    optional: bool

    def pick(self, present: Collection[str]) -> str | None:
        """Return the name that stands for this term among those present."""
        return next((name for name in self.names if name in present), None)


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold for a formula to apply: ``left`` is told, or compares with ``right``; or the contrary."""

    left: "Formula"
    relation: str
    right: "Formula | None"
    negated: bool

    @property
    def names(self) -> frozenset[str]:
        """All names that the condition looks at."""
        return self.left.names | (self.right.names if self.right else frozenset())

    def holds(self, amounts: Mapping[str, Amount]) -> bool:
        """Return whether the amounts meet the condition."""
        return self._compares(amounts) != self.negated

    def _compares(self, amounts: Mapping[str, Amount]) -> bool:
        left, right = self.left.evaluate(amounts), self.right.evaluate(amounts) if self.right else None
        if left is None or (right is None and self.right):
            return False
        if right is None:
            return True
        if self.relation == ">":
            return left[0] > right[0]
        return abs(left[0] - right[0]) <= _TOLERANCE * abs(right[0])


@dataclass(frozen=True, slots=True)
class Formula:
    """A sum of terms, at least one of them present, that applies where all ``conditions`` hold."""

    terms: tuple[Term, ...]
    conditions: tuple[Condition, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All names that the formula may use or looks at."""
        own = frozenset(name for term in self.terms for name in term.names)
        return own.union(*(condition.names for condition in self.conditions))

    def operands(self, amounts: Mapping[str, Amount]) -> list[tuple[int, str]]:
        """Return (sign, name) of the terms to add up.

        Empty where a required term or every term is absent, or a condition does not hold.
        """
        picked = []
        for term in self.terms:
            name = term.pick(amounts)
            if name is not None:
                picked.append((term.sign, name))
            elif not term.optional:
                return []
        return picked if all(condition.holds(amounts) for condition in self.conditions) else []

    def evaluate(self, amounts: Mapping[str, Amount]) -> Result | None:
        """Return the value and its operands, or None where the formula cannot be applied or the units differ."""
        operands = self.operands(amounts)
        if not operands or len({amounts[name].unit for _, name in operands}) > 1:
            return None
        return sum(sign * amounts[name].value for sign, name in operands), operands


def write(operands: list[tuple[int, str]]) -> str:
    """Return operands as text: ``A + B - C``."""
    text = "".join(f" {'+' if sign > 0 else '-'} {name}" for sign, name in operands)
    return text[3:] if operands[0][0] > 0 else text.strip()


def parse(text: str) -> Formula:
    """Return the formula that ``text`` spells. Raises ConfigurationError where it does not follow the grammar."""
    whole, *guard = text.strip().split(" if ", 1)
    conditions = guard[0].split(" and ") if guard else []
    return Formula(_sum(whole, text), tuple(_condition(each.strip(), text) for each in conditions))


def _condition(text: str, formula: str) -> Condition:
    left, *rest = _RELATION.split(text.removeprefix("not "))
    if len(rest) not in (0, 2):
        raise _malformed(formula, text)
    right = Formula(_sum(rest[1], formula)) if rest else None
    return Condition(Formula(_sum(left, formula)), rest[0] if rest else "", right, text.startswith("not "))


def _sum(text: str, formula: str) -> tuple[Term, ...]:
    parts = _SIGNS.split(text.strip())
    signs = ["+", *parts[1::2]]
    return tuple(_term(part, sign, formula) for part, sign in zip(parts[::2], signs, strict=True))


def _term(text: str, sign: str, formula: str) -> Term:
    match = _TERM.match(text.strip())
    if match is None:
        raise _malformed(formula, text)
    names = tuple(name.strip() for name in match["names"].strip("()").split("|"))
    return Term(names, 1 if sign == "+" else -1, match["optional"] is not None)


def _malformed(formula: str, part: str) -> ConfigurationError:
    return ConfigurationError(
        f"line item formula {formula!r} is malformed at {part!r}", "Correct it in line_items.toml."
    )
