"""`p3 models`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    action: Annotated[Literal["list", "status", "bench", "add"], typer.Argument(help="What to do.")] = "list",
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[[TIER] PATH-or-URL]", help="With add: a GGUF file or a server, its tier before it."),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="With add: the model's name, as its server knows it.")] = "",
    key_env: Annotated[
        str,
        typer.Option("--key-env", metavar="NAME", help="With add: the variable, or keyring entry, that holds the key."),
    ] = "",
    style: Annotated[
        Literal["json_schema", "json_object"],
        typer.Option("--format", help="With add: how the server takes a schema; llama-cpp-python's: json_object."),
    ] = "json_schema",
) -> "Result":
    """List the language models in their tiers, see whether they answer and how quickly, or add one.

    The tiers q2, q3 and q4 are meant for three quantisations of one model; any GGUF file, llama.cpp or
    OpenAI-compatible server will do, several servers a tier too. Without a model answers are computed or quoted.
    """
    from p3.errors import UsageError
    from p3.tasks import models

    if action == "add":
        return models.add(session, what or [], name, key_env, style)
    if what or name or key_env:
        raise UsageError(f"`p3 models {action}` takes no model", "To add one: p3 models add [TIER] PATH-or-URL")
    return {"list": models.show, "status": models.status, "bench": models.bench}[action](session)
