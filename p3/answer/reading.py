"""From a question to a request for one number, by rules; whatever is not understood whole is refused, never guessed.

A request is a measure (an expression over line items), companies, periods, and what to do with them. The rules follow
published
experience with numeric questions on filings: an unknown word beside the metric ("AWS revenue") means that something
else is asked.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from p3.answer import definitions, periods
from p3.answer.definition_grammar import UnreadableDefinitionError
from p3.answer.expression import Binary, Expression, Operand, parse, shift, transform
from p3.answer.idioms import MixedAmountsError, spelt_out
from p3.answer.lexicon import Lexicon
from p3.answer.periods import PeriodKey
from p3.answer.presentation import Presentation
from p3.answer.tokens import Token, prepare, tokens_of

Operation = Literal[
    "value", "average", "growth", "change", "compound", "multiple", "combined", "greatest", "least", "compare", "list"
]
_MEASURE = frozenset(
    {"term", "number", "divided", "times", "plus", "minus", "open", "close", "ratio", "ratio_end", "sum", "share_of"}
)
_RATIO_FORMS = frozenset(
    {("ratio", "term", "link", "term"), ("term", "link", "term", "ratio_end"), ("term", "divided", "term", "ratio_end")}
)
_IN_HUNDREDTHS = re.compile(r"%|percent|share of|proportion of")
_OPERATORS = {"divided": "/", "times": "*", "plus": "+", "minus": "-", "open": "(", "close": ")"}
_YEARS_OF_AVERAGE = re.compile(
    r"\b(\d|two|three|four|five|ten)[\s-]+years?\s+(?=(?:[\w&'-]+\s+){0,4}(?:average|mean|avg|cagr|compound))",
    re.IGNORECASE,
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}

# In order of preference: what each operation is called by.
_MARKERS: tuple[tuple[Operation, frozenset[str]], ...] = (
    ("multiple", frozenset({"multiple"})),
    ("compound", frozenset({"compound"})),
    ("average", frozenset({"average"})),
    ("growth", frozenset({"growth", "year_over_year"})),
    ("change", frozenset({"change"})),
    ("combined", frozenset({"combined"})),
    ("greatest", frozenset({"greatest"})),
    ("least", frozenset({"least"})),
    ("compare", frozenset({"compare"})),
)


class NotNumericError(Exception):
    """The question is not, or not surely, one that arithmetic over line items answers; the message says why."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A choice made where the question leaves one open; ``signal`` names what it costs in confidence."""

    signal: Literal["newest_period", "bare_year", "open_wording", "only_company"]
    text: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What is asked of one company and one period."""

    label: str
    expression: Expression
    percent: bool = False
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A question understood whole. ``assumptions`` are the choices made where its words leave one open.

    ``split_adjusted`` says that share data are wanted on the share basis of the as-of and no other.
    """

    operation: Operation
    measure: Measure
    ciks: tuple[int, ...]
    periods: tuple[PeriodKey, ...]
    presentation: Presentation
    assumptions: tuple[Assumption, ...] = ()
    split_adjusted: bool = False


def read(question: str, companies: pl.DataFrame, lexicon: Lexicon) -> Request:
    """Return the request that ``question`` makes. Raises NotNumericError where any part of it is not understood."""
    asked, count = _take_count(question)
    text, presentation = prepare(asked, companies)
    text, told = definitions.take(text, lexicon)
    lexicon = _with_definitions(told, text, lexicon)
    tokens = _spelt_out(text, lexicon)
    _refuse_other_forms(asked, tokens, lexicon)
    markers = {token.kind for token in tokens}
    measure = _measure(tokens, lexicon)
    if not definitions.inputs_are_used(told, measure.expression, lexicon):
        raise NotNumericError("other inputs are asked for than the metric has")
    ciks = tuple(dict.fromkeys(token.cik for token in tokens if token.cik is not None))
    keys = periods.joined(tuple(dict.fromkeys(key for token in tokens for key in token.keys)))
    assumptions = _assumptions(tokens, keys, ciks, lexicon)
    ciks = ciks or _only_company(companies)
    operation = _operation(markers, ciks, keys, measure)
    if operation == "growth" and measure.percent:
        operation = "change"
    if operation == "change" and not measure.percent and (presentation.percent or "percent" in markers):
        operation = "growth"
    if markers & {"percent"} and operation == "value" and not measure.percent:
        raise NotNumericError("a percentage is asked for, but not of what")
    return Request(
        operation,
        measure,
        ciks,
        _periods(operation, keys, ciks, count),
        presentation,
        assumptions,
        split_adjusted="split_adjusted" in markers,
    )


