"""`p3 trade`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer
from p3.commands import ForceOption, ScopeArgument, TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    scope: ScopeArgument = None,
    ticker: TickerOption = None,
    strategy: Annotated[str | None, typer.Option("--strategy", help="A file of common/config/strategies.")] = None,
    mode: Annotated[
        Literal["simulated", "paper", "live"] | None, typer.Option("--mode", help="Whose money moves.")
    ] = None,
    confirm_account: Annotated[
        str | None, typer.Option("--confirm-account", metavar="NUMBER", help="The live account's number, for live.")
    ] = None,
    force: ForceOption = False,
) -> "Result":
    """Turn the newest valuations into target weights and orders, through the risk limits to the broker."""
    from p3.errors import RefusedError
    from p3.tasks import trade
    from p3.workflow.scoping import choose
    from p3.workflow.single import run_one

    chosen = choose(session, scope, ticker)
    choices = {"strategy": strategy, "mode": mode, "confirmed_account": confirm_account}
    try:
        return trade.result(session, chosen, run_one(session, trade.stage(), chosen, choices, force))
    except RefusedError as error:
        return trade.refused(session, error)
