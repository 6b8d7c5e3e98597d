"""`p3 fetch-prices`."""

from typing import TYPE_CHECKING, Annotated

import typer
from p3.commands import ForceOption, ScopeArgument, TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    scope: ScopeArgument = None,
    ticker: TickerOption = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="sample|alpaca|FOLDER", help="Where prices come from.")
    ] = None,
    force: ForceOption = False,
) -> "Result":
    """Fetch prices, corporate actions, the benchmark and interest rates."""
    from p3.tasks import fetch_prices
    from p3.workflow.single import run_stage

    return run_stage(session, fetch_prices.stage(), scope, ticker, {"prices": source}, force)
