"""`p3 chain`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    action: Annotated[
        Literal["list", "show", "replay"], typer.Argument(help="List the newest, show one, or answer it again.")
    ] = "list",
    reasoning_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="As `p3 ask` prints it.")] = None,
    most: Annotated[int, typer.Option("--last", metavar="N", min=1, help="With list: how many.")] = 20,
) -> "Result":
    """Show how an answer came about, or answer its question again from the same data and compare."""
    from p3.tasks import chains

    if action == "list":
        return chains.show_all(session, most)
    name = chains.required(reasoning_id)
    return chains.show(session, name) if action == "show" else chains.replay(session, name)
