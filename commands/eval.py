"""`p3 eval`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    what: Annotated[Literal["retrieval", "ask"], typer.Argument(help="What to measure.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Questions as JSON lines, as FinanceBench has them.")],
    scope: Annotated[str | None, typer.Argument(metavar="[SCOPE]", help="f2, m7, n100 or v3k; default all.")] = None,
    named: Annotated[
        bool, typer.Option("--named", help="With retrieval: search only the documents that answer each question.")
    ] = False,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option("--compare", metavar="A B", help="With ask: answer by each of two prompt templates."),
    ] = None,
) -> "Result":
    """Measure, on your own questions, how well `search` finds the pages and how often `ask` is right.

    Each line of FILE is {"question": …, "evidence": [{"doc_name": …, "page": …}]}; pages count from 0 there, and
    "section" may stand in place of "page". For `ask` a line may hold "value" and "unit" (USD, USD_millions, ratio,
    percent, days…), or "abstain": true where no number may be given.
    """
    from p3.errors import UsageError

    if what == "retrieval":
        if compare:
            raise UsageError("--compare is for `eval ask`", "Leave it out.")
        from p3.tasks.eval_retrieval import measure

        return measure(session, file, scope, named=named)
    if named:
        raise UsageError("--named is for `eval retrieval`", "Leave it out.")
    from p3.tasks import eval_ask

    return eval_ask.measure(session, file, scope, compare or ())
