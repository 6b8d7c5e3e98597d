"""Logs: one JSON object a line, each with the run's id, in the data tree; with -v on stderr too."""

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from p3 import clock
from p3.errors import P3Error

if TYPE_CHECKING:
    from p3.workflow.session import Session


class _Lines(logging.Formatter):
    def __init__(self, session: "Session") -> None:
        super().__init__()
        self._session = session

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": clock.iso(clock.now()),
            "run_id": self._session.run_id,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(entry)


class _LazyFile(logging.Handler):
    """Opens the log when there is something to write, so that reading a tree leaves no trace in it."""

    def __init__(self, path: Callable[[], Path]) -> None:
        super().__init__()
        self._path = path
        self._file: logging.FileHandler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self._file is None:
                self._file = _Quiet(self._path(), encoding="utf-8")
                self._file.setFormatter(self.formatter)
            self._file.emit(record)
        except (OSError, P3Error):
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        """Say nothing: where the log cannot be written, the error that was to be logged is what the user must see."""


class _Quiet(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        """Say nothing, as above."""


def configure(path: Callable[[], Path], session: "Session", *, verbose: bool) -> None:
    """Send p3's logs to the data tree's log file, and with ``verbose`` to stderr."""
    logger = logging.getLogger("p3")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    handlers: list[logging.Handler] = [_LazyFile(path)]
    if verbose:
        handlers.append(logging.StreamHandler(sys.stderr))
    for handler in handlers:
        handler.setFormatter(_Lines(session))
    logger.handlers = handlers
