"""`p3 fetch-sec`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer
from p3.commands import ForceOption, OfflineOption, ScopeArgument, TickerOption

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
    forms: Annotated[
        str | None, typer.Option("--forms", metavar="LIST", help="Only these, such as 10-K,8-K; amendments come along.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="All that were filed since, not only the newest.")
    ] = None,
    years: Annotated[
        int | None, typer.Option("--years", min=1, max=50, help="All of so many years, not only the newest.")
    ] = None,
    offline: OfflineOption = False,
    force: ForceOption = False,
) -> "Result":
    """Fetch filing lists, XBRL facts and the newest documents from EDGAR."""
    from p3.tasks import fetch_sec
    from p3.workflow.single import run_one

    session.choose(offline=offline or None)
    fetch_sec.wanted(session, forms, since, years)
    chosen = fetch_sec.choose(session, scope, ticker, source)
    return fetch_sec.result(session, chosen, run_one(session, fetch_sec.stage(), chosen, {}, force, partly=True))
