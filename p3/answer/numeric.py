"""Numbers by arithmetic over line items: a request becomes a bound expression, its value, its formula and the facts
behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from p3.answer.expression import (
    RATIO,
    Binary,
    Expression,
    NotComputableError,
    Number,
    Operand,
    Quantity,
    evaluate,
    mean,
    operands,
    render,
    settle,
    transform,
)
from p3.answer.figures import Figure, Figures
from p3.answer.periods import PeriodKey
from p3.answer.reading import Measure, Request

_COMPARED = timedelta(days=2 * 366 + 7)  # two years, one of 53 weeks
_SMALLEST_SPLIT = 1.25  # five shares for four
_CURRENCY = len("USD")
_PER_SHARE = frozenset({"shares", "USD/shares"})


@dataclass(frozen=True, slots=True)
class Figured:
    """One number of the answer: what it is of, its value, and the figures that made it."""

    subject: str
    quantity: Quantity
    formula: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Computed:
    """A request's result. ``value`` is None where a list is asked for; ``parts`` are the numbers in the order asked.

    The value of a comparison of two is the first less the second; of the greatest or least, that number.
    """

    value: Quantity | None
    formula: str
    parts: tuple[Figured, ...]
    figures: tuple[Figure, ...]


def compute(request: Request, figures: Figures, names: dict[int, str]) -> Computed:
    """Return the numbers that ``request`` asks for; ``names`` gives each company's ticker.

    Raises NotComputableError where a figure is missing or makes no sense in the formula, NotYetKnownError for a
    period still to come.
    """
    maker = _Maker(figures, names, request.split_adjusted)
    if request.operation in ("compare", "list", "greatest", "least"):
        return _several(request, maker)
    if request.operation == "combined":
        return _combined(request, maker)
    if request.operation in ("change", "multiple") and len(request.ciks) == 2 and len(request.periods) == 1:
        first, second = (_at(request.measure, cik, request.periods[0]) for cik in request.ciks)
        symbol = "-" if request.operation == "change" else "/"
        return _single(maker.make(Binary(symbol, first, second), _result_measure(request)))
    if len(request.ciks) != 1:
        raise NotComputableError("this is computed for one company at a time")
    steps = [_at(request.measure, request.ciks[0], key) for key in request.periods]
    return _single(maker.make(_combine(request, steps, maker), _result_measure(request)))


def _single(figured: Figured) -> Computed:
    return Computed(figured.quantity, figured.formula, (figured,), figured.figures)


def _combined(request: Request, maker: "_Maker") -> Computed:
    """Add the amounts of all companies and periods; only flows of money add up over periods."""
    steps = [_at(request.measure, cik, key) for cik in request.ciks for key in request.periods]
    total = steps[0]
    for step in steps[1:]:
        total = Binary("+", total, step)
    figured = maker.make(total, request.measure)
    if len(figured.quantity.unit or "") != _CURRENCY:
        raise NotComputableError("ratios and amounts per share do not add up")
    if len(request.periods) > 1 and any(s.start is None for figure in figured.figures for s in figure.item.sources):
        raise NotComputableError("balances of several periods do not add up")
    return _single(figured)


def _combine(request: Request, steps: Sequence[Expression], maker: "_Maker") -> Expression:
    first, last = steps[0], steps[-1]
    match request.operation:
        case "value":
            return first
        case "average":
            return mean(list(steps))
        case "change":
            return Binary("-", last, first)
        case "multiple":
            maker.require_positive(first, "a multiple")
            return Binary("/", last, first)
        case "growth":
            maker.require_positive(first, "growth")
            return Binary("-", Binary("/", last, first), Number(1.0))
        case "compound":
            maker.require_positive(first, "a compound rate")
            years = maker.years_between(first, last)
            root = Binary("/", Number(1.0), Number(float(years)))
            return Binary("-", Binary("^", Binary("/", last, first), root), Number(1.0))
    raise ValueError(f"{request.operation} combines no single company's periods")


def _result_measure(request: Request) -> Measure:
    if request.operation in ("growth", "compound", "multiple"):
        return replace(request.measure, percent=request.operation != "multiple", unit=None)
    return request.measure


def _several(request: Request, maker: "_Maker") -> Computed:
    parts = tuple(
        maker.make(_at(request.measure, cik, key), request.measure, maker.subject(cik, key, request))
        for key in request.periods
        for cik in request.ciks
    )
    maker.require_one_basis([figure for part in parts for figure in part.figures])
    figures = tuple({figure.operand: figure for part in parts for figure in part.figures}.values())
    value, formula = _choose(request.operation, parts)
    return Computed(value, formula, parts, figures)


def _choose(operation: str, parts: Sequence[Figured]) -> tuple[Quantity | None, str]:
    """Return the value of a comparison and its formula."""
    formulas = [part.formula for part in parts]
    if operation in ("greatest", "least"):
        extreme = max if operation == "greatest" else min
        chosen = extreme(parts, key=lambda part: part.quantity.value)
        return chosen.quantity, f"{extreme.__name__}({', '.join(formulas)})"
    if operation == "list" or len(parts) != 2:
        return None, "; ".join(formulas)
    first, second = parts
    difference = Quantity(first.quantity.value - second.quantity.value, first.quantity.unit)
    return difference, f"{first.formula} - ({second.formula})"


def _at(measure: Measure, cik: int, key: PeriodKey) -> Expression:
    """Bind the measure to a company and a period.

    Raises NotComputableError where it needs a year before a period named by a date.
    """

    def bind(operand: Operand) -> Operand:
        try:
            period = key.earlier(-operand.years) if operand.years else key
        except ValueError as error:
            raise NotComputableError(str(error)) from None
        return replace(operand, years=0, cik=cik, period=period)

    return transform(measure.expression, bind)


class _Maker:
    """Evaluates bound expressions over the figures, keeping which were used."""

    def __init__(self, figures: Figures, names: dict[int, str], split_adjusted: bool) -> None:
        self._figures = figures
        self._names = names
        self._split_adjusted = split_adjusted

    def make(self, expression: Expression, measure: Measure, subject: str = "") -> Figured:
        """Return the value; a ``subject`` tells it from others beside it, and its formula then names company and
        period.
        """
        expression = settle(expression, self._is_filed)
        used = {operand: self._figures.find(operand) for operand in operands(expression)}
        self.require_one_basis(list(used.values()))
        self.require_known_splits(list(used.values()))
        quantity = evaluate(expression, lambda operand: _quantity(used[operand]))
        unit = measure.unit or quantity.unit or RATIO
        return Figured(
            subject,
            Quantity(quantity.value, unit),
            self._formula(expression, used, bool(subject)),
            tuple(used.values()),
        )

    def _is_filed(self, operand: Operand) -> bool:
        try:
            self._figures.find(operand)
        except NotComputableError:
            return False
        return True

    def subject(self, cik: int, key: PeriodKey, request: Request) -> str:
        label = self._figures.period(cik, key).label
        return f"{self._names[cik]} {label}" if len(request.ciks) > 1 else label

    def years_between(self, first: Expression, last: Expression) -> int:
        ends = [self._figures.find(operands(step)[0]).period.end for step in (first, last)]
        years = round((ends[1] - ends[0]).days / 365.25)
        if years < 1:
            raise NotComputableError("a compound rate needs two different years")
        return years

    def require_positive(self, expression: Expression, what: str) -> None:
        if evaluate(expression, lambda operand: _quantity(self._figures.find(operand))).value <= 0:
            raise NotComputableError(f"{what} from a figure that is zero or negative has no meaning")

    def require_one_basis(self, figures: Sequence[Figure]) -> None:
        """Refuse per-share figures of one company from different filings: a split may lie between them."""
        for cik in {figure.operand.cik for figure in figures}:
            counted = [f for f in figures if f.operand.cik == cik and f.item.unit in _PER_SHARE]
            if len({figure.period.end for figure in counted}) < 2 or all(figure.on_basis for figure in counted):
                continue
            if not (_share_a_filing(counted) or _printed_together(counted)):
                raise NotComputableError(
                    "the shares are counted in different filings, perhaps before and after a split"
                )

    def require_known_splits(self, figures: Sequence[Figure]) -> None:
        """Refuse to call figures split-adjusted where the splits since their filing are not known."""
        if self._split_adjusted and not all(f.on_basis for f in figures if f.item.unit in _PER_SHARE):
            raise NotComputableError("the splits since are not known; `p3 fetch-prices` fetches them")

    def _formula(self, expression: Expression, used: dict[Operand, Figure], in_full: bool) -> str:
        """Return the formula; companies and periods are named where there are several, or ``in_full``."""
        one_period = not in_full and len({(operand.cik, operand.period) for operand in used}) <= 1
        one_company = not in_full and len({operand.cik for operand in used}) <= 1

        def name(operand: Operand) -> str:
            owner = "" if one_company or operand.cik is None else f"{self._names[operand.cik]}."
            return operand.item if one_period else f"{owner}{operand.item}[{used[operand].period.label}]"

        return render(expression, name)


def _share_a_filing(figures: Sequence[Figure]) -> bool:
    return bool(set.intersection(*({source.accession for source in figure.item.sources} for figure in figures)))


def _printed_together(figures: Sequence[Figure]) -> bool:
    """Say whether one report prints all these periods: it has its own year and the two before (Regulation S-X 3-02).

    A smaller company's has one year less (rule 8-02), so the number of shares may not have jumped either.
    """
    periods = {figure.period.end: figure.period for figure in figures}
    counts = [period.items.get("shares_diluted") or period.items.get("shares_basic") for period in periods.values()]
    known = [count.value for count in counts if count is not None and count.value > 0]
    near = max(periods) - min(periods) <= _COMPARED
    return near and len(known) == len(periods) and max(known) < _SMALLEST_SPLIT * min(known)


def _quantity(figure: Figure) -> Quantity:
    return Quantity(figure.item.value, figure.item.unit)
