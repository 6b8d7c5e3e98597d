"""The view of `p3 facts`: a company's statements, sources or restatements, checks, an export, or the stage's run."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.checks import checks
from p3.cli.views.line_items import DURATIONS
from p3.cli.views.parts import one_line, remark, sample, unbroken
from p3.cli.views.restatements import restatements
from p3.cli.views.sources import sources
from p3.cli.views.stages import failures, render_run
from p3.cli.views.statements import Statements
from p3.shapes import Facts, FactsCheck, FactsExport, FactsWithSources, Restatements, StageRun
from p3.wording import day, few


def render(data: Facts | Restatements | FactsCheck | FactsExport | StageRun) -> list[RenderableType]:
    """Return what was asked of a company or a scope, or how the stage ended."""
    if isinstance(data, StageRun):
        return render_run(data)
    if isinstance(data, FactsExport):
        return _export(data)
    if isinstance(data, FactsCheck):
        return list(checks(data))
    if isinstance(data, Restatements):
        return [*_title(data), Text(), *restatements(data)]
    if not data.periods:
        return [*_title(data), Text("No period was known then.")]
    more = sources(data) if isinstance(data, FactsWithSources) else ()
    return [*_title(data), Text(), Statements(data), *more]


def _title(data: Facts | Restatements) -> list[RenderableType]:
    title = Text.assemble(one_line(data.name, "bold"), " ", one_line(f"({data.ticker}, CIK {data.cik})"))
    return [title, remark(f"{DURATIONS[data.duration]}, as known at {day(data.as_of)}"), *sample([data.origin])]


def _export(data: FactsExport) -> list[RenderableType]:
    durations = few([DURATIONS[duration] for duration in data.durations])
    count = f"{data.rows:,} rows, {data.companies:,} of {data.scope}: {durations}, as known at {day(data.as_of)}"
    return [
        unbroken("written: ", data.file),
        remark(count),
        *sample([data.origin]),
        *failures(("facts", failure) for failure in data.left_out),
    ]
