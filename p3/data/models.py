"""Exported models: folders that are made once, whole or not at all, by one process at a time."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from p3.data import locks
from p3.data.layers import DirectoryManager
from p3.data.whole import to_disk
from p3.errors import ConfigurationError

_DRAFT = ".tmp-"
_PATIENCE = 600.0  # seconds to wait for another process that makes one


class ModelStore:
    """The exported models of a data tree."""

    def __init__(self, directories: DirectoryManager) -> None:
        self._directories = directories

    @property
    def folder(self) -> Path:
        """The folder that holds one folder a model."""
        return self._directories.models()

    def get(self, key: str, make: Callable[[Path], None]) -> Path:
        """Return the folder called ``key``; where there is none ``make`` fills a fresh one first.

        Raises BusyError where another process is at it for too long, ConfigurationError where it cannot be written.
        """
        folder = self.folder / key
        if not folder.is_dir():
            with locks.held(self._directories.lock("models"), "an exported model", _PATIENCE):
                if not folder.is_dir():
                    self._make(folder, make)
        return folder

    def _make(self, folder: Path, make: Callable[[Path], None]) -> None:
        """Make ``folder`` under the lock; what a killed process left is cleared away first."""
        for leftover in folder.parent.glob(f"{_DRAFT}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        try:
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_DRAFT) as place:
                draft = Path(place) / folder.name
                draft.mkdir()
                make(draft)
                to_disk(draft)
                draft.rename(folder)
        except OSError as error:
            raise ConfigurationError(
                f"cannot write an exported model below {folder.parent}: {error.strerror}",
                "Free space, or name another --data-dir.",
            ) from error
