"""One company's valuation as a page: what it is worth, how sure that is, what it rests on, and where that stands."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from p3.shapes import Source, ThesisShape, ValuationInput, ValuationShape
from p3.tasks import dcf_charts
from p3.tasks.page import Cell, Charts, Column, Paragraph, Part, Row, Section, Table
from p3.wording import MISSING, amount, few, name, number, percent

# The bridge, with what each part adds or takes, and the input that tells it.
_BRIDGE = {
    "operations": (1, "forecast"),
    "book_value": (1, "input-book_value"),
    "excess_cash": (1, "input-cash"),
    "investments": (1, "input-investments"),
    "debt": (-1, "input-debt"),
    "minority_interests": (-1, "input-minority_interests"),
    "preferred": (-1, "input-preferred"),
    "options": (-1, "input-options"),
}
_ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")
_TONES = ((-0.5, "under3"), (-0.25, "under2"), (0.0, "under1"), (0.25, "over1"), (0.5, "over2"))


def sections(valuation: ValuationShape, series: Sequence[Part]) -> list[Section]:
    """Return the parts of a company's page; ``series`` are those about its values over time."""
    over_time = [Section("Value against price over time", series)] if series else []
    if valuation.refused is not None:
        return [Section("Not valued", [Paragraph(f"{valuation.refused}.")]), *over_time]
    detail = valuation.detail
    return [
        Section("Value", [Paragraph(_said(valuation)), *_pictures(valuation), _bridge(detail)]),
        *_thesis(valuation.thesis),
        Section("How sure", [*_uncertainty(valuation)]),
        *over_time,
        Section("Forecast", [_forecast(detail)]),
        Section("Cross-checks", [*_checks(detail)]),
        Section("Inputs and their sources", [_inputs(valuation), Paragraph(_opened(valuation))]),
    ]


def _said(valuation: ValuationShape) -> str:
    detail, which = valuation.detail, "cost of capital" if valuation.wacc is not None else "cost of equity"
    return (
        f"{number(valuation.value_per_share)} a share against a price of {number(valuation.price)} on "
        f"{valuation.price_date}, {percent(valuation.upside, signed=True)}, by {name(valuation.model or MISSING)}: "
        f"{detail.get('reason', MISSING)}. The {which} is {percent(valuation.discount_rate)}, terminal growth "
        f"{percent(valuation.terminal_growth)}; the terminal value is {percent(detail.get('terminal_share'))} of the "
        f"whole. The price implies {_implied(detail)}."
    )


def _thesis(thesis: ThesisShape | None) -> Iterable[Section]:
    if thesis is None:
        return
    heads = [Column("claim"), Column("the figures that it rests on")]
    said = [Table(heads, [[claim.sentence, claim.quotation] for claim in thesis.claims])] if thesis.claims else []
    note = f"Written by a language model from the figures of this page; {len(thesis.withheld)} claims were withheld."
    yield Section("Thesis", [*said, Paragraph(note if thesis.tier else "No language model gave a thesis that stands.")])


def _implied(detail: Mapping[str, Any]) -> str:
    told = [f"{name(key)} of {percent(value)}" for key, value in detail.get("implied", {}).items() if value is not None]
    return " and ".join(told) or "nothing that the model can give"


def _pictures(valuation: ValuationShape) -> Iterable[Part]:
    detail, price, value = valuation.detail, valuation.price, valuation.value_per_share
    drawings = []
    if price is not None and value is not None and detail.get("histogram"):
        drawings.append(dcf_charts.histogram(detail["histogram"], price, value))
    if detail.get("operations") is not None:
        parts = [(name(part), sign * detail[part]) for part, (sign, _) in _BRIDGE.items() if detail.get(part)]
        drawings.append(dcf_charts.waterfall(parts, detail["equity"]))
    if drawings:
        yield Charts(drawings)


def _bridge(detail: Mapping[str, Any]) -> Table:
    rows: list[Row] = [
        [name(part), Cell(amount(sign * detail[part], "USD"), href=f"#{source}")]
        for part, (sign, source) in _BRIDGE.items()
        if detail.get(part)
    ]
    shares = Cell(amount(detail.get("shares"), "shares"), href="#input-shares_diluted")
    rows += [["equity", amount(detail.get("equity"), "USD")], ["shares", shares]]
    return Table([Column("from operations to equity"), Column("amount", "number")], rows)


