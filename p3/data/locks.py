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

import tenacity

from p3.errors import BusyError, ConfigurationError

_LOOK_AGAIN = 0.05  # seconds: the kernel's lock can be waited for, but not for a while only


@contextmanager
def held(path: Path, what: str, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock at ``path`` for the block; waits up to ``patience`` seconds for another process to let it go.

    Raises BusyError naming the holder where it does not.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        try:
            _locked(handle, patience)
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


def _locked(handle: int, patience: float) -> None:
    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(BlockingIOError),
        stop=tenacity.stop_after_delay(patience),
        wait=tenacity.wait_fixed(_LOOK_AGAIN),
        reraise=True,
    )
    attempts(fcntl.flock, handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


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
