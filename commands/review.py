"""`p3 review`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    action: Annotated[
        Literal["list", "show", "approve", "correct", "reject"], typer.Argument(help="What to do.")
    ] = "list",
    reasoning_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="As `p3 review list` prints it.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="List what is decided too.")] = False,
    answer: Annotated[str | None, typer.Option("--answer", metavar="TEXT", help="With correct: the answer.")] = None,
    value: Annotated[float | None, typer.Option("--value", help="With correct: the number, in single units.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="With --value: USD, ratio, days…")] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why you decided so.")] = None,
) -> "Result":
    """Look through answers that were too doubtful to go out, and decide on them; each decision is kept."""
    from p3.tasks import reviews

    correction = reviews.correction(action, answer, value, unit)
    if action == "list":
        return reviews.show_all(session, everything=everything)
    name = reviews.required(reasoning_id)
    return reviews.show(session, name) if action == "show" else reviews.decide(session, name, action, correction, note)
