"""`p3 dcf`."""

from typing import TYPE_CHECKING, Annotated

import typer
from p3.commands import ForceOption, ScopeArgument, TickerOption

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session

AssumptionsOption = Annotated[
    str | None,
    typer.Option("--assumptions", metavar="FILE", help="A TOML file of your own, for all or by [TICKER]."),
]
HistoryOption = Annotated[
    bool, typer.Option("--history", help="At every date at which a company's figures changed, not only the as-of.")
]

ReportOption = Annotated[bool, typer.Option("--report", help="Write an HTML page as well.")]


def run(
    session: "Session",
    scope: ScopeArgument = None,
    ticker: TickerOption = None,
    assumptions: AssumptionsOption = None,
    history: HistoryOption = False,
    report: ReportOption = False,
    force: ForceOption = False,
) -> "Result":
    """Value each company by the model that fits it, with the source of every input."""
    from p3.tasks import dcf, dcf_history
    from p3.workflow.scoping import choose
    from p3.workflow.single import run_one

    chosen = choose(session, scope, ticker)
    choices = {"assumptions": assumptions, "report": report}
    if history:
        return dcf_history.result(session, chosen, run_one(session, dcf_history.stage(), chosen, choices, force))
    return dcf.result(session, chosen, run_one(session, dcf.stage(), chosen, choices, force))
