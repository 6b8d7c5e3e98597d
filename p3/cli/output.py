"""The only writer to stdout and stderr: data to the one, notes and errors to the other."""

import importlib
import importlib.util
import io
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
        shown = console(stderr=False)
        for part in _view(command, result.data):
            shown.print(part, crop=False)  # what views never break, such as a path, runs on and can be copied whole
    sys.stdout.flush()
    if not quiet:
        for note in result.notes:
            note_line(note)


def note_line(text: str, on: "Console | None" = None) -> None:
    """Write one line of comment to stderr, through the console ``on`` where a progress bar holds it."""
    _line(on or console(stderr=True), text, "dim")


def draft(text: str) -> None:
    """Write a piece of a model's draft to stderr, without what would steer the terminal; it is never data."""
    from p3.cli.views.parts import literal

    sys.stderr.write(literal(text).plain)
    sys.stderr.flush()


def error(message: str, remedy: str) -> None:
    """Write an error to stderr: one line that says what is wrong and one that says what to do."""
    shown = console(stderr=True)
    _line(shown, f"error: {message}", "bold red")
    if remedy:
        shown.print("  ", end="")
        _line(shown, remedy, "")


def console(*, stderr: bool) -> "Console":
    """Return a console that takes text as it is: no markup, emoji codes or guessed highlights."""
    from rich.console import Console

    class Told(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would end the process with 1, which means something else here

    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")  # a terminal that knows no dash shows "?" rather than a traceback
    width = None if stream.isatty() else _WIDTH_OF_A_PIPE
    return Told(file=stream, width=width, markup=False, emoji=False, highlight=False)


def _line(on: "Console", text: str, style: str) -> None:
    from p3.cli.views.parts import one_line

    on.print(one_line(text, style), soft_wrap=True)


def _view(command: str, data: Any) -> "list[RenderableType]":
    """Return what ``p3.cli.views.<command>`` makes of the data, or a plain listing where a command has no view."""
    name = f"p3.cli.views.{command.replace('-', '_')}"
    if importlib.util.find_spec(name) is None:
        name = "p3.cli.views.plain"
    parts: list[RenderableType] = importlib.import_module(name).render(data)
    return parts
