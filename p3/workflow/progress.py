"""How work tells that it goes on. The command line shows it on stderr; everything else leaves it silent."""

from typing import Protocol


class Progress(Protocol):
    """A listener to a stage's progress."""

    def start(self, stage: str, total: int) -> None:
        """Say that a stage begins that has ``total`` units."""

    def advance(self, unit: str) -> None:
        """Say that a unit ended."""

    def step(self, text: str) -> None:
        """Say what is being done within a unit."""

    def tally(self, text: str) -> None:
        """Say what has been counted so far, such as requests and their rate."""

    def finish(self) -> None:
        """Say that the stage ended."""

    def note(self, text: str) -> None:
        """Tell something worth a line of its own."""

    def draft(self, text: str) -> None:
        """Show a piece of what a model writes, before anything in it is checked."""


class Silent:
    """Shows nothing."""

    def start(self, stage: str, total: int) -> None:
        """Ignore."""

    def advance(self, unit: str) -> None:
        """Ignore."""

    def step(self, text: str) -> None:
        """Ignore."""

    def tally(self, text: str) -> None:
        """Ignore."""

    def finish(self) -> None:
        """Ignore."""

    def note(self, text: str) -> None:
        """Ignore."""

    def draft(self, text: str) -> None:
        """Ignore."""
