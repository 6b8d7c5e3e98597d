"""Progress on stderr: a bar with count, rate and time left on a terminal, nothing without one."""

import sys
from typing import TYPE_CHECKING

from p3.workflow.progress import Progress, Silent

if TYPE_CHECKING:
    import rich.progress


def progress(*, quiet: bool) -> Progress:
    """Return the listener that fits: bars on a terminal, else silence."""
    return Bars() if sys.stderr.isatty() and not quiet else Silent()


class Bars:
    """Shows one bar for the stage that runs."""

    def __init__(self) -> None:
        self._bar: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None
        self._stage = ""

    def start(self, stage: str, total: int) -> None:
        """Show the bar of ``stage``."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._stage = stage
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(stage, total=total)
        self._bar.start()

    def advance(self, unit: str) -> None:
        """Move the bar by one unit."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=1, description=f"{self._stage} {unit}")

    def step(self, text: str) -> None:
        """Show what is being done."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=f"{self._stage} {text}"[:48])

    def finish(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        from p3.cli.output import note_line

        note_line(text)
