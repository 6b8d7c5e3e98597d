"""`p3 facts`."""

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
    force: ForceOption = False,
) -> "Result":
    """Show a company's line items with their sources, or resolve those of a whole scope."""
    from p3 import scope as scopes
    from p3.tasks import facts
    from p3.workflow.single import run_stage

    if annual + quarterly + ttm > 1:
        raise UsageError("more than one kind of period", "Choose one of --annual, --quarterly, --ttm.")
    if what is None or scopes.exists(what):
        if annual or quarterly or ttm or last:
            raise UsageError("a scope has no periods to show", "Name one company: p3 facts TICKER --quarterly.")
        return run_stage(session, facts.stage(), what, ticker, {}, force)
    if ticker:
        raise UsageError("two ways to name a company", "Write `p3 facts TICKER`, or `p3 facts SCOPE -t TICKER`.")
    return facts.show(session, what, "quarter" if quarterly else "ttm" if ttm else "annual", last, force)
