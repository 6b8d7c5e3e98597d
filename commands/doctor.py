"""`p3 doctor`."""

from typing import TYPE_CHECKING, Annotated

import typer
from p3.commands import TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    scope: Annotated[str | None, typer.Argument(metavar="[SCOPE]", help="f2, m7, n100 or v3k; default all.")] = None,
    ticker: TickerOption = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Drop what is wrong, so that the next `p3 embed` makes it again.")
    ] = False,
) -> "Result":
    """Find where the passages, the filings and the ledger disagree, and mend it; without a scope, everywhere."""
    from p3.tasks.doctor import examine

    return examine(session, scope, ticker, repair=repair)
