"""The only writer to stdout and stderr: data to the one, notes and errors to the other."""

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from p3.workflow.result import Result

_WIDTH_OF_A_PIPE = 200  # wide enough that nothing which another program reads is cut


def write(command: str, result: "Result", *, as_json: bool, quiet: bool) -> None:
    """Write a result: one JSON document, or tables for people; its notes go to stderr."""
    if as_json:
        sys.stdout.write(result.data.model_dump_json(indent=2) + "\n")
    else:
        console = _console(stderr=False)
        for part in _view(command, result.data):
            console.print(part)
    sys.stdout.flush()
    if not quiet:
        for note in result.notes:
            note_line(note)


def note_line(text: str) -> None:
    """Write one line of comment to stderr."""
    _console(stderr=True).print(text, style="dim", highlight=False, markup=False, soft_wrap=True)


def error(message: str, remedy: str) -> None:
    """Write an error to stderr: one line that says what is wrong and one that says what to do."""
    console = _console(stderr=True)
    console.print(f"error: {_one_line(message)}", style="bold red", highlight=False, markup=False, soft_wrap=True)
    if remedy:
        console.print(f"  {_one_line(remedy)}", highlight=False, markup=False, soft_wrap=True)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else _WIDTH_OF_A_PIPE)


def _view(command: str, data: Any) -> "list[RenderableType]":
    """Return what ``p3.cli.views.<command>`` makes of the data, or a plain listing where a command has no view of its own."""
    name = f"p3.cli.views.{command.replace('-', '_')}"
    if importlib.util.find_spec(name) is None:
        name = "p3.cli.views.plain"
    parts: list[RenderableType] = importlib.import_module(name).render(data)
    return parts


def _one_line(text: str) -> str:
    return " ".join(text.split())
