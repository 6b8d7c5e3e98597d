"""The entry point of the command ``p3``."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from p3.cli.app import build

    try:
        build()()
    except KeyboardInterrupt:
        sys.exit(130)
