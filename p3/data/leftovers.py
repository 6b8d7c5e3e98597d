"""What writers of the index and of exported models left behind when they were killed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from p3.data import locks
from p3.data.layers import DirectoryManager

_PATIENCE = 120.0  # seconds to wait for a writer that is at work


def leftovers(directories: DirectoryManager, *, remove: bool) -> list[Path]:
    """Return the drafts that no running process writes; with ``remove`` they are deleted.

    Raises BusyError where a writer is at work for too long.
    """
    found: list[Path] = []
    for lock, folder, pattern in _drafts(directories):
        if not any(folder.glob(pattern)):
            continue
        with locks.held(directories.lock(lock), str(folder), _PATIENCE):
            drafts = sorted(folder.glob(pattern))
            for draft in drafts if remove else ():
                shutil.rmtree(draft) if draft.is_dir() else draft.unlink()
        found += drafts
    return found


def _drafts(directories: DirectoryManager) -> Iterator[tuple[str, Path, str]]:
    """Yield the lock, the folder and the pattern of each kind of draft."""
    yield "commit", directories.index(), "*.lance/data/.tmp*"
    yield "commit", directories.index(), "snapshots/.tmp-*"
    yield "models", directories.models(), ".tmp-*"
