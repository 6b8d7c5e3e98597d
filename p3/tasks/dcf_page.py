"""The report of valuations as a page: for each company the bridge, the distribution, sensitivities and sources."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from p3.backtest import charts
from p3.clock import market_date, parse_as_of
from p3.shapes import Dcf, ValuationInput, ValuationShape
from p3.tasks.page import Charts, Column, Paragraph, Part, Section, Table, render
from p3.wording import MISSING, amount, day, name, number, percent
from p3.workflow.manifest import write_whole
from p3.workflow.session import Session

_BRIDGE = ("operations", "book_value", "excess_cash", "debt", "minority_interests", "preferred", "equity")


def write(session: Session, scope: str, data: Dcf) -> Dcf:
    """Write the page into the run's folder and return ``data`` with its path."""
    path = session.store.directories.run(session.run_id) / "dcf.html"
    write_whole(path, page(scope, data))
    return data.model_copy(update={"report": str(path)})


def page(scope: str, data: Dcf) -> str:
    """Return the page of ``dcf``, or of ``dcf --history``, as one HTML document."""
    about = [("scope", scope), ("as of", day(data.as_of)), ("run", data.run_id)]
    sections = list(_series(data.valuations) if data.history else map(_company, data.valuations))
    sample = any("sample" in valuation.origin for valuation in data.valuations)
    return render(f"p3: value of {scope}", about, sections, sample=sample)


def _company(valuation: ValuationShape) -> Section:
    if valuation.refused is not None:
        return Section(valuation.ticker, [Paragraph(f"Not valued: {valuation.refused}.")])
    detail = valuation.detail
    share = percent(detail.get("terminal_share"))
    text = (
        f"{number(valuation.value_per_share)} a share against a price of {number(valuation.price)} on "
        f"{valuation.price_date}, by {name(valuation.model or MISSING)}: {detail.get('reason', MISSING)}. The terminal "
        f"value is {share} of the whole."
    )
    return Section(
        valuation.ticker,
        [Paragraph(text), _bridge(detail), *_uncertainty(valuation), _sensitivity(detail), _inputs(valuation.inputs)],
    )


def _bridge(detail: Mapping[str, Any]) -> Table:
    rows = [[name(part), amount(detail[part], "USD")] for part in _BRIDGE if detail.get(part)]
    return Table([Column("from operations to equity"), Column("amount", "number")], rows)


def _uncertainty(valuation: ValuationShape) -> Iterable[Part]:
    yield Paragraph(
        f"The price is below {percent(valuation.probability_undervalued, 0)} of the simulated values.", "How sure"
    )
    spread = {**(valuation.distribution or {}), **valuation.detail.get("scenarios", {})}
    yield Table([Column(head, "number") for head in spread], [[number(value) for value in spread.values()]])
    heads = [Column("one deviation of"), Column("below", "number"), Column("above", "number")]
    bars = valuation.detail.get("tornado", [])
    rows = [[name(", ".join(bar["inputs"])), number(bar["below"]), number(bar["above"])] for bar in bars]
    yield Table(heads, rows)


def _sensitivity(detail: Mapping[str, Any]) -> Table:
    grid = detail["sensitivity"]
    heads = [Column("rate, by terminal growth"), *(Column(percent(at), "number") for at in grid["terminal_growth"])]
    rows = zip(grid["wacc"], grid["value_per_share"], strict=True)
    return Table(heads, [[percent(rate), *(number(cell) for cell in cells)] for rate, cells in rows])


def _inputs(inputs: Sequence[ValuationInput]) -> Table:
    heads = [Column("input"), Column("value", "number"), Column("by"), Column("where it comes from", "text")]
    rows = [[name(i.name), amount(i.value, i.unit), i.assumption, _where(i)] for i in inputs]
    return Table(heads, rows)


def _where(given: ValuationInput) -> str:
    found = [f"{source.concept} {source.end} {source.accession}".strip() for source in given.sources]
    return "; ".join(dict.fromkeys(found))


def _series(valuations: Iterable[ValuationShape]) -> Iterable[Section]:
    for ticker, group in groupby(valuations, key=lambda valuation: valuation.ticker):
        valued = [each for each in group if each.value_per_share is not None and each.as_of is not None]
        if not valued:
            yield Section(ticker, [Paragraph("No moment at which it could be valued.")])
            continue
        dates = [market_date(parse_as_of(each.as_of or "")) for each in valued]
        lines = {
            "value": [each.value_per_share or 0.0 for each in valued],
            "price": [each.price or 0.0 for each in valued],
        }
        yield Section(ticker, [Charts([charts.lines(dates, lines, "Value and price, on the share basis of the day")])])
