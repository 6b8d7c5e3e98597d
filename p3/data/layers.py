"""The layers of the data tree, and the one place that turns them into paths."""

import contextlib
import os
import uuid
from enum import StrEnum
from pathlib import Path

from p3.errors import ConfigurationError, InputMissingError


class DataLayer(StrEnum):
    """A part of the data tree; the value is its folder."""

    RAW = "raw"  # responses and documents as received, named by SHA-256
    FACTS = "facts"  # what filings and markets say: Delta tables
    INDEX = "index"  # passages and their vectors: LanceDB
    RESULTS = "results"  # what p3 concludes: Delta tables, reports, manifests
    LEDGER = "ledger"  # runs, chains, orders, audit: SQL


TREE = "build_data"
_PATTERN_SIGNS = frozenset("*?[]%")


def find_root(explicit: Path | None, working_directory: Path) -> Path:
    """Return the data tree: ``explicit``, else ``P3_DATA_DIR``, else the nearest build_data/ upward.

    Raises ConfigurationError where none of them names one.
    """
    named = explicit or (Path(os.environ["P3_DATA_DIR"]) if os.environ.get("P3_DATA_DIR") else None)
    if named is not None:
        return _usable(named)
    for folder in (working_directory, *working_directory.parents):
        if (folder / TREE).is_dir():
            return _usable(folder / TREE)
    raise ConfigurationError(
        f"no {TREE}/ here or above {working_directory}",
        f"Run `mkdir {TREE}` here, or name a folder with --data-dir or P3_DATA_DIR.",
    )


def _usable(root: Path) -> Path:
    try:
        path = root.expanduser().absolute()
    except RuntimeError:  # ~name, of nobody here
        raise ConfigurationError(f"no home directory for {root}", "Name a folder with --data-dir.") from None
    if _PATTERN_SIGNS & set(str(path)):
        raise ConfigurationError(
            f"the data directory {path} has one of {' '.join(sorted(_PATTERN_SIGNS))} in its path",
            "Name another with --data-dir: the stores read these signs as patterns or codes.",
        )
    return path


def check_begun(root: Path) -> None:
    """Raise InputMissingError where ``root`` is no data tree yet: what only reads must not begin one."""
    if root.is_file():
        raise ConfigurationError(f"the data directory {root} is a file", "Name a folder with --data-dir.")
    if not (root / DataLayer.LEDGER).is_dir():
        raise InputMissingError(
            f"there are no data in {root}", "Run `p3 e2e f2 --source sample`, or `p3 fetch-sec` with an identity."
        )


class DirectoryManager:
    """Turns layers into paths below one root, and makes them on demand."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def layer(self, layer: DataLayer) -> Path:
        """Return the folder of ``layer``, made if need be."""
        return self._made(self.root / layer.value)

    def table(self, layer: DataLayer, name: str) -> Path:
        """Return the folder of a Delta table, which may not exist yet."""
        return self.layer(layer) / "tables" / name

    def index(self) -> Path:
        """Return the folder of the passage index."""
        return self.layer(DataLayer.INDEX)

    def models(self) -> Path:
        """Return the folder of the exported embedding models, which vectors are made with."""
        return self._made(self.layer(DataLayer.INDEX) / "models")

    def ledger(self) -> Path:
        """Return the file of the default ledger."""
        return self.layer(DataLayer.LEDGER) / "ledger.sqlite"

    def tree_id(self) -> str:
        """Return the name that tells this tree from others on the same ledger, given when it was first used."""
        path = self.layer(DataLayer.LEDGER) / "tree_id"
        if not path.exists():
            self._name(path)
        return path.read_text(encoding="utf-8")

    def _name(self, path: Path) -> None:
        """Write a fresh name to ``path`` as a whole, unless another process was quicker."""
        name = uuid.uuid4().hex
        draft = path.with_suffix(f".{name}")
        try:
            draft.write_text(name, encoding="utf-8")
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        except OSError as error:
            raise ConfigurationError(
                f"cannot write to the data directory {self.root}: {error.strerror}", "Free space, or name another."
            ) from None
        finally:
            draft.unlink(missing_ok=True)

    def lock(self, name: str) -> Path:
        """Return the lock file called ``name``."""
        return self._made(self.layer(DataLayer.LEDGER) / "locks") / f"{name}.lock"

    def run(self, run_id: str) -> Path:
        """Return the folder of a run's manifest and reports."""
        return self._made(self.layer(DataLayer.RESULTS) / "runs" / run_id)

    def reports(self) -> Path:
        """Return the folder of the newest report of each scope."""
        return self._made(self.layer(DataLayer.RESULTS) / "reports")

    def log(self) -> Path:
        """Return the file that logs are written to."""
        return self._made(self.layer(DataLayer.RESULTS) / "logs") / "p3.log"

    def _made(self, folder: Path) -> Path:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise ConfigurationError(
                f"the data directory {self.root} is, or lies below, a file", "Name a folder with --data-dir."
            ) from None
        except OSError as error:
            raise ConfigurationError(
                f"cannot write to the data directory {self.root}: {error.strerror}",
                "Free space or change its permissions, or name another with --data-dir.",
            ) from None
        return folder
