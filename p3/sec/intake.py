"""The files that a user names: which of them are read, under which names, and why the others are not."""

import os
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from p3.errors import DataError, UsageError

LARGEST = 512 << 20  # bytes of one file
SUFFIXES = (".pdf", ".htm", ".html", ".xhtml", ".txt", ".md", ".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")

_READING = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY  # a pipe put in a file's place would wait for a writer
_BY_THE_SYSTEM = (".", "~$")  # how the names of files begin that no user made: hidden ones, locks of office programs


@dataclass(frozen=True, slots=True)
class File:
    """A file to be read: where it lies, and the name under which it is stored, without folders."""

    path: Path
    name: str

    def read(self) -> bytes:
        """Return the bytes; DataError where the file cannot be read, is empty, too large or no plain file."""
        try:
            with os.fdopen(os.open(self.path, _READING), "rb") as file:
                reason = _refusal(os.fstat(file.fileno()))
                content = b"" if reason else file.read(LARGEST)
        except OSError as failure:
            reason = f"it cannot be read: {failure.strerror}"
        if reason:
            raise DataError(f"{self.name}: {reason}", f"Look at {self.path}, or leave it out.")
        return content


@dataclass(slots=True)
class Gathered:
    """Files to read, in order and each once; those refused, and why; the number of files in folders left out."""

    files: list[File] = field(default_factory=list)
    refused: list[tuple[Path, str]] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)


def gather(paths: Sequence[Path]) -> Gathered:
    """Return the files that ``paths`` name: files as they are, folders with all below them in sorted order.

    Of a folder, files with one of SUFFIXES are taken, and links that lead out of it refused. Raises UsageError where a
    path does not exist, is neither file nor folder, or is a folder without a file to take.
    """
    gathered = Gathered()
    taken: set[Path] = set()
    for path in paths:
        named = _of_folder(path) if _is_folder(path) else _of_path(path)
        for file in named.files:
            if file.path.resolve() not in taken:
                gathered.files.append(file)
            taken.add(file.path.resolve())
        gathered.refused.extend(named.refused)
        gathered.skipped.extend(named.skipped)
    return gathered


def stored_name(name: str) -> str:
    """Return a file's name as it is stored: composed, without what a terminal would act on or cannot show."""
    composed = unicodedata.normalize("NFC", name)
    return "".join(each for each in composed if not unicodedata.category(each).startswith("C")).strip() or "unnamed"


def _of_path(path: Path) -> Gathered:
    try:
        status = path.stat()
    except (OSError, ValueError) as failure:  # a NUL in a path is a ValueError
        raise UsageError(f"{path} is no file that can be read", "Name files or folders that exist.") from failure
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"{path} is neither a file nor a folder", "Name files or folders.")
    gathered = Gathered()
    _take(path, gathered)
    return gathered


def _of_folder(folder: Path) -> Gathered:
    gathered = Gathered()
    inside = folder.resolve()
    for path in _below(folder, gathered.refused):
        if _leads_out(path, inside) and (_is_folder(path) or _is_input(path)):
            gathered.refused.append((path, "it is a link that leads out of the folder"))
        elif _is_folder(path) or not _is_input(path):  # a link to a folder inside, which is walked by itself
            gathered.skipped.append(path)
        else:
            _take(path, gathered)
    if not gathered.files and not gathered.refused:
        raise UsageError(f"{folder} holds no file that p3 reads", f"It reads {' '.join(SUFFIXES)}.")
    return gathered


def _below(folder: Path, refused: list[tuple[Path, str]]) -> list[Path]:
    """Return all that is no folder below ``folder``, links to folders too; folders that cannot be read are refused."""

    def refuse(failure: OSError) -> None:
        refused.append((Path(failure.filename), f"it cannot be read: {failure.strerror}"))

    found: list[Path] = []
    for at, folders, names in os.walk(folder, onerror=refuse):
        found.extend(Path(at, name) for name in names)
        found.extend(path for path in (Path(at, name) for name in folders) if path.is_symlink())
    return sorted(found)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # its name is too long, or what lies above it is closed
        return False


def _leads_out(path: Path, inside: Path) -> bool:
    """Return whether ``path`` is a link to what lies elsewhere; one that leads round in a circle leads nowhere."""
    try:
        return path.is_symlink() and not path.resolve().is_relative_to(inside)
    except (OSError, RuntimeError):
        return False


def _is_input(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(_BY_THE_SYSTEM)


def _take(path: Path, gathered: Gathered) -> None:
    try:
        reason = _refusal(path.stat())
    except OSError as failure:
        reason = f"it cannot be read: {failure.strerror}"
    if reason:
        gathered.refused.append((path, reason))
    else:
        gathered.files.append(File(path, stored_name(path.name)))


def _refusal(status: os.stat_result) -> str:
    """Return why a file of this status is not read, an empty string where it is."""
    if not stat.S_ISREG(status.st_mode):
        return "it is no plain file"
    if status.st_size == 0:
        return "it is empty"
    return f"it is larger than {LARGEST >> 20} MiB" if status.st_size > LARGEST else ""
