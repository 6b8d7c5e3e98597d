"""`p3 ask`."""

from typing import TYPE_CHECKING, Annotated

import typer
from p3.commands import TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    question: Annotated[str, typer.Argument(help="A question, as one argument.")],
    ticker: TickerOption = None,
) -> "Result":
    """Answer a question with numbers computed from facts or passages quoted from filings, each with its source."""
    from p3.tasks.ask import ask

    return ask(session, question, ticker or [])
