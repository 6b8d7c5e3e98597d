"""`p3 eval`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    what: Annotated[Literal["retrieval"], typer.Argument(help="What to measure.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Questions as JSON lines, as FinanceBench has them.")],
    scope: Annotated[str | None, typer.Argument(metavar="[SCOPE]", help="f2, m7, n100 or v3k; default all.")] = None,
    named: Annotated[
        bool, typer.Option("--named", help="Search only the documents that answer each question.")
    ] = False,
) -> "Result":
    """Measure how well `search` finds the pages that answer your own questions: recall at 1, 5 and 10, and MRR.

    Each line of FILE is {"question": …, "evidence": [{"doc_name": …, "page": …}]}; pages count from 0 there, and
    "section" may stand in place of "page".
    """
    from p3.tasks.eval_retrieval import measure

    return measure(session, file, scope, named=named)
