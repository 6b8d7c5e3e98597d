"""Formulas of the line item rules: sums and differences of reported concepts.

Grammar: ``term ((" + " | " - ") term)*``; a term is ``NAME`` or ``(NAME | NAME ...)``, of which the first present
counts, with a trailing ``?`` where the term may be absent.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from p3.errors import ConfigurationError

_TERM = re.compile(r"(?P<names>[\w:-]+|\([\w:|\s-]+\))(?P<optional>\?)?\Z")
_SIGNS = re.compile(r"\s([+-])\s")


class Amount(Protocol):
    """Anything with a value and a unit."""

    @property
    def value(self) -> float:
        """The number."""

    @property
    def unit(self) -> str:
        """What the number counts."""


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
class Formula:
    """A sum of terms, at least one of them present."""

    terms: tuple[Term, ...]

    @property
    def names(self) -> frozenset[str]:
        """All names that the formula may use."""
        return frozenset(name for term in self.terms for name in term.names)

    def operands(self, present: Collection[str]) -> list[tuple[int, str]]:
        """Return (sign, name) of the terms to add up; empty where a required term or every term is absent."""
        picked = []
        for term in self.terms:
            name = term.pick(present)
            if name is not None:
                picked.append((term.sign, name))
            elif not term.optional:
                return []
        return picked

    def evaluate(self, amounts: Mapping[str, Amount]) -> tuple[float, list[tuple[int, str]]] | None:
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
    parts = _SIGNS.split(text.strip())
    signs = ["+", *parts[1::2]]
    return Formula(tuple(_term(part, sign, text) for part, sign in zip(parts[::2], signs, strict=True)))


def _term(text: str, sign: str, formula: str) -> Term:
    match = _TERM.match(text.strip())
    if match is None:
        raise ConfigurationError(
            f"line item formula {formula!r} is malformed at {text!r}", "Correct it in line_items.toml."
        )
    names = tuple(name.strip() for name in match["names"].strip("()").split("|"))
    return Term(names, 1 if sign == "+" else -1, match["optional"] is not None)
