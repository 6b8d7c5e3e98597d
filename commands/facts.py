"""`p3 facts`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from p3.commands import ForceOption, TickerOption

from p3.errors import UsageError

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    what: Annotated[str | None, typer.Argument(metavar="[TICKER|SCOPE]", help="A company to show, or a scope.")] = None,
    ticker: TickerOption = None,
    annual: Annotated[bool, typer.Option("--annual", help="Fiscal years; the default.")] = False,
    quarterly: Annotated[bool, typer.Option("--quarterly", help="Quarters.")] = False,
    ttm: Annotated[bool, typer.Option("--ttm", help="Trailing twelve months.")] = False,
    last: Annotated[int | None, typer.Option("--last", min=1, help="Only the newest so many periods.")] = None,
    sources: Annotated[bool, typer.Option("--sources", help="The concepts and filings behind each value too.")] = False,
    as_filed: Annotated[bool, typer.Option("--as-filed", help="Share data not adjusted for splits.")] = False,
    restatements: Annotated[
        bool, typer.Option("--restatements", help="What filings changed after it was first reported.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Which identities between the items hold.")] = False,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write a new .csv or .parquet file.")
    ] = None,
    force: ForceOption = False,
) -> "Result":
    """Show a company's line items, what was restated of them and whether they add up, or resolve a whole scope."""
    from p3 import scope as scopes
    from p3.tasks import facts, facts_check, facts_export
    from p3.workflow.single import run_stage

    durations = facts.durations(annual=annual, quarterly=quarterly, ttm=ttm)
    facts.check_options(
        durations,
        restatements=restatements,
        check=check,
        export=export is not None,
        sources=sources,
        as_filed=as_filed,
    )
    a_scope = what is None or scopes.exists(what)
    if ticker and not a_scope:
        raise UsageError("two ways to name a company", "Write `p3 facts TICKER`, or `p3 facts SCOPE -t TICKER`.")
    scope, tickers = (what, ticker) if a_scope else (None, [str(what)])
    if export is not None:
        return facts_export.write_export(session, scope, tickers, export, durations or ["annual"], last, force)
    if check:
        return facts_check.show_checks(session, scope, tickers, last, force)
    if a_scope:
        if durations or last or sources or as_filed or restatements:
            raise UsageError("a scope has no periods to show", "Name one company: p3 facts TICKER --quarterly.")
        return run_stage(session, facts.stage(), scope, tickers, {}, force)
    duration = durations[0] if durations else "annual"
    if restatements:
        return facts.show_restatements(session, str(what), duration, last, force)
    return facts.show(session, str(what), duration, last, force, as_filed=as_filed, sources=sources)
