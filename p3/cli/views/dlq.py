"""The view of `p3 dlq`: what was tried again, and what is still open."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import heading, indented, one_line, remark
from p3.cli.views.stages import render_run, unit_name
from p3.shapes import DeadLetter, DeadLetters
from p3.wording import day


def render(data: DeadLetters) -> list[RenderableType]:
    """Return the runs, then one entry a letter."""
    parts: list[RenderableType] = [part for run in data.runs for part in render_run(run)]
    if not data.letters:
        return [*parts, Text("Nothing is open: no dead letters.")]
    parts.append(heading(f"Dead letters: {len(data.letters):,}"))
    for letter in data.letters:
        parts += _letter(letter)
    return parts


def _letter(letter: DeadLetter) -> list[RenderableType]:
    what = "" if letter.what in (letter.stage, letter.unit) else letter.what
    times = "once" if letter.attempts == 1 else f"{letter.attempts:,} times"
    return [
        Text.assemble(one_line(f"{letter.stage} {unit_name(letter.unit)}", "bold red"), " ", one_line(what)),
        indented(one_line(letter.reason), 2),
        indented(remark(f"tried {times}, first {day(letter.first_seen)}, last {day(letter.last_seen)}"), 2),
    ]
