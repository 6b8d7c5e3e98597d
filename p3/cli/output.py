"""The only writer to stdout and stderr: data to the one, notes and errors to the other."""

import importlib
import importlib.util
import io
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console, RenderableType

    from p3.workflow.result import Result

_WIDTH_OF_A_PIPE = 200  # wide enough that nothing which another program reads is cut


def write(command: str, result: "Result", *, as_json: bool, quiet: bool) -> None:
    """Write a result: one JSON document, or tables for people; its notes go to stderr."""
    if as_json:
        sys.stdout.writelines(document(result.data))
    else:
        shown = console(stderr=False)
        for part in _view(command, result.data):
            shown.print(part, crop=False)  # what views never break, such as a path, runs on and can be copied whole
    sys.stdout.flush()
    if not quiet:
        for note in result.notes:
            note_line(note)


def document(data: "BaseModel") -> Iterator[str]:
    """Yield a JSON document in pieces; of a list that is streamed one entry is in memory at a time."""
    from p3.workflow.result import Streamed

    streams = {name: value for name, value in data if isinstance(value, Streamed)}
    text = data.model_copy(update={name: [] for name in streams}).model_dump_json(indent=2)
    for name, entries in streams.items():
        before, text = text.split(f'\n  "{name}": []', 1)  # within a string there is no line's end
        yield f'{before}\n  "{name}": ['
        yield from _entries(entries)
    yield text + "\n"


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


def _entries(entries: "Iterable[BaseModel]") -> Iterator[str]:
    """Yield the entries of a list and what closes it."""
    end = "]"
    for number, entry in enumerate(entries):
        lines = entry.model_dump_json(indent=2).replace("\n", "\n    ")
        yield f"{',' if number else ''}\n    {lines}"
        end = "\n  ]"
    yield end


def _line(on: "Console", text: str, style: str) -> None:
    from p3.cli.views.parts import one_line

    on.print(one_line(text, style), soft_wrap=True)


def _view(command: str, data: Any) -> "Iterable[RenderableType]":
    """Return what ``p3.cli.views.<command>`` makes of the data, or a plain listing where a command has no view."""
    name = f"p3.cli.views.{command.replace('-', '_')}"
    if importlib.util.find_spec(name) is None:
        name = "p3.cli.views.plain"
    parts: Iterable[RenderableType] = importlib.import_module(name).render(data)
    return parts
