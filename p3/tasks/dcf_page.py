"""The report of valuations as pages: one for the scope, and one for each company that it links to."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from p3.backtest import charts
from p3.clock import market_date, parse_as_of
from p3.data.tables import ACTIONS, VALUATIONS
from p3.facts.shares import split_factor
from p3.shapes import Dcf, ValuationShape
from p3.tasks import dcf_company_page
from p3.tasks.page import Cell, Charts, Column, Paragraph, Part, Row, Section, Table, render
from p3.wording import MISSING, day, name, number, percent
from p3.workflow.manifest import write_whole
from p3.workflow.session import Session

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
    """Write the pages into the run's folder and return ``data`` with the path of the scope's."""
    folder = session.store.directories.run(session.run_id)
    path = folder / "dcf.html"
    if data.history:
        write_whole(path, _page(f"p3: values of {scope}", data, list(_series(data.valuations))))
    else:
        for valuation in data.valuations:
            _write_company(session, folder, data, valuation)
        write_whole(path, _page(f"p3: value of {scope}", data, _summary(data.valuations)))
    return data.model_copy(update={"report": str(path)})


def _write_company(session: Session, folder: Path, data: Dcf, valuation: ValuationShape) -> None:
    parts = dcf_company_page.sections(valuation, list(_over_time(session, valuation.ticker)))
    alone = data.model_copy(update={"valuations": [valuation]})
    write_whole(folder / _file(valuation.ticker), _page(f"p3: value of {valuation.ticker}", alone, parts))


def _page(title: str, data: Dcf, sections: Sequence[Section]) -> str:
    about = [("as of", day(data.as_of)), ("run", data.run_id)]
    sample = any("sample" in valuation.origin for valuation in data.valuations)
    return render(title, about, sections, sample=sample)


def _file(ticker: str) -> str:
    return f"dcf-{_UNSAFE.sub('_', ticker)}.html"


def _summary(valuations: Sequence[ValuationShape]) -> list[Section]:
    valued = [_row(each) for each in valuations if each.refused is None]
    refused: list[Row] = [
        [Cell(each.ticker, href=_file(each.ticker)), each.refused] for each in valuations if each.refused
    ]
    found = [Section("Values", [Table(_SUMMARY, valued)])] if valued else []
    if refused:
        found.append(Section("Not valued", [Table([Column("company"), Column("why", "text")], refused)]))
    return found


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


def _over_time(session: Session, ticker: str) -> Iterable[Part]:
    """Yield the chart of the tree's valuations until the as-of, if there are several, on the as-of's share basis."""
    where = "ticker = ? AND as_of <= ? AND value_per_share IS NOT NULL AND price IS NOT NULL"
    rows = session.store.rows(VALUATIONS, where, [ticker, session.as_of]).sort("as_of", "run_id")
    newest = rows.unique("as_of", keep="last", maintain_order=True)
    if newest.height < 2:
        return
    actions = session.store.rows(ACTIONS, "ticker = ? AND known_from <= ?", [ticker, session.as_of])
    factors = [split_factor(actions, ticker, moment, session.as_of) for moment in newest["as_of"]]
    columns = {"value": newest["value_per_share"], "price": newest["price"]}
    lines = {
        label: [value / factor for value, factor in zip(column, factors, strict=True)]
        for label, column in columns.items()
    }
    days = [market_date(moment) for moment in newest["as_of"]]
    yield Charts([charts.lines(days, lines, "Value and price, on today's share basis")])


def _series(valuations: Iterable[ValuationShape]) -> Iterable[Section]:
    for ticker, group in groupby(valuations, key=lambda valuation: valuation.ticker):
        valued = [each for each in group if each.value_per_share is not None and each.as_of is not None]
        if not valued:
            yield Section(ticker, [Paragraph("No moment at which it could be valued.")])
            continue
        dates = [market_date(parse_as_of(each.as_of or "")) for each in valued]
        lines: Mapping[str, list[float]] = {
            "value": [each.value_per_share or 0.0 for each in valued],
            "price": [each.price or 0.0 for each in valued],
        }
        yield Section(ticker, [Charts([charts.lines(dates, lines, "Value and price, on the share basis of the day")])])
