"""What a command gives back: a documented shape, an exit code, and notes for stderr."""

from dataclasses import dataclass

from pydantic import BaseModel

from p3.errors import ExitCode, P3Error


@dataclass(frozen=True)
class Result:
    """A command's outcome; ``data`` goes to stdout as a table or JSON, ``notes`` and ``error`` to stderr."""

    data: BaseModel
    exit_code: ExitCode = ExitCode.DONE
    notes: tuple[str, ...] = ()
    error: P3Error | None = None
