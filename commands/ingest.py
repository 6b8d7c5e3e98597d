"""`p3 ingest`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files, or folders of them.")],
    ticker: Annotated[str, typer.Option("-t", "--ticker", metavar="TICKER", help="The company that they are about.")],
    company: Annotated[
        str | None, typer.Option("--company", metavar="NAME", help="Its name, where EDGAR has no such ticker.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--form", metavar="FORM", help="10-K, transcript…; default: what the cover says."),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="YEAR|DATE", help="The fiscal year, or the end of the period, reported on."),
    ] = None,
    accepted: Annotated[
        str | None, typer.Option("--accepted", metavar="TIME", help="When they became known; default now.")
    ] = None,
) -> "Result":
    """Take in your own PDFs, workbooks, HTML and text files, as if they had been filed; then embed them."""
    from p3.tasks import ingest

    return ingest.take(session, paths, ticker, ingest.Said(company, form, period, accepted))
