"""`p3 trace`."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session", order: Annotated[str, typer.Argument(help="An order's client id, as `p3 trade` prints it.")]
) -> "Result":
    """Walk from an order back to its decision, valuation, facts, filings and the sentences in them."""
    from p3.errors import UsageError
    from p3.tasks.trace import trace

    if session.pinned is not None:
        raise UsageError("an order's chain has its own as-of", "Leave --as-of out: each link says when it was known.")

    return trace(session, order)
