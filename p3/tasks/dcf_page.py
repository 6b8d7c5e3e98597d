"""The report of valuations as pages: one for the scope, and one for each company that it links to."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from p3.backtest import charts
from p3.clock import market_date, parse_as_of
from p3.data.tables import ACTIONS
from p3.facts.shares import split_factor
from p3.shapes import Dcf, ValuationShape
from p3.tasks import dcf_company_page
from p3.tasks.page import Cell, Charts, Column, Paragraph, Part, Row, Section, Table, render
from p3.wording import MISSING, day, name, number, percent
from p3.workflow.manifest import write_whole
from p3.workflow.session import Session

Point = tuple[datetime, float, float]
"""The value and the price of a share at a moment, on the share basis of that moment."""

_VALUES = """
SELECT ticker, as_of, run_id, value_per_share, price,
       [{name: x.name, value: x.value} FOR x IN inputs IF x.assumption = 'yours'] AS chosen
FROM valuations WHERE value_per_share IS NOT NULL AND price IS NOT NULL
"""
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")
_SUMMARY = (
    Column("company"),
    Column("value", "number"),
    Column("price", "number"),
    Column("upside", "number"),
    Column("5 % to 95 %", "number"),
    Column("undervalued", "number"),
    Column("rate", "number"),
    Column("terminal share", "number"),
    Column("model"),
)


def write(session: Session, scope: str, data: Dcf) -> Dcf:
    """Write the pages into the run's folder and return ``data`` with the path of the scope's.

    Of the valuations one is in memory at a time; what the scope's page shows of each is kept.
    """
    folder = session.store.directories.run(session.run_id)
    path = folder / "dcf.html"
    valued: list[Row] = []
    refused: list[Row] = []
    drawn: list[Section] = []
    sample = False
    for newest, points in _companies(data):
        series = _drawn(session, newest.ticker, points if data.history else _of_the_tree(session, newest))
        _write_company(folder, data, newest, series)
        if newest.refused is None:
            valued.append(_row(newest))
        else:
            refused.append([Cell(newest.ticker, href=_file(newest.ticker)), newest.refused])
        if data.history:
            drawn.append(Section(newest.ticker, series or [Paragraph("Too few moments at which it was valued.")]))
        sample = sample or "sample" in newest.origin
    what = "values" if data.history else "value"
    write_whole(path, _page(f"p3: {what} of {scope}", data, [*_summary(valued, refused), *drawn], sample=sample))
    return data.model_copy(update={"report": str(path)})


def _companies(data: Dcf) -> Iterator[tuple[ValuationShape, list[Point]]]:
    """Yield the newest valuation of each company, and at which moments it was worth what."""
    for _, group in groupby(data.valuations, key=lambda valuation: valuation.ticker):
        points: list[Point] = []
        for newest in group:
            points += _points(newest)
        yield newest, points


def _points(valuation: ValuationShape) -> list[Point]:
    value, price = valuation.value_per_share, valuation.price
    if value is None or price is None or valuation.as_of is None:
        return []
    return [(parse_as_of(valuation.as_of), value, price)]


def _write_company(folder: Path, data: Dcf, valuation: ValuationShape, series: Sequence[Part]) -> None:
    parts = dcf_company_page.sections(valuation, series)
    sample = "sample" in valuation.origin
    write_whole(folder / _file(valuation.ticker), _page(f"p3: value of {valuation.ticker}", data, parts, sample=sample))


def _page(title: str, data: Dcf, sections: Sequence[Section], *, sample: bool) -> str:
    about = [("as of", day(data.as_of)), ("run", data.run_id)]
    return render(title, about, sections, sample=sample)


def _file(ticker: str) -> str:
    return f"dcf-{_UNSAFE.sub('_', ticker)}.html"


def _summary(valued: Sequence[Row], refused: Sequence[Row]) -> Iterator[Section]:
    if valued:
        yield Section("Values", [Table(_SUMMARY, valued)])
    if refused:
        yield Section("Not valued", [Table([Column("company"), Column("why", "text")], refused)])


def _row(valuation: ValuationShape) -> Row:
    spread, page = valuation.distribution or {}, _file(valuation.ticker)
    return [
        Cell(valuation.ticker, href=page),
        Cell(number(valuation.value_per_share), href=page),
        number(valuation.price),
        percent(valuation.upside, signed=True),
        f"{number(spread.get('p5'), 0)} to {number(spread.get('p95'), 0)}",
        percent(valuation.probability_undervalued, 0),
        percent(valuation.discount_rate),
        percent(valuation.detail.get("terminal_share")),
        name(valuation.model or MISSING),
    ]


def _of_the_tree(session: Session, valuation: ValuationShape) -> list[Point]:
    """Return what the tree's valuations of the company until the as-of say, those with the same choices of the user."""
    rows = session.shared("values by company", lambda: _values(session)).get((valuation.ticker,))
    own = {given.name: given.value for given in valuation.inputs if given.assumption == "yours"}
    points = {} if rows is None else {row[0]: row[:3] for row in rows.iter_rows() if _named(row[3]) == own}
    return list(points.values())


def _named(chosen: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    return {given["name"]: given["value"] for given in chosen}


def _values(session: Session) -> dict[tuple[object, ...], pl.DataFrame]:
    """Return the tree's values and prices until the as-of by company, each with what the user chose for it."""
    rows = session.store.query(session.as_of).sql(_VALUES, {}).sort("as_of", "run_id")
    columns = ("as_of", "value_per_share", "price", "chosen")
    groups = rows.partition_by("ticker", as_dict=True)
    return {ticker: group.select(columns) for ticker, group in groups.items()}


def _drawn(session: Session, ticker: str, points: Sequence[Point]) -> list[Part]:
    """Return the chart of values and prices on the as-of's share basis, nothing where there are not several."""
    if len(points) < 2:
        return []
    actions = session.store.filtered(ACTIONS, pl.col("ticker") == ticker, pl.col("known_from") <= session.as_of)
    factors = [split_factor(actions, ticker, moment, session.as_of) for moment, _, _ in points]
    lines = {
        "value": [value / factor for (_, value, _), factor in zip(points, factors, strict=True)],
        "price": [price / factor for (_, _, price), factor in zip(points, factors, strict=True)],
    }
    days = [market_date(moment) for moment, _, _ in points]
    return [Charts([charts.lines(days, lines, "Value and price, on today's share basis")])]
