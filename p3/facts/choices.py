"""Which formulas of an item apply to what is reported.

What is reported is a set of bits: one for each concept that the item's formulas name, in the order of ``names``, then
one for each comparison of amounts in their conditions that holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from p3.errors import ConfigurationError
from p3.facts.formula import Condition, Formula, Term

Operands = tuple[tuple[int, int], ...]
"""(sign, place in ``names``) of what adds up; empty where it cannot be told."""

_BITS = 63


class _Pick(NamedTuple):
    """A term: the first of ``places`` that is reported, of which ``any`` has the bits."""

    sign: int
    places: tuple[int, ...]
    any: int
    optional: bool


class _Sum(NamedTuple):
    """A formula; each of ``conditions`` is (bits of which any must be set, or none where negated)."""

    terms: tuple[_Pick, ...]
    conditions: tuple[tuple[int, bool], ...]

    def operands(self, reported: int) -> Operands:
        if any(bool(reported & bits) == negated for bits, negated in self.conditions):
            return ()
        picked = []
        for term in self.terms:
            if reported & term.any:
                picked.append((term.sign, next(place for place in term.places if reported >> place & 1)))
            elif not term.optional:
                return ()
        return tuple(picked)


class Comparison(NamedTuple):
    """A comparison of two sums of amounts, or with ``right`` None whether ``left`` is one of a single unit."""

    bit: int
    relation: str
    left: Operands
    right: Operands


class Choices:
    """An item's formulas, in order of preference, over bits. Raises ConfigurationError where these are too many."""

    def __init__(self, item: str, formulas: Sequence[Formula]) -> None:
        self.item = item
        self.formulas = formulas
        self.names = sorted(frozenset().union(*(formula.names for formula in formulas)))
        self._comparisons: list[tuple[str, _Sum, _Sum | None]] = []
        places = {name: place for place, name in enumerate(self.names)}
        self._sums = [
            _Sum(_terms(formula, places), tuple(self._condition(each, places) for each in formula.conditions))
            for formula in formulas
        ]
        if len(self.names) + len(self._comparisons) > _BITS:
            raise ConfigurationError(
                f"line item {item} reads more than {_BITS} concepts and comparisons", "Shorten it in line_items.toml."
            )

    def _condition(self, condition: Condition, places: Mapping[str, int]) -> tuple[int, bool]:
        left = _Sum(_terms(condition.left, places), ())
        if not condition.relation and len(left.terms) == 1:
            return left.terms[0].any, condition.negated
        right = _Sum(_terms(condition.right, places), ()) if condition.right else None
        self._comparisons.append((condition.relation, left, right))
        return 1 << len(self.names) + len(self._comparisons) - 1, condition.negated

    def comparisons(self, reported: int) -> Iterator[Comparison]:
        """Yield the comparisons of which both sides can be told."""
        for place, (relation, left, right) in enumerate(self._comparisons, len(self.names)):
            one, other = left.operands(reported), right.operands(reported) if right else ()
            if one and (other or right is None):
                yield Comparison(1 << place, relation, one, other)

    def operands(self, reported: int) -> list[Operands]:
        """Return the operands of each formula."""
        return [formula.operands(reported) for formula in self._sums]


def _terms(formula: Formula, places: Mapping[str, int]) -> tuple[_Pick, ...]:
    return tuple(_pick(term, tuple(places[name] for name in term.names)) for term in formula.terms)


def _pick(term: Term, places: tuple[int, ...]) -> _Pick:
    return _Pick(term.sign, places, sum(1 << place for place in set(places)), term.optional)
