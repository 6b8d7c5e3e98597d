"""`p3 fetch-sec`."""

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
    source: Annotated[
        Literal["edgar", "sample"], typer.Option("--source", help="EDGAR itself, or the bundled sample of f2.")
    ] = "edgar",
    force: ForceOption = False,
) -> "Result":
    """Fetch filing lists, XBRL facts and the newest documents from EDGAR."""
    from p3.tasks import fetch_sec
    from p3.workflow.single import run_one

    chosen = fetch_sec.choose(session, scope, ticker, source)
    return fetch_sec.result(session, chosen, run_one(session, fetch_sec.stage(), chosen, {}, force))
