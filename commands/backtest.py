"""`p3 backtest`."""

from typing import TYPE_CHECKING, Annotated

import typer
from p3.commands import ForceOption, ScopeArgument, TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session

StrategyOption = Annotated[str | None, typer.Option("--strategy", help="A file of common/config/strategies.")]


def run(
    session: "Session",
    scope: ScopeArgument = None,
    ticker: TickerOption = None,
    strategy: StrategyOption = None,
    start: Annotated[str | None, typer.Option("--start", metavar="DATE", help="The first day.")] = None,
    force: ForceOption = False,
) -> "Result":
    """Test a strategy on the valuations that were possible at each month's end, with costs and next-open fills."""
    from p3.tasks import backtest
    from p3.workflow.scoping import choose
    from p3.workflow.single import run_one

    chosen = choose(session, scope, ticker)
    choices = {"strategy": strategy, "start": start}
    return backtest.result(session, chosen, run_one(session, backtest.stage(), chosen, choices, force))