def _uncertainty(valuation: ValuationShape) -> Iterable[Part]:
    detail = valuation.detail
    yield Paragraph(f"The price is below {percent(valuation.probability_undervalued, 0)} of the simulated values.")
    spread = {**(valuation.distribution or {}), **detail.get("scenarios", {})}
    yield Table([Column(head, "number") for head in spread], [[number(value) for value in spread.values()]])
    heads = [Column("one deviation of"), Column("below", "number"), Column("above", "number")]
    bars = detail.get("tornado", [])
    yield Table(heads, [[name(", ".join(bar["inputs"])), number(bar["below"]), number(bar["above"])] for bar in bars])
    yield Paragraph("Green where a share is worth more than its price, red where less.", "Rate and terminal growth")
    yield _heat(detail["sensitivity"], valuation.price)


def _heat(grid: Mapping[str, Any], price: float | None) -> Table:
    heads = [Column("rate, by terminal growth"), *(Column(percent(at), "number") for at in grid["terminal_growth"])]
    rows = zip(grid["wacc"], grid["value_per_share"], strict=True)
    cells: list[Row] = [
        [percent(rate), *(Cell(number(cell), tone=_tone(cell, price)) for cell in row)] for rate, row in rows
    ]
    return Table(heads, cells)


def _tone(value: float | None, price: float | None) -> str:
    if value is None or not price:
        return ""
    upside = value / price - 1
    return next((tone for most, tone in _TONES if upside < most), "over3")


def _forecast(detail: Mapping[str, Any]) -> Table:
    years = detail.get("forecast", [])
    heads = [
        Column("year", anchor="forecast"),
        *(Column(name(key), "number") for key in (years or [{}])[0] if key != "year"),
    ]
    return Table(
        heads, [[f"{year['year']:g}", *(_plain(year[key]) for key in year if key != "year")] for year in years]
    )


def _plain(value: float) -> str:
    return f"{number(value / 1e6, 0)} million" if abs(value) >= 1e6 else f"{value:,.4g}"


def _checks(detail: Mapping[str, Any]) -> Iterable[Part]:
    checks = detail.get("cross_checks", {})
    rows = [[name(key), number(value, 2 if key.endswith("per_share") else 1)] for key, value in checks.items()]
    yield Table([Column("at the price"), Column("", "number")], rows)
    found = detail.get("comparables", {})
    if found:
        heads = [
            Column("median of peers"),
            Column("", "number"),
            Column("makes a share", "number"),
            Column("peers", "text"),
        ]
        yield Table(
            heads,
            [
                [name(key), number(each["median"], 1), number(each["value_per_share"]), few(each["tickers"], 12)]
                for key, each in found.items()
            ],
        )


def _inputs(valuation: ValuationShape) -> Table:
    heads = [Column("input"), Column("value", "number"), Column("by"), Column("where it comes from", "text")]
    return Table(heads, [_input(given, valuation.cik) for given in valuation.inputs])


def _input(given: ValuationInput, cik: int | None) -> Row:
    sources = list(dict.fromkeys((_where(source), _address(source, cik)) for source in given.sources))
    shown = Cell(amount(given.value, given.unit), href=sources[0][1] if sources else "")
    return [
        Cell(name(given.name), anchor=f"input-{given.name}"),
        shown,
        given.assumption,
        [Cell(text, href=href) for text, href in sources],
    ]


def _where(source: Source) -> str:
    return f"{source.concept} {source.end} {source.accession}".strip()


def _address(source: Source, cik: int | None) -> str:
    """Return the address of the filing's index page at EDGAR; nothing for what comes from no filing."""
    if cik is None or cik <= 0 or not _ACCESSION.fullmatch(source.accession):
        return ""
    folder = source.accession.replace("-", "")
    return f"https://www.sec.gov/Archives/edgar/data/{cik}/{folder}/{source.accession}-index.htm"


def _opened(valuation: ValuationShape) -> str:
    query = f"SELECT * FROM valuations WHERE valuation_id = '{valuation.valuation_id}'"
    return f'In the tree: p3 sql "{query}"'
