"""The reports of a backtest and of a whole run, as pages."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from p3.backtest import charts, metrics
from p3.backtest.result import BacktestResult
from p3.scope import Scope
from p3.shapes import E2E, Backtest, Trade
from p3.tasks.page import AnswerPart, Charts, Column, Paragraph, Part, Section, Source, Table, render
from p3.wording import METRICS, MISSING, day, metric, name, number, percent, quantity

_BARS = 30  # of a chart: more would not be read
_DECISIONS = 12


def backtest_page(scope: Scope, strategy: str, result: BacktestResult, benchmark: str, origin: str) -> str:
    """Return the page of one backtest."""
    dates, values = result.equity["date"].to_list(), result.equity["value"].to_list()
    parts = _backtest_parts(
        dates, values, result.equity["benchmark"].to_list(), result.metrics, result.benchmark, benchmark
    )
    about = [
        ("scope", scope.name),
        ("from", str(dates[0])),
        ("to", str(dates[-1])),
        ("bars", f"{result.sessions:,}"),
        ("trades", f"{result.trades.height:,}"),
    ]
    return render(f"Backtest of {strategy}", about, [Section("Result", parts)], sample="sample" in origin)


def run_page(
    run: E2E,
    valuations: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]],
    backtest: tuple[Backtest, Sequence[float], str] | None,
    trade: Trade | None,
) -> str:
    """Return the page of a whole run; parts that a stage could not give are left out, and the stages say why."""
    sections = []
    if valuations:
        sections.append(Section("Valuations", _valuations(valuations)))
    if trade is not None:
        sections.append(Section("Orders", _orders(trade)))
    if backtest is not None:
        sections.append(_backtest(*backtest))
    if answers:
        sections.append(Section("Questions", [_answer(answer) for answer in answers]))
    sections.append(Section("Stages of the run", _stages(run)))
    about = [("as of", day(run.as_of)), ("status", run.status), ("run", run.run_id)]
    return render(f"p3: {run.scope}", about, sections, sample="sample" in run.origin)


SURVIVORS = (
    "The scope's members are today's: companies that left it or failed are missing, which flatters every year before."
)


def _backtest(shape: Backtest, benchmark: Sequence[float], called: str) -> Section:
    dates, values = [when for when, _ in shape.equity], [value for _, value in shape.equity]
    parts = _backtest_parts(dates, values, benchmark, shape.metrics, shape.benchmark, called)
    about = Paragraph(
        f"{shape.start} to {shape.end}, {shape.sessions:,} bars; fills at the next open, costs included. {SURVIVORS}"
    )
    newest = shape.decisions[-_DECISIONS:][::-1]
    rows = [[str(each.date), ", ".join(f"{t} {percent(w)}" for t, w in each.weights.items())] for each in newest]
    decided = [Paragraph("Target weights; the rest is cash.", "Last decisions")] if rows else []
    table = [Table([Column("decided on"), Column("target weights", "text")], rows)] if rows else []
    return Section(f"Backtest of {shape.strategy}", [about, *parts, *decided, *table])


def _backtest_parts(
    dates: Sequence[date],
    values: Sequence[float],
    benchmark: Sequence[float],
    ours: Mapping[str, float | None],
    theirs: Mapping[str, float | None],
    called: str,
) -> list[Part]:
    series = np.asarray(values)
    falls = [0.0, *metrics.drawdowns(series[1:] / series[:-1] - 1)]
    rows = [[label, metric(key, ours.get(key)), metric(key, theirs.get(key))] for key, label in METRICS.items()]
    return [
        Charts([charts.equity_svg(dates, values, benchmark, called), charts.drawdown_svg(dates, falls)]),
        Table([Column("metric"), Column("strategy", "number"), Column(called, "number")], rows),
    ]


def _stages(run: E2E) -> list[Part]:
    columns = [
        Column("stage"),
        Column("status", "status"),
        Column("rows", "number"),
        Column("seconds", "number"),
        Column("failures", "number"),
        Column("why", "text"),
    ]
    rows = [
        [s.name, s.status, f"{s.rows:,}", f"{s.seconds:.1f}", f"{len(s.failures):,}" if s.failures else "", s.why]
        for s in run.stages
    ]
    parts: list[Part] = [Table(columns, rows)]
    failures = [[s.name, f.unit, f.what, f.reason] for s in run.stages for f in s.failures]
    if failures:
        columns = [Column("stage"), Column("company"), Column("what", "text"), Column("reason", "text")]
        parts += [Paragraph("The rest went on without it.", "What failed or is missing"), Table(columns, failures)]
    return parts


def _valuations(rows: Sequence[Mapping[str, Any]]) -> list[Part]:
    heads = ("value", "price", "upside", "5 % to 95 %", "undervalued", "rate", "price implies")
    columns = [Column("company"), *(Column(head, "number") for head in heads), Column("priced on"), Column("model")]
    valued = [row for row in rows if row["value_per_share"] is not None]
    parts: list[Part] = []
    if valued:
        ranked = sorted((row for row in valued if row["upside"] is not None), key=lambda row: -row["upside"])
        first = [(row["ticker"], row["upside"]) for row in ranked[:_BARS]]
        parts += [
            Paragraph(
                "Value a share by discounted cash flow. “Undervalued” is the share of simulated values above the "
                "price; “price implies” is the growth of revenue a year at which the value would be the price."
            ),
            Table(columns, [_valuation(row) for row in valued]),
            Charts([charts.bars_svg([t for t, _ in first], [u for _, u in first], "Upside, of the price")]),
        ]
    refused = [[row["ticker"], row["refused"]] for row in rows if row["refused"]]
    if refused:
        parts += [
            Paragraph("No model fits these.", "Not valued"),
            Table([Column("company"), Column("why", "text")], refused),
        ]
    return parts


def _valuation(row: Mapping[str, Any]) -> list[str]:
    spread, (which, rate) = row["distribution"], row["rate"]
    return [
        row["ticker"],
        number(row["value_per_share"]),
        number(row["price"]),
        percent(row["upside"], 0, signed=True),
        f"{number(spread['p5'], 0)} to {number(spread['p95'], 0)}" if spread else MISSING,
        percent(row["probability_undervalued"], 0),
        f"{percent(rate)} {which}",
        percent(row["implied_growth"], 0),
        str(row["price_date"] or MISSING),
        name(row["model"] or MISSING),
    ]


def _answer(answer: Mapping[str, Any]) -> AnswerPart:
    text = answer["answer"]
    return AnswerPart(answer["question"], text, [_source(citation, text) for citation in answer["citations"]])


def _source(citation: Mapping[str, Any], answer: str) -> Source:
    """Return where a citation leads, with its words unless the answer itself holds them."""
    where = [citation[key] for key in ("concept", "period", "document", "section") if citation[key]]
    page = [f"page {citation['page']}"] if citation["page"] else []
    accession = [citation["accession"]] if citation["accession"] else []
    quote = citation["quote"] or ""
    return Source(citation["n"], ", ".join([*where, *page, *accession]), "" if quote in answer else quote)


def _orders(trade: Trade) -> list[Part]:
    columns = [
        Column("side"),
        Column("shares", "number"),
        Column("ticker"),
        Column("price", "number"),
        Column("status", "status"),
        Column("order"),
    ]
    rows = [
        [
            order.side,
            quantity(order.quantity),
            order.ticker,
            number(order.average_price),
            order.status,
            order.client_order_id,
        ]
        for order in trade.orders
    ]
    held = ", ".join(f"{quantity(shares)} {ticker}" for ticker, shares in (trade.positions or {}).items()) or "nothing"
    account = Paragraph(f"The {trade.mode} account holds {held} and {number(trade.cash)} in cash.")
    parts: list[Part] = [Table(columns, rows)] if rows else [Paragraph("No order: the account holds what it should.")]
    parts += [
        Paragraph(f"{each.side} {each.ticker}: {'; '.join(each.reasons)}.") for each in trade.orders if each.reasons
    ]
    refused = [[refusal.rule, refusal.detail] for refusal in trade.refused]
    if refused:
        columns = [Column("rule"), Column("why", "text")]
        parts += [Paragraph("Risk limits and gates said no to these.", "Refused"), Table(columns, refused)]
    return [*parts, account]
