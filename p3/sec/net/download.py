"""Files of several GB, such as EDGAR's bulk archives: streamed to disk, and taken up again where they broke off.

While ``NAME`` comes, ``NAME.part`` holds what is there of it and ``NAME.part.json`` which version that is of (RFC 9110,
13.1.5: the rest is asked for on the condition that the version is still the same). ``NAME`` appears when it is whole.
"""

import errno
import fcntl
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from p3.errors import BusyError, ConfigurationError, UpstreamError
from p3.sec.net.bodies import PassingError

Progress = Callable[[int, int | None], None]
"""Hears the bytes held so far and, where EDGAR says so, in all."""

_LARGEST = 32 * 1024**3
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18})")
_PARTIAL_CONTENT = 206


@dataclass(frozen=True, slots=True)
class Download:
    """A file as it came: status 200, or 304 where it stands unchanged and nothing was written; ``size`` in bytes."""

    url: str
    status: int
    headers: Mapping[str, str]
    fetched: datetime
    size: int


class Partial:
    """What is there of a file on its way from ``url`` to ``target``."""

    def __init__(self, url: str, target: Path, handle: int) -> None:
        self._url = url
        self._target = target
        self._handle = handle

    def conditions(self) -> dict[str, str]:
        """Return the headers that ask for the rest; none where nothing is there that can be continued."""
        held, version = self._size(), self._version()
        return {"Range": f"bytes={held}-", "If-Range": version} if held and version else {}

    def discard(self) -> None:
        """Forget what is there."""
        os.ftruncate(self._handle, 0)
        _beside(self._target, ".part.json").unlink(missing_ok=True)

    def receive(self, status: int, headers: Mapping[str, str], chunks: Iterable[bytes], progress: Progress) -> int:
        """Write the body of a 200, or of a 206 behind what is there; once it is whole, put it in place.

        Return its size in bytes. Raises PassingError for one that stops short or is of another version than what is
        there, UpstreamError above 32 GB.
        """
        held, total = self._continued(headers) if status == _PARTIAL_CONTENT else self._started(headers)
        progress(held, total)
        for chunk in chunks:
            _write(self._handle, chunk)
            held += len(chunk)
            if held > _LARGEST:
                raise UpstreamError(f"EDGAR sent more than {_LARGEST} bytes of {self._url}", "Report the address.")
            progress(held, total)
        if not held or (total is not None and held != total):
            raise PassingError(f"a file of {held} bytes in place of {total}" if held else "an empty body")
        os.fsync(self._handle)
        _beside(self._target, ".part").replace(self._target)
        _beside(self._target, ".part.json").unlink(missing_ok=True)
        return held

    def _started(self, headers: Mapping[str, str]) -> tuple[int, int | None]:
        self.discard()
        mark = json.dumps({"url": self._url, "version": _version(headers)})
        _beside(self._target, ".part.json").write_text(mark, encoding="utf-8")
        os.lseek(self._handle, 0, os.SEEK_SET)
        length = headers.get("content-length", "")
        return 0, int(length) if length.isdecimal() else None

    def _continued(self, headers: Mapping[str, str]) -> tuple[int, int]:
        found = _RANGE.fullmatch(headers.get("content-range", ""))
        held = self._size()
        if found is None or int(found[1]) != held or _version(headers) not in (None, self._version()):
            self.discard()
            raise PassingError("a part that does not continue what is there")
        os.lseek(self._handle, held, os.SEEK_SET)
        return held, int(found[2])

    def _size(self) -> int:
        return os.fstat(self._handle).st_size

    def _version(self) -> str | None:
        try:
            mark: Any = json.loads(_beside(self._target, ".part.json").read_bytes())
            return str(mark["version"]) if mark["url"] == self._url and mark["version"] else None
        except (OSError, ValueError, KeyError, TypeError):
            return None


@contextmanager
def partial(url: str, target: Path) -> Iterator[Partial]:
    """Yield what is there of the file, its folder made where it is missing, for one process at a time.

    Raises BusyError where another process downloads it, ConfigurationError where it cannot be written.
    """
    part, handle = _beside(target, ".part"), -1
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_at(handle, part):  # whoever held the lock has just put it in place
            raise BlockingIOError
        try:
            yield Partial(url, target, handle)
        finally:
            if not os.fstat(handle).st_size and _is_at(handle, part):
                part.unlink()
    except BlockingIOError:
        raise BusyError(f"{target} is being downloaded by another process", "Wait for it to end.") from None
    except OSError as error:
        raise ConfigurationError(
            f"cannot store {target}: {error.strerror}", "Free space, or name another --data-dir."
        ) from None
    finally:
        if handle >= 0:
            os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    return path.exists() and os.path.samestat(os.fstat(handle), path.stat())


def _version(headers: Mapping[str, str]) -> str | None:
    """Return what names this version of a file: a strong ETag, else its date; If-Range admits no weak ETag."""
    etag = headers.get("etag", "")
    return etag if etag.startswith('"') else headers.get("last-modified")


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(target.name + suffix)


def _write(handle: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        written = os.write(handle, view)
        if not written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        view = view[written:]
