"""`p3 search`."""

from typing import TYPE_CHECKING, Annotated

import typer
from p3.commands import TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    query: Annotated[str, typer.Argument(help="A question or words, as one argument.")],
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="How many passages.")] = 10,
    ticker: TickerOption = None,
    form: Annotated[list[str] | None, typer.Option("--form", help="Only this form, such as 10-K.")] = None,
    section: Annotated[list[str] | None, typer.Option("--section", help='Only this section, such as "Item 7".')] = None,
) -> "Result":
    """Find passages of filings by meaning and by words, those of the right company and period first."""
    from p3.tasks.search import find

    return find(session, query, k, ticker or [], form or [], section or [])
