"""`p3 embed`."""

from typing import TYPE_CHECKING, Annotated

import typer
from p3.commands import ForceOption, ScopeArgument, TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session

ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME|PATH", help="Embedding model of this run; +int8 behind it is quicker."),
]
RebuildOption = Annotated[bool, typer.Option("--rebuild", help="Embed every passage again, unchanged ones too.")]


def run(
    session: "Session",
    scope: ScopeArgument = None,
    ticker: TickerOption = None,
    model: ModelOption = None,
    rebuild: RebuildOption = False,
    force: ForceOption = False,
) -> "Result":
    """Cut documents into passages and embed them, for search and ask."""
    from p3.tasks import embed
    from p3.workflow.single import run_stage

    choices = {"model": model, "rebuild": rebuild or None}
    return run_stage(session, embed.stage(), scope, ticker, choices, force or rebuild)
