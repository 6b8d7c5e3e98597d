"""Which formulas of an item apply to what is reported."""

import pytest

from p3.errors import ConfigurationError
from p3.facts.choices import Choices
from p3.facts.formula import parse


def bits(choices: Choices, *names: str) -> int:
    return sum(1 << choices.names.index(name) for name in names)


def told(choices: Choices, *names: str) -> list[list[str]]:
    reported = bits(choices, *names)
    return [[f"{sign:+d} {choices.names[place]}" for sign, place in each] for each in choices.operands(reported)]


def test_of_alternatives_the_first_reported_counts() -> None:
    choices = Choices("debt", [parse("(B | A)? + C?")])
    assert told(choices, "A", "B", "C") == [["+1 B", "+1 C"]]
    assert told(choices, "A") == [["+1 A"]]
    assert told(choices) == [[]]


def test_a_formula_without_one_of_its_terms_cannot_be_told() -> None:
    assert told(Choices("costs", [parse("A - B"), parse("A")]), "A") == [[], ["+1 A"]]


def test_a_condition_on_what_is_reported() -> None:
    choices = Choices("cash", [parse("A if not (B | C)"), parse("A if B")])
    assert told(choices, "A") == [["+1 A"], []]
    assert told(choices, "A", "C") == [[], []]
    assert told(choices, "A", "B") == [[], ["+1 A"]]


def test_a_comparison_is_a_bit_of_its_own() -> None:
    choices = Choices("revenue", [parse("A if A = B + C?"), parse("A if not A > B")])
    equal, more = choices.comparisons(bits(choices, "A", "B"))
    assert (equal.relation, more.relation) == ("=", ">")
    both = bits(choices, "A", "B")
    assert choices.operands(both | equal.bit) == [((1, 0),), ((1, 0),)]
    assert choices.operands(both | more.bit) == [(), ()]


def test_a_comparison_with_a_missing_side_is_not_asked() -> None:
    choices = Choices("revenue", [parse("A if A > B")])
    assert list(choices.comparisons(bits(choices, "A"))) == []
    assert told(choices, "A") == [[]]


def test_an_item_of_too_many_concepts_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="more than 63"):
        Choices("revenue", [parse(f"Concept{number}") for number in range(64)])
