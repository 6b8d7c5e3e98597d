"""`p3 dcf`."""

from typing import TYPE_CHECKING

from p3.commands import ForceOption, ScopeArgument, TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session", scope: ScopeArgument = None, ticker: TickerOption = None, force: ForceOption = False
) -> "Result":
    """Value each company by its free cash flow to the firm, with the source of every input."""
    from p3.tasks import dcf
    from p3.workflow.scoping import choose
    from p3.workflow.single import run_one

    chosen = choose(session, scope, ticker)
    return dcf.result(session, chosen, run_one(session, dcf.stage(), chosen, {}, force))
