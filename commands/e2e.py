"""`p3 e2e`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer
from p3.commands import OfflineOption, ScopeArgument, TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    scope: ScopeArgument = None,
    ticker: TickerOption = None,
    source: Annotated[
        Literal["edgar", "sample"], typer.Option("--source", help="Filings from EDGAR, or the bundled sample of f2.")
    ] = "edgar",
    prices: Annotated[
        str | None,
        typer.Option("--prices", metavar="sample|alpaca|FOLDER", help="Prices; with --source sample the sample's."),
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="STAGE", help="Begin with this stage.")] = None,
    last: Annotated[str | None, typer.Option("--until", metavar="STAGE", help="End with this stage.")] = None,
    force: Annotated[
        list[str] | None, typer.Option("--force", metavar="STAGE", help="Run it whatever is there.")
    ] = None,
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Go on past stages that failed.")] = False,
    offline: OfflineOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would run, and why.")] = False,
) -> "Result":
    """Run every stage in order, from filings to orders, and write a report; what is fresh is left alone."""
    from p3.tasks import e2e
    from p3.workflow.runner import Options

    session.choose(offline=offline or None, filings=source, prices=prices or ("sample" if source == "sample" else None))
    options = Options(force=frozenset(force or ()), keep_going=keep_going)
    task = e2e.plan if dry_run else e2e.run_all
    return task(session, scope, ticker, (first, last), options)
