"""Progress on stderr: a bar with count, rate and time left on a terminal, nothing without one."""

import sys
from typing import TYPE_CHECKING

from p3.workflow.progress import Progress, Silent

if TYPE_CHECKING:
    import rich.progress


def progress(*, quiet: bool) -> Progress:
    """Return the listener that fits: bars on a terminal, else notes alone, or silence where it is wanted."""
    if quiet:
        return Silent()
    return Bars() if sys.stderr.isatty() else Notes()


class Notes(Silent):
    """Prints what is worth a line of its own, and nothing else."""

    def note(self, text: str) -> None:
        """Print a line."""
        from p3.cli.output import note_line

        note_line(text)

    def draft(self, text: str) -> None:
        """Write it as it comes."""
        from p3.cli.output import draft

        draft(text)


class Bars:
    """Shows one bar for the stage that runs."""

    def __init__(self) -> None:
        self._bar: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None
        self._counted = False

    def start(self, stage: str, total: int) -> None:
        """Show the bar of ``stage``."""
        self._bar, self._counted = _bar(), False
        self._task = self._bar.add_task(stage, total=total, doing="", rate="")
        self._bar.start()

    def advance(self, unit: str) -> None:
        """Move the bar by one unit."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=1, doing=unit.removeprefix("_"))
            if not self._counted:
                self._bar.update(self._task, rate=_rate(self._bar.tasks[0].speed))

    def step(self, text: str) -> None:
        """Show what is being done."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, doing=text)

    def tally(self, text: str) -> None:
        """Show what was counted, in place of the units' rate."""
        if self._bar is not None and self._task is not None:
            self._counted = True
            self._bar.update(self._task, rate=text)

    def finish(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        from p3.cli.output import note_line

        note_line(text, self._bar.console if self._bar is not None else None)

    def draft(self, text: str) -> None:
        """Write it as it comes; no bar is shown while a question is answered."""
        from p3.cli.output import draft

        draft(text)


def _rate(speed: float | None) -> str:
    if speed is None:
        return ""
    return f"{speed:,.1f}/s" if speed >= 1 else f"{60 * speed:,.1f}/min"


def _bar() -> "rich.progress.Progress":
    """Return a bar over the whole line, of which what is being done takes the space that is left, cut if need be."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as RichProgress
    from rich.table import Column

    from p3.cli.output import console

    doing = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    return RichProgress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[doing]}", markup=False, table_column=doing),
        console=console(stderr=True),
        transient=True,
        expand=True,
    )
