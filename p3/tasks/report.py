"""The reports of a backtest and of a whole run, as pages."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from p3.backtest import charts, metrics
from p3.backtest.result import BacktestResult
from p3.scope import Scope
from p3.shapes import E2E, Backtest, Trade
from p3.tasks.page import AnswerPart, Chart, Column, Paragraph, Part, Section, Table, render

_LABELS = {
    "cagr": "return a year",
    "volatility": "volatility",
    "sharpe": "Sharpe ratio",
    "sortino": "Sortino ratio",
    "max_drawdown": "deepest loss",
    "calmar": "Calmar ratio",
    "turnover": "turnover a year",
    "costs": "costs paid",
    "alpha": "alpha a year",
    "beta": "beta",
    "information_ratio": "information ratio",
    "deflated_sharpe": "deflated Sharpe",
}
_PERCENT = {"cagr", "volatility", "max_drawdown", "turnover", "alpha", "deflated_sharpe"}
_MONEY = {"costs"}


def backtest_page(scope: Scope, strategy: str, result: BacktestResult, benchmark: str, origin: str) -> str:
    """Return the page of one backtest."""
    dates, values = result.equity["date"].to_list(), result.equity["value"].to_list()
    parts = _backtest_parts(
        dates, values, result.equity["benchmark"].to_list(), result.metrics, result.benchmark, benchmark
    )
    about = f"{scope.name}, {dates[0]} to {dates[-1]}, {result.sessions} bars, {result.trades.height} trades"
    return render(f"Backtest of {strategy}", about, [Section("Result", parts)], sample="sample" in origin)


def run_page(
    run: E2E,
    valuations: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]],
    backtest: tuple[Backtest, Sequence[float], str] | None,
    trade: Trade | None,
) -> str:
    """Return the page of a whole run; parts that a stage could not give are left out, and the stages say why."""
    sections = [Section("Stages", _stages(run))]
    if valuations:
        sections.append(Section("Valuations", _valuations(valuations)))
    if answers:
        sections.append(Section("Questions", [_answer(answer) for answer in answers]))
    if backtest is not None:
        shape, benchmark, name = backtest
        dates, values = [day for day, _ in shape.equity], [value for _, value in shape.equity]
        parts = _backtest_parts(dates, values, benchmark, shape.metrics, shape.benchmark, name)
        sections.append(Section(f"Backtest of {shape.strategy}", parts))
    if trade is not None:
        sections.append(Section("Orders", _orders(trade)))
    about = f"as of {run.as_of}, run {run.run_id}, {run.status}"
    return render(f"p3: {run.scope}", about, sections, sample="sample" in run.origin)


def _backtest_parts(
    dates: Sequence[Any],
    values: Sequence[float],
    benchmark: Sequence[float],
    ours: Mapping[str, float | None],
    theirs: Mapping[str, float | None],
    name: str,
) -> list[Part]:
    series = np.asarray(values)
    falls = [0.0, *metrics.drawdowns(series[1:] / series[:-1] - 1)]
    rows = [[label, _metric(key, ours.get(key)), _metric(key, theirs.get(key))] for key, label in _LABELS.items()]
    return [
        Chart(charts.equity_svg(dates, values, benchmark, name)),
        Chart(charts.drawdown_svg(dates, falls)),
        Table([Column(""), Column("strategy", True), Column(name, True)], rows),
    ]


def _stages(run: E2E) -> list[Part]:
    rows = [[s.name, s.status, s.why, f"{s.rows:,}", f"{s.seconds:.1f}", str(len(s.failures))] for s in run.stages]
    heads = [Column("stage"), Column("status"), Column("why"), Column("rows", True), Column("seconds", True)]
    parts: list[Part] = [Table([*heads, Column("failures", True)], rows)]
    failures = [[s.name, f.unit, f.what, f.reason] for s in run.stages for f in s.failures]
    if failures:
        heads = [Column("stage"), Column("company"), Column("what"), Column("reason")]
        parts += [Paragraph("What failed or is missing:"), Table(heads, failures)]
    return parts


def _valuations(rows: Sequence[Mapping[str, Any]]) -> list[Part]:
    columns = [
        Column(name, number=name not in ("company", "model"))
        for name in (
            "company",
            "model",
            "value",
            "price",
            "upside",
            "5 % to 95 %",
            "chance undervalued",
            "WACC",
            "price implies growth",
        )
    ]
    valued = [row for row in rows if row["value_per_share"] is not None]
    parts: list[Part] = [Table(columns, [_valuation(row) for row in valued])] if valued else []
    if valued:
        upsides = [100 * row["upside"] for row in valued]
        parts.append(Chart(charts.bars_svg([row["ticker"] for row in valued], upsides, "Upside", "% of price")))
    parts += [Paragraph(f"{row['ticker']}: {row['refused']}") for row in rows if row["refused"]]
    return parts


def _valuation(row: Mapping[str, Any]) -> list[str]:
    spread = row["distribution"]
    return [
        row["ticker"],
        row["model"].replace("_", " "),
        f"{row['value_per_share']:,.2f}",
        f"{row['price']:,.2f} ({row['price_date']})",
        f"{row['upside']:+.0%}",
        f"{spread['p5']:,.0f} to {spread['p95']:,.0f}",
        f"{row['probability_undervalued']:.0%}",
        f"{row['wacc']:.1%}",
        "none" if row["implied_growth"] is None else f"{row['implied_growth']:.0%}",
    ]


def _answer(answer: Mapping[str, Any]) -> AnswerPart:
    sources = [_source(citation) for citation in answer["citations"]]
    return AnswerPart(answer["question"], answer["answer"], sources)


def _source(citation: Mapping[str, Any]) -> str:
    where = [citation[name] for name in ("accession", "document", "section", "concept", "period") if citation[name]]
    page = [f"page {citation['page']}"] if citation["page"] else []
    return f"[{citation['n']}] " + ", ".join([*where, *page])


def _orders(trade: Trade) -> list[Part]:
    heads = [
        Column("order"),
        Column("side"),
        Column("ticker"),
        Column("shares", True),
        Column("price", True),
        Column("status"),
        Column("why"),
    ]
    rows = [
        [
            order.client_order_id,
            order.side,
            order.ticker,
            f"{order.quantity:,.0f}",
            "" if order.average_price is None else f"{order.average_price:,.2f}",
            order.status,
            "; ".join(order.reasons),
        ]
        for order in trade.orders
    ]
    held = ", ".join(f"{shares:,.0f} {ticker}" for ticker, shares in trade.positions.items()) or "nothing"
    account = Paragraph(
        f"The {trade.mode} account holds {held} and {trade.cash:,.2f} in cash. `p3 trace ORDER` walks an order back."
    )
    return (
        [Table(heads, rows), account] if rows else [Paragraph("No order: the account holds what it should."), account]
    )


def _metric(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in _MONEY:
        return f"{value:,.0f}"
    return f"{value:.1%}" if name in _PERCENT else f"{value:.2f}"