def _spelt_out(text: str, lexicon: Lexicon) -> list[Token]:
    try:
        return spelt_out(tokens_of(text, lexicon), lexicon)
    except MixedAmountsError as error:
        raise NotNumericError(str(error)) from None


def _with_definitions(told: definitions.Told, text: str, lexicon: Lexicon) -> Lexicon:
    years = [key.fiscal_year for token in tokens_of(text, lexicon) for key in token.keys]
    try:
        return definitions.honour(told, lexicon, max((year for year in years if year), default=None))
    except UnreadableDefinitionError as error:
        raise NotNumericError(str(error)) from None


def _take_count(question: str) -> tuple[str, int | None]:
    """Take "3 year" out of "3 year average"; None where no number of years is named."""
    match = _YEARS_OF_AVERAGE.search(question)
    if not match:
        return question, None
    count = _COUNTS.get(match[1].lower()) or int(match[1])
    return question.replace(match[0], "", 1), count


def _refuse_other_forms(question: str, tokens: list[Token], lexicon: Lexicon) -> None:
    first = re.match(r"\W*(\w+)", question)
    if first and first[1].lower() in lexicon.not_numeric:
        raise NotNumericError(f"a question that begins with {first[1]!r} does not ask for a number")
    if unknown := [token.text for token in tokens if token.kind == "unknown"]:
        raise NotNumericError(f"not understood beside the metric: {', '.join(dict.fromkeys(unknown))}")


def _measure(tokens: list[Token], lexicon: Lexicon) -> Measure:
    """Return the expression that the terms and operators spell; none, or two, raises NotNumericError."""
    parts = _without_apposition(_parts(tokens))
    names = list(dict.fromkeys(token.name for token in parts if token.kind == "term"))
    if not names:
        raise NotNumericError("no line item or metric is named")
    kinds = tuple(token.kind for token in parts)
    if set(kinds) <= {"term", "ratio", "ratio_end"} and len(names) == 1:
        only = lexicon.terms[names[0]]
        return Measure(only.name, only.expression, only.percent, only.unit)
    formula, percent = _formula(kinds, parts)
    try:
        tree = parse(formula)
    except ValueError:
        raise NotNumericError("more than one quantity is asked for") from None
    percent = percent or any(_IN_HUNDREDTHS.search(token.text) for token in parts)
    return Measure(formula, transform(tree, lambda leaf: _definition(leaf, lexicon)), percent)


def _parts(tokens: list[Token]) -> list[Token]:
    """Return the tokens of the measure; "to", "and" and "over" count only between two terms."""
    parts = []
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        joins = before and after and before.kind == after.kind == "term" and before.name != after.name
        if (joins and token.kind == "link") or (token.kind in _MEASURE and (joins or token.text != "over")):
            parts.append(token)
    return parts


def _without_apposition(parts: list[Token]) -> list[Token]:
    """Read "days payable outstanding (DPO)" as one term."""
    kinds = [token.kind for token in parts]
    for index in range(len(parts) - 3):
        same = kinds[index : index + 4] == ["term", "open", "term", "close"]
        if same and parts[index].name == parts[index + 2].name:
            return _without_apposition(parts[: index + 1] + parts[index + 4 :])
    return parts


def _formula(kinds: tuple[str, ...], parts: list[Token]) -> tuple[str, bool]:
    """Return the formula over term names, and whether it is asked for as a percentage."""
    names = [token.name for token in parts if token.kind == "term"]
    if kinds in _RATIO_FORMS:
        return f"{names[0]} / {names[1]}", False
    if kinds == ("sum", "term", "link", "term"):
        return f"{names[0]} + {names[1]}", False
    if kinds == ("share_of", "term", "term"):
        return f"{names[1]} / {names[0]}", True
    if kinds[0] == "share_of" or "link" in kinds or {"ratio", "ratio_end", "sum"} & set(kinds):
        raise NotNumericError("more than one quantity is asked for")
    return " ".join(_OPERATORS.get(token.kind, token.name or token.text) for token in parts), False


def _definition(leaf: Operand, lexicon: Lexicon) -> Expression:
    return shift(lexicon.terms[leaf.item].expression, leaf.years)


