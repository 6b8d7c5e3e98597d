"""`p3 embed`."""

from typing import TYPE_CHECKING

from p3.commands import ForceOption, ScopeArgument, TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session", scope: ScopeArgument = None, ticker: TickerOption = None, force: ForceOption = False
) -> "Result":
    """Cut documents into passages and embed them, for search and ask."""
    from p3.tasks import embed
    from p3.workflow.single import run_stage

    return run_stage(session, embed.stage(), scope, ticker, {}, force)
