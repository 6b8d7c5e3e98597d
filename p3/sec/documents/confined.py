"""Readers of hostile files in a process of their own, with bounds on memory and CPU time.

PDFium and calamine are native code. A file made for it can make them ask for hundreds of gigabytes, loop for hours or
crash, and an allocation that fails ends the whole process: here the child's, which becomes one error about one file.
The child sees neither the environment's secrets nor a file that it could write.
"""

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
from typing import Any

from p3.errors import DataError

MEMORY = 2 << 30  # bytes of address space
SECONDS = 60  # of CPU; 150 pages take about one

_PANIC = b"pyo3_runtime.PanicException"  # a fault that a library in Rust found in itself, as Python reports it


def call(module: str, function: str, content: bytes) -> Any:
    """Return what ``function(content)`` of a p3 module returns in a process with bounds; its value must fit JSON.

    Raises the DataError that the function raised, or one that says which bound the file broke. Any other exception in
    the child is a bug, and comes back as a RuntimeError with its traceback.
    """
    child = subprocess.run(
        [sys.executable, "-BP", "-m", __name__, module, function],
        input=content,
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        check=False,
    )
    if child.returncode == -signal.SIGXCPU:
        raise DataError(f"it takes more than {SECONDS} seconds to read", "Split it, or save it in another format.")
    if child.returncode < 0 or _PANIC in child.stderr:
        raise _broken_off()
    if child.returncode > 0:
        raise RuntimeError(child.stderr.decode("utf-8", "replace"))
    answer = json.loads(child.stdout)
    if "refused" in answer:
        raise DataError(*answer["refused"])
    return answer["value"]


def _broken_off() -> DataError:
    return DataError(
        f"its reader broke off, out of {MEMORY >> 30} GiB of memory or at a fault",
        "Open it in its own program and save it again.",
    )


def _bounded() -> None:
    _limit(resource.RLIMIT_CPU, SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)  # a pipe is no file
    _limit(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":  # elsewhere the system refuses the bound
        _limit(resource.RLIMIT_AS, MEMORY)


def _limit(kind: int, bound: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))


def _child(module: str, function: str) -> None:
    _bounded()
    try:
        answer = {"value": getattr(importlib.import_module(module), function)(sys.stdin.buffer.read())}
    except DataError as error:
        answer = {"refused": [error.message, error.remedy]}
    except MemoryError:
        answer = {"refused": [_broken_off().message, _broken_off().remedy]}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    _child(*sys.argv[1:])
