"""What a command gives back: a documented shape, an exit code, and notes for stderr."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from p3.errors import ExitCode, P3Error

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Streamed(Generic[T]):
    """The entries of a list in a result's data that are too many to hold: made anew each time they are gone through.

    ``read`` makes them one after the other. A stream stands in the place of the list, and is printed like it.
    """

    read: Callable[[], Iterator[T]]

    def __iter__(self) -> Iterator[T]:
        """Return the entries from the first on."""
        return self.read()


@dataclass(frozen=True)
class Result:
    """A command's outcome; ``data`` goes to stdout as a table or JSON, ``notes`` and ``error`` to stderr."""

    data: BaseModel
    exit_code: ExitCode = ExitCode.DONE
    notes: tuple[str, ...] = ()
    error: P3Error | None = None
