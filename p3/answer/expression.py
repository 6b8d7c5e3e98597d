"""Arithmetic over line items: a small expression tree, its text form, and its value with a unit.

Grammar of a formula: numbers, names, ``+ - * /``, brackets, ``avg(x)`` (mean of x at the period and one year before),
``prev(x)`` (x one year before), and ``optional(name)``, which is added or subtracted only where it is filed.
"""

import ast
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, replace

from p3.answer.periods import PeriodKey

RATIO = "ratio"  # the unit of a quotient of two amounts in one unit
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}
_FUNCTIONS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}
_SYMBOLS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


class NotComputableError(Exception):
    """There is no such number; the message says why to the person who asked."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A line item; ``years`` shifts the period that it will be bound to, ``cik`` and ``period`` are None until then.

    An ``optional`` one that is not filed is nothing, as preferred dividends are to most companies.
    """

    item: str
    years: int = 0
    cik: int | None = None
    period: PeriodKey | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``; the operators are ``+ - * / ^``, the exponent of ``^`` being a constant."""

    operator: str
    left: "Expression"
    right: "Expression"


Expression = Operand | Number | Binary


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; ``unit`` is None for a constant."""

    value: float
    unit: str | None


def parse(formula: str) -> Expression:
    """Return the tree of ``formula``. Raises ValueError for anything outside the grammar."""
    try:
        body = ast.parse(formula, mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"{formula!r} is not a formula") from error
    return _build(body)


def _build(node: ast.expr) -> Expression:
    match node:
        case ast.Name(id=name):
            return Operand(name)
        case ast.Constant(value=bool()):
            raise ValueError("a formula holds numbers, not truth values")
        case ast.Constant(value=int() | float() as value):
            return Number(float(value))
        case ast.BinOp(left=left, op=symbol, right=right) if type(symbol) in _SYMBOLS:
            return Binary(_SYMBOLS[type(symbol)], _build(left), _build(right))
        case ast.Call(func=ast.Name(id="prev"), args=[argument]):
            return shift(_build(argument), -1)
        case ast.Call(func=ast.Name(id="optional"), args=[ast.Name(id=name)]):
            return Operand(name, optional=True)
        case ast.Call(func=ast.Name(id="avg"), args=[argument]):
            now = _build(argument)
            return mean([now, shift(now, -1)])
    raise ValueError(f"{ast.unparse(node)!r} is not part of a formula")


def transform(expression: Expression, leaf: Callable[[Operand], Expression]) -> Expression:
    """Return the tree with each operand replaced by what ``leaf`` gives for it."""
    match expression:
        case Operand():
            return leaf(expression)
        case Binary(symbol, left, right):
            return Binary(symbol, transform(left, leaf), transform(right, leaf))
        case _:
            return expression


def shift(expression: Expression, years: int) -> Expression:
    """Return the expression of ``years`` later."""
    return transform(expression, lambda operand: replace(operand, years=operand.years + years))


def settle(expression: Expression, is_filed: Callable[[Operand], bool]) -> Expression:
    """Return the tree without the optional operands that are added or subtracted and not filed."""
    match expression:
        case Binary("+" | "-", left, Operand(optional=True) as right) if not is_filed(right):
            return settle(left, is_filed)
        case Binary(symbol, left, right):
            return Binary(symbol, settle(left, is_filed), settle(right, is_filed))
        case _:
            return expression


def mean(expressions: list[Expression]) -> Expression:
    """Return the arithmetic mean of one or more expressions."""
    total = expressions[0]
    for expression in expressions[1:]:
        total = Binary("+", total, expression)
    return Binary("/", total, Number(float(len(expressions))))


def operands(expression: Expression) -> list[Operand]:
    """Return the operands, left to right, each once."""
    match expression:
        case Operand():
            return [expression]
        case Binary(_, left, right):
            return list(dict.fromkeys(operands(left) + operands(right)))
        case _:
            return []


def render(expression: Expression, name: Callable[[Operand], str], outer: int = 0) -> str:
    """Return the formula as text, with the fewest brackets that keep its meaning."""
    match expression:
        case Operand():
            return name(expression)
        case Number(value):
            return f"{value:g}"
        case Binary(symbol, left, right):
            own = _PRECEDENCE[symbol]
            text = f"{render(left, name, own)} {symbol} {render(right, name, own + 1)}"
            return f"({text})" if own < outer else text


def evaluate(expression: Expression, value_of: Callable[[Operand], Quantity]) -> Quantity:
    """Return the value in floating point, unrounded.

    Raises NotComputableError for a division by zero or units that do not fit.
    """
    match expression:
        case Operand():
            return value_of(expression)
        case Number(value):
            return Quantity(value, None)
        case Binary(symbol, left, right):
            return _apply(symbol, evaluate(left, value_of), evaluate(right, value_of))


def _apply(symbol: str, left: Quantity, right: Quantity) -> Quantity:
    unit = _unit(symbol, left.unit, right.unit)
    try:
        value = _FUNCTIONS[symbol](left.value, right.value)
    except (ZeroDivisionError, OverflowError):
        raise NotComputableError("the formula divides by zero") from None
    if isinstance(value, complex) or not math.isfinite(value):
        raise NotComputableError("the formula has no real value for these figures")
    return Quantity(value, unit)


def _unit(symbol: str, left: str | None, right: str | None) -> str | None:
    match symbol:
        case "^" if right is None:
            return left
        case "+" | "-" if left == right or {left, right} == {RATIO, None}:
            return left or right
        case "/" if left == right:
            return left and RATIO
        case "*" | "/" if right in (None, RATIO):
            return left
        case "*" if left in (None, RATIO):
            return right
        case "/" if left and right == "shares":
            return f"{left}/shares"
    raise NotComputableError(f"{left or 'a plain number'} {symbol} {right or 'a plain number'} has no meaning")
