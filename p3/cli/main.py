"""The entry point of the command ``p3``."""

import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    _open_closed_streams()
    from p3.cli.app import build

    try:
        build()()
    except KeyboardInterrupt:
        sys.exit(130)


def _open_closed_streams() -> None:
    """Point the standard streams that the caller closed, as ``>&-`` does, at the null device.

    Else a file that is opened later takes a stream's number, and what is meant for the stream goes into the file.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: the stream's own
            os.set_inheritable(handle, True)
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8"))
