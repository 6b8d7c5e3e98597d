from dataclasses import dataclass

import pytest

from p3.errors import ConfigurationError
from p3.facts.formula import parse, write


@dataclass
class Amount:
    value: float
    unit: str = "USD"


def evaluate(text: str, **values: float) -> float | None:
    result = parse(text).evaluate({name: Amount(value) for name, value in values.items()})
    return None if result is None else result[0]


def test_sum_and_difference() -> None:
    assert evaluate("A + B - C", A=5, B=3, C=1) == 7


def test_a_required_term_that_is_absent_leaves_no_value() -> None:
    assert evaluate("A + B", A=5) is None


def test_optional_terms_count_as_nothing_but_not_all_of_them() -> None:
    assert evaluate("A? + B?", B=2) == 2
    assert evaluate("A? + B?", C=2) is None


def test_zero_is_a_number() -> None:
    assert evaluate("A? + B?", B=0) == 0


def test_the_first_alternative_present_counts() -> None:
    assert evaluate("(A | B)? + C", A=1, B=10, C=100) == 101
    assert evaluate("(A | B)? + C", B=10, C=100) == 110


def test_units_do_not_mix() -> None:
    assert parse("A + B").evaluate({"A": Amount(1, "USD"), "B": Amount(1, "EUR")}) is None


def test_written_as_applied() -> None:
    formula = parse("A - (B | C)? - D?")
    assert write(formula.operands({"A", "C"})) == "A - C"


@pytest.mark.parametrize("text", ["", "A +", "A B", "(A | B", "A ** B"])
def test_malformed_formulas_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse(text)
