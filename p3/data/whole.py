"""Files that are there as a whole or not at all."""

import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from p3 import clock

_PREFIX = ".tmp-"
_ABANDONED = 86_400.0  # seconds: no writer that lives takes that long


def write(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, on disk before it shows, so that a kill leaves the old file or the new one.

    Raises OSError, leaving nothing behind.
    """
    _clean(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_PREFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


@cache
def _clean(folder: Path) -> None:
    """Remove what killed writers left in ``folder``: once a process, for a folder may hold thousands of files."""
    before = clock.now().timestamp() - _ABANDONED
    for leftover in folder.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):  # another process cleans as well
            if leftover.stat().st_mtime < before:
                leftover.unlink()


def to_disk(folder: Path) -> None:
    """Wait until everything in ``folder`` is on disk, so that its name never shows what is not."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
