"""`p3 dlq`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer
from p3.commands import TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    action: Annotated[Literal["list", "retry"], typer.Argument(help="Show what failed, or try it again.")] = "list",
    scope: Annotated[str | None, typer.Argument(metavar="[SCOPE]", help="f2, m7, n100 or v3k; default all.")] = None,
    ticker: TickerOption = None,
    stage: Annotated[str | None, typer.Option("--stage", metavar="STAGE", help="Only this stage's.")] = None,
) -> "Result":
    """List what failed for good, with reasons and attempts, or try it again; without a scope, all of it."""
    from p3.tasks import dlq

    task = dlq.show if action == "list" else dlq.retry
    return task(session, scope, ticker, stage)
