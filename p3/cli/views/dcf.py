"""The view of `p3 dcf`: the values beside the prices, then each company's model, uncertainty and inputs."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from p3.cli.views import dcf_detail, dcf_history
from p3.cli.views.parts import Column, FittedTable, fits, grid, heading, indented, one_line, remark, sample, unbroken
from p3.shapes import Dcf, ValuationInput, ValuationShape
from p3.wording import MISSING, amount, day, name, number, percent

_INPUTS_OF = 4  # companies: the inputs of more would bury the summary
_SUMMARY = (
    Column("company"),
    Column("value", number=True),
    Column("price", number=True),
    Column("upside", number=True),
    Column("5 % to 95 %", number=True, rank=1),
    Column("undervalued", number=True, rank=2),
    Column("rate", number=True, rank=3),
    Column("terminal", number=True, rank=5),
    Column("price implies", number=True, rank=4),
    Column("priced on", rank=7),
    Column("model", rank=6),
)


def render(data: Dcf) -> Iterable[RenderableType]:
    """Return the summary, the refusals with their reasons, the models and inputs; with --history the series."""
    return dcf_history.render(data) if data.history else _render(data)


def _render(data: Dcf) -> Iterator[RenderableType]:
    rows: list[list[Text]] = []
    first: list[ValuationShape] = []
    refused: list[tuple[str, str]] = []
    origins: set[str] = set()
    for valuation in data.valuations:
        origins.add(valuation.origin)
        if valuation.refused is not None:
            refused.append((valuation.ticker, valuation.refused))
            continue
        rows.append(_row(valuation))
        first += [valuation] if len(first) < _INPUTS_OF else []
    yield from sample(origins)
    yield FittedTable(_SUMMARY, rows) if rows else Text("No company was valued.")
    yield remark(f"a share, as of {day(data.as_of)}, run {data.run_id}")
    if data.report:
        yield unbroken("report: ", data.report)
    yield from _refusals(refused)
    if len(rows) > _INPUTS_OF:
        yield remark("Add -t TICKER to see a company's inputs, or --json for all.")
        return
    for valuation in first:
        yield from (*dcf_detail.render(valuation), *_inputs(valuation))


def _refusals(refused: Sequence[tuple[str, str]]) -> Iterator[RenderableType]:
    if refused:
        yield heading("Not valued")
    for ticker, reason in refused:
        yield indented(one_line(ticker, "bold"), 2)
        yield indented(one_line(reason), 4)


def _row(valuation: ValuationShape) -> list[Text]:
    spread = valuation.distribution or {}
    low, high = spread.get("p5"), spread.get("p95")
    return [
        one_line(valuation.ticker, "bold"),
        one_line(number(valuation.value_per_share)),
        one_line(number(valuation.price)),
        one_line(percent(valuation.upside, signed=True), "red" if (valuation.upside or 0.0) < 0 else "green"),
        one_line(MISSING if low is None or high is None else f"{number(low, 0)} to {number(high, 0)}"),
        one_line(percent(valuation.probability_undervalued, 0)),
        one_line(_rate(valuation)),
        one_line(percent(valuation.terminal_growth)),
        one_line(percent(valuation.implied_growth)),
        one_line(valuation.price_date or MISSING),
        one_line(name(valuation.model or MISSING)),
    ]


def _rate(valuation: ValuationShape) -> str:
    """Return the discount rate, and which it is."""
    which = "of equity" if valuation.wacc is None else "WACC"
    return f"{percent(valuation.discount_rate)} {which}"


def _inputs(valuation: ValuationShape) -> list[RenderableType]:
    if not valuation.inputs:
        return []
    return [heading(f"Inputs of {valuation.ticker}"), Inputs(valuation.inputs)]


class Inputs:
    """Each input with its value and where it comes from: beside it where the width allows, else below."""

    def __init__(self, inputs: Sequence[ValuationInput]) -> None:
        self._inputs = inputs

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield a table of three columns, or one of two with the sources as further lines."""
        columns = (Column("input"), Column("value", number=True), Column("by"), Column("where it comes from"))
        beside = grid(columns)
        for given in self._inputs:
            beside.add_row(*_named(given), one_line(_source(given)))
        if fits(beside, console, options):
            yield beside
            return
        width = max(len(name(given.name)) for given in self._inputs)
        for given in self._inputs:
            label, value, by = _named(given)
            label.pad_right(width - label.cell_len)
            yield Text.assemble(label, "  ", value, "  ", by)
            if given.sources:
                yield indented(remark(_source(given)), 4)


def _named(given: ValuationInput) -> tuple[Text, Text, Text]:
    value = one_line(amount(given.value, given.unit), "bold")
    return one_line(name(given.name)), value, one_line(given.assumption)


def _source(given: ValuationInput) -> str:
    if not given.sources:
        return ""
    first, more = given.sources[0], len(given.sources) - 1
    period = f"{first.start} to {first.end}" if first.start else f"{first.end}"
    said = ", ".join(part for part in (f"{first.taxonomy}:{first.concept}", period, first.accession) if part)
    return f"{said} and {more} more" if more else said
