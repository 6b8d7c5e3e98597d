"""A folder that cannot be written, for root neither: a mount of its own in a process's own name space."""

import subprocess
from pathlib import Path

import pytest

_MOUNT = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


def read_only(folder: Path) -> list[str]:
    """Return the words before a command for which ``folder`` is read-only; skips the test where that cannot be."""
    words = ["unshare", "--map-root-user", "--mount", "sh", "-c", _MOUNT, str(folder)]
    try:
        tried = subprocess.run([*words, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no unshare here")
    if tried.returncode:
        pytest.skip(f"no read-only mount here: {tried.stderr.decode().strip()}")
    return words
