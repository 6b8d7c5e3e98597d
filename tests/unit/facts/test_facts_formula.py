from dataclasses import dataclass

import pytest

from p3.errors import ConfigurationError
from p3.facts.formula import parse, write


@dataclass
class Amount:
    value: float
    unit: str = "USD"


def amounts(**values: float) -> dict[str, Amount]:
    return {name: Amount(value) for name, value in values.items()}


def evaluate(text: str, **values: float) -> float | None:
    result = parse(text).evaluate(amounts(**values))
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
    assert write(formula.operands(amounts(A=1, C=1))) == "A - C"


def test_a_condition_of_presence() -> None:
    assert evaluate("A if B", A=1, B=2) == 1
    assert evaluate("A if B", A=1) is None
    assert evaluate("A if not (B | C)", A=1) == 1
    assert evaluate("A if not (B | C)", A=1, C=2) is None


def test_a_condition_that_one_amount_exceeds_another() -> None:
    assert evaluate("A + B if B > A", A=1, B=2) == 3
    assert evaluate("A + B if B > A", A=2, B=2) is None


def test_a_condition_of_equality_holds_within_a_thousandth() -> None:
    assert evaluate("A if A = B + C", A=1000, B=400, C=601) == 1000
    assert evaluate("A if A = B + C", A=1000, B=400, C=602) is None


def test_a_comparison_with_a_missing_side_does_not_hold() -> None:
    assert evaluate("A if A = B", A=1) is None
    assert evaluate("A if A > B", A=1) is None
    assert evaluate("A if not A = B", A=1) == 1


def test_all_conditions_must_hold() -> None:
    assert evaluate("A if B and not C", A=1, B=2) == 1
    assert evaluate("A if B and not C", A=1, B=2, C=3) is None
    assert evaluate("A if B and not C", A=1) is None


def test_names_include_those_that_conditions_look_at() -> None:
    assert parse("A - B? if (C | D) > A and not E").names == {"A", "B", "C", "D", "E"}


@pytest.mark.parametrize(
    "text", ["", "A +", "A B", "(A | B", "A ** B", "A if", "A if B = C = D", "A if B <> C", "A if B or C"]
)
def test_malformed_formulas_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse(text)
