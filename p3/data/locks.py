"""One writer at a time, across processes, with the holder's name for those who must wait.

The kernel's file lock is the lock; it goes with its process, so a killed holder leaves nothing behind. The file's
content only says who holds it.
"""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from p3.errors import BusyError, ConfigurationError


@contextmanager
def held(path: Path, what: str) -> Iterator[None]:
    """Hold the lock at ``path`` for the block; raises BusyError naming the holder where another process has it."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"{what} is being written by {_holder(handle)}", "Wait for it to end, then run again."
            ) from None
        try:
            _sign(handle)
        except OSError as error:
            raise _unwritable(path, error) from None
        yield
    finally:
        os.close(handle)


def _unwritable(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(f"cannot write {path}: {error.strerror}", "Free space, or name another --data-dir.")


def _sign(handle: int) -> None:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps({"pid": os.getpid(), "command": command}).encode(), 0)


def _holder(handle: int) -> str:
    try:
        holder = json.loads(os.pread(handle, 4096, 0))
        return f"process {holder['pid']} (`{holder['command']}`)"
    except (ValueError, KeyError, TypeError, OSError):
        return "another process"