def _only_company(companies: pl.DataFrame) -> tuple[int, ...]:
    if companies.height != 1:
        raise NotNumericError("no company of the scope is named")
    return (int(companies["cik"][0]),)


def _operation(markers: set[str], ciks: tuple[int, ...], keys: tuple[PeriodKey, ...], measure: Measure) -> Operation:
    """Return what to do with the figures; the more specific marker wins."""
    if "ratio" in markers and len(ciks) == 2 and isinstance(measure.expression, Operand):
        markers = markers | {"multiple"}
    operation: Operation = next((operation for operation, wanted in _MARKERS if wanted & markers), "list")
    several = len(ciks) > 1 or len(keys) > 1
    is_ratio = isinstance(measure.expression, Binary) and measure.expression.operator == "/"
    if not several and (operation in ("compare", "list") or (operation == "multiple" and is_ratio)):
        return "value"
    if operation == "multiple" and not (len(ciks) == 2 and len(keys) <= 1) and not (len(ciks) == 1 and len(keys) > 1):
        raise NotNumericError("a multiple is of two companies, or of two years of one")
    if operation == "combined" and not several:
        raise NotNumericError("only one figure is named where several are to be added")
    if "combined" in markers and operation != "combined":
        raise NotNumericError(f"figures are to be added, and the {operation} of them is asked for")
    if operation in ("greatest", "least") and not several:
        raise NotNumericError("only one figure is named where the greatest or least is asked for")
    return operation


def _periods(
    operation: Operation, keys: tuple[PeriodKey, ...], ciks: tuple[int, ...], count: int | None
) -> tuple[PeriodKey, ...]:
    """Return the periods to compute, oldest first. Raises NotNumericError where they do not suit the operation."""
    ordered = tuple(sorted(keys, key=lambda key: (key.fiscal_year or 0, key.quarter or 0, -key.back)))
    if len({key.duration for key in ordered if key.end is None}) > 1:
        raise NotNumericError("years and quarters are mixed")
    if operation in ("average", "compound"):
        return _span_of_years(operation, ordered, ciks, count)
    if count is not None:
        raise NotNumericError("a number of years is named, but no average")
    if operation in ("growth", "change") and len(ordered) <= 1 and len(ciks) == 1:
        key = ordered[0] if ordered else PeriodKey()
        if key.end is not None and not key.spanned:
            raise NotNumericError("a date names no year to compare with")
        return (key.earlier(1), key)
    return ordered or (PeriodKey(),)


def _span_of_years(
    operation: Operation, ordered: tuple[PeriodKey, ...], ciks: tuple[int, ...], count: int | None
) -> tuple[PeriodKey, ...]:
    if len(ordered) <= 1 and count:
        last = ordered[0] if ordered else PeriodKey()
        span = count + 1 if operation == "compound" else count
        return tuple(last.earlier(years) for years in reversed(range(span)))
    ordered = _filled(operation, ordered, count)
    if len(ordered) < 2 or len(ciks) != 1:
        raise NotNumericError("an average or a compound rate needs one company and at least two years")
    if count and count not in (len(ordered), len(ordered) - 1 if operation == "compound" else -1):
        raise NotNumericError(f"{count} years are named, and a range of {len(ordered)}")
    return ordered


def _filled(operation: Operation, ordered: tuple[PeriodKey, ...], count: int | None) -> tuple[PeriodKey, ...]:
    """Return every year of "a three year average between FY2019 and FY2021"."""
    if operation != "average" or len(ordered) != 2 or count is None:
        return ordered
    first, last = (key.fiscal_year for key in ordered)
    if first is None or last is None or last - first + 1 != count:
        return ordered
    return tuple(replace(ordered[0], fiscal_year=year) for year in range(first, last + 1))


def _assumptions(
    tokens: list[Token], keys: tuple[PeriodKey, ...], ciks: tuple[int, ...], lexicon: Lexicon
) -> tuple[Assumption, ...]:
    found = []
    if not keys:
        found.append(Assumption("newest_period", "no period named: the newest known fiscal year"))
    if any(not key.exact for key in keys):
        found.append(Assumption("bare_year", "a bare year is read as the company's fiscal year"))
    if not ciks:
        found.append(Assumption("only_company", "no company named: the only one in the scope"))
    open_terms = [token for token in tokens if token.kind == "term" and token.text in lexicon.assumed]
    wordings = (Assumption("open_wording", f"{token.text!r} is read as {token.name}") for token in open_terms)
    return (*found, *wordings)
