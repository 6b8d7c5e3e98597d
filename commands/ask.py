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
    stream: Annotated[
        bool, typer.Option("--stream", help="Show a model's draft on stderr while it is written, before it is checked.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Answer anew, even what was answered before from the same data.")
    ] = False,
) -> "Result":
    """Answer a question with numbers computed from facts or passages quoted from filings, each with its source."""
    from p3.tasks.ask import ask

    return ask(session, question, ticker or [], stream=stream, remember=not no_cache)
