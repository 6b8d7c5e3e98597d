import pytest

from p3.answer.expression import NotComputableError, Operand, Quantity, evaluate, parse, render
from p3.answer.lexicon import build, load_lexicon

UNITS = {"price": "USD", "cost": "USD", "count": "shares", "share": "ratio"}


def value(formula: str) -> Quantity:
    figures = {"price": 12.0, "cost": 4.0, "count": 2.0, "share": 0.5}
    return evaluate(parse(formula), lambda operand: Quantity(figures[operand.item], UNITS[operand.item]))


@pytest.mark.parametrize(
    ("formula", "number", "unit"),
    [
        ("price - cost", 8.0, "USD"),
        ("price / cost", 3.0, "ratio"),
        ("price / count", 6.0, "USD/shares"),
        ("365 * cost / price", 365 / 3, "ratio"),
        ("1 - cost / price", 2 / 3, "ratio"),
        ("(price + cost) * share", 8.0, "USD"),
        ("price - cost - cost", 4.0, "USD"),
        ("price - (cost - cost)", 12.0, "USD"),
    ],
)
def test_values_and_units(formula: str, number: float, unit: str):
    got = value(formula)
    assert got.value == pytest.approx(number)
    assert got.unit == unit


@pytest.mark.parametrize("formula", ["price + count", "price * cost", "price / (cost - cost)", "count / price"])
def test_what_has_no_meaning_is_refused(formula: str):
    with pytest.raises(NotComputableError):
        value(formula)


@pytest.mark.parametrize(
    "formula", ["__import__('os')", "price ** 2", "price if cost else 1", "True", "price,", "lambda: 1", "x.y", "avg()"]
)
def test_only_arithmetic_is_a_formula(formula: str):
    with pytest.raises(ValueError):
        parse(formula)


def test_avg_and_prev_reach_one_year_back():
    text = render(parse("avg(a) - prev(b)"), lambda operand: f"{operand.item}{operand.years:+d}")
    assert text == "(a+0 + a-1) / 2 - b-1"


@pytest.mark.parametrize("formula", ["a - (b - c)", "a / (b / c)", "(a + b) * c", "a + b - c", "a / b / c"])
def test_brackets_keep_the_meaning(formula: str):
    assert parse(render(parse(formula), lambda operand: operand.item)) == parse(formula)


def test_every_metric_rests_on_line_items():
    terms = load_lexicon().terms
    assert terms["free_cash_flow_margin"].expression == parse("(operating_cash_flow - capital_expenditure) / revenue")
    assert isinstance(terms["revenue"].expression, Operand)


def test_a_phrase_with_two_meanings_is_refused():
    config = {"items": {"a": {"phrases": ["x"]}, "b": {"phrases": ["x"]}}, "metrics": {}, "words": {"not_numeric": []}}
    with pytest.raises(ValueError, match="'x' means both a and b"):
        build(config)
