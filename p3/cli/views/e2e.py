"""The view of `p3 e2e`: how each stage ended, what failed, and where the report is; or what a run would do."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, FittedTable, grid, one_line, remark, sample, status, unbroken
from p3.cli.views.stages import failures, unit_name
from p3.shapes import E2E, Plan, StageShape
from p3.wording import day, few

_STAGES = (
    Column("stage"),
    Column("status"),
    Column("rows", number=True),
    Column("seconds", number=True),
    Column("failed", number=True, rank=1),
    Column("why", rank=2),
)


def render(data: E2E | Plan) -> list[RenderableType]:
    """Return the stages of a run, or the plan of one."""
    return _plan(data) if isinstance(data, Plan) else _run(data)


def _run(data: E2E) -> list[RenderableType]:
    title = Text.assemble(one_line(data.scope, "bold"), ": ", status(data.status))
    about = remark(f"as of {day(data.as_of)}, run {data.run_id}")
    parts: list[RenderableType] = [title, about, *sample([data.origin])]
    parts.append(FittedTable(_STAGES, [_row(stage) for stage in data.stages]) if data.stages else Text("No stage."))
    parts += failures((stage.name, failure) for stage in data.stages for failure in stage.failures)
    return [*parts, Text(), unbroken("report: ", data.report)] if data.report else parts


def _row(stage: StageShape) -> list[Text]:
    return [
        one_line(stage.name),
        status(stage.status),
        one_line(f"{stage.rows:,}"),
        one_line(f"{stage.seconds:.1f}"),
        one_line(f"{len(stage.failures):,}" if stage.failures else ""),
        one_line(stage.why),
    ]


def _plan(data: Plan) -> list[RenderableType]:
    """Return one row for the units of a stage that would be treated alike for the same reason."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for step in data.steps:
        alike.setdefault((step.stage, step.action, step.why), []).append(unit_name(step.unit))
    table = grid([Column("stage"), Column("would be"), Column("companies", fold=True), Column("why", fold=True)])
    for (stage, action, why), units in alike.items():
        table.add_row(
            one_line(stage), status("ran" if action == "run" else action), one_line(few(units)), one_line(why)
        )
    title = Text.assemble(one_line(data.scope, "bold"), ": what a run would do; nothing was done")
    return [title, remark(f"as of {day(data.as_of)}"), table if alike else Text("No stage.")]
