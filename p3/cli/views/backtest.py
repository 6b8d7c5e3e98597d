"""The view of `p3 backtest`: the metrics beside the benchmark's, and the last decisions."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, grid, heading, one_line, remark, sample, trend, unbroken
from p3.shapes import Backtest
from p3.wording import METRICS, metric, number, percent

_LAST = 6  # decisions
_POINTS = 40  # of the account's value


def render(data: Backtest) -> list[RenderableType]:
    """Return the metrics, the way of the account, the last decisions and the report's place."""
    title = Text.assemble(
        one_line(data.strategy, "bold"), " ", one_line(f"on {data.scope}, {data.start} to {data.end}")
    )
    parts: list[RenderableType] = [title, remark(f"{data.sessions:,} bars, {data.backtest_id}"), *sample([data.origin])]
    table = grid([Column(""), Column("strategy", number=True), Column("benchmark", number=True)])
    for key, label in METRICS.items():
        cells = (metric(key, data.metrics.get(key)), metric(key, data.benchmark.get(key)))
        table.add_row(one_line(label), *map(one_line, cells))
    parts += [table, *_account(data), *_decisions(data)]
    return [*parts, Text(), unbroken("report: ", data.report)] if data.report else parts


def _account(data: Backtest) -> list[RenderableType]:
    if not data.equity:
        return []
    values = [value for _, value in data.equity]
    line = trend(values[:: max(1, -(-len(values) // _POINTS))])
    return [
        Text.assemble("\n", one_line(number(values[0], 0)), " ", (line, "cyan"), " ", one_line(number(values[-1], 0)))
    ]


def _decisions(data: Backtest) -> list[RenderableType]:
    if not data.decisions:
        return [Text("No decision held anything.")]
    table = grid([Column("decided on"), Column("target weights; the rest is cash", fold=True)])
    for decision in data.decisions[-_LAST:]:
        largest = sorted(decision.weights.items(), key=lambda held: (-held[1], held[0]))
        table.add_row(one_line(decision.date), one_line(", ".join(f"{t} {percent(w)}" for t, w in largest) or "cash"))
    return [heading(f"The last {min(_LAST, len(data.decisions))} of {len(data.decisions)} decisions"), table]
