"""RAW: every response and document byte for byte, compressed, named by its SHA-256, never changed.

A body lies at ``objects/ab/abcdef….gz`` and is stored once; a file of several GB that is compressed already, such as
EDGAR's bulk archives, lies at ``objects/ab/abcdef…`` as it came. What was received when is a line of ``index/<sha of
url>.jsonl``: url, status, headers, UTC time and the body's SHA-256; the last line of a url's file is its newest reply.
All are written so that a kill at any moment leaves either the old state or the new one: bodies by rename, index lines
by one append after the body is on disk. A line cut short by a kill or a full disk is passed over. A body that no longer
hashes to its name is written anew when the same bytes come again. Downloads on their way lie in ``partial/``.
"""

import errno
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from p3.data import whole
from p3.errors import ConfigurationError, DataError

_KEPT_HEADERS = ("content-type", "etag", "last-modified", "content-length", "date")


@dataclass(frozen=True)
class Kept:
    """A reply without its body: what was received, from where and when."""

    url: str
    sha: str
    status: int
    headers: Mapping[str, str]
    fetched: datetime


@dataclass(frozen=True)
class Stored(Kept):
    """A reply with its body."""

    content: bytes


class RawStore:
    """Keeps replies below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, url: str, content: bytes, status: int, headers: Mapping[str, str], fetched: datetime) -> str:
        """Keep a reply and return the SHA-256 of its body."""
        reply = Kept(url, hashlib.sha256(content).hexdigest(), status, _kept_headers(headers), fetched)
        with _stored(url):
            self._write_object(reply.sha, content)
            self._append(reply)
        return reply.sha

    def put_file(self, url: str, path: Path, status: int, headers: Mapping[str, str], fetched: datetime) -> str:
        """Keep a reply whose body is the file at ``path``, moved from there as it is; return the body's SHA-256.

        ``path`` is ``partial(url)``, or elsewhere on its file system. The body is read with ``open``;
        ``find`` passes it by. Raises ConfigurationError where it cannot be moved.
        """
        with _stored(url):
            reply = Kept(url, _hashed(path), status, _kept_headers(headers), fetched)
            _move(path, self._file_path(reply.sha))
            self._append(reply)
        return reply.sha

    def confirm(self, url: str, fetched: datetime) -> None:
        """Keep that at ``fetched`` the newest reply kept for ``url``, which there must be, was still the answer."""
        kept = self._newest(url)
        if kept is None:
            raise DataError(f"nothing is kept of {url}", "Run the fetch again.")
        with _stored(url):
            self._append(replace(kept, fetched=fetched))

    def partial(self, url: str) -> Path:
        """Return where to download ``url`` to before ``put_file``; its folder is there."""
        path = self._folder / "partial" / _name(url)
        with _stored(url):
            path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def newest(self, url: str) -> Kept | None:
        """Return the newest reply kept for ``url`` without its body; None where there is none or its body is gone.

        Costs no look into the body, which may turn out damaged when it is read.
        """
        reply = self._newest(url)
        there = reply and (self._object_path(reply.sha).is_file() or self._file_path(reply.sha).is_file())
        return reply if there else None

    def find(self, url: str) -> Stored | None:
        """Return the newest reply kept for ``url`` with its body.

        None where there is none, its body is damaged, to be asked for anew, or came as a file, to be opened.
        """
        reply = self._newest(url)
        try:
            return Stored(**vars(reply), content=self.read(reply.sha)) if reply else None
        except DataError:
            return None

    def open(self, sha: str) -> BinaryIO:
        """Return the body named ``sha`` that came as a file, open at its beginning and seekable.

        Its bytes were hashed when it came, and are trusted since. Raises DataError where it is missing.
        """
        try:
            return self._file_path(sha).open("rb")
        except OSError as error:
            raise DataError(
                f"raw file {sha[:12]} cannot be opened: {error.strerror}", "Run the fetch again with --force."
            ) from None

    def read(self, sha: str) -> bytes:
        """Return the body named ``sha``; raises DataError where it is missing or does not hash to its name."""
        try:
            content = gzip.decompress(self._object_path(sha).read_bytes())
        except FileNotFoundError:
            raise DataError(f"raw object {sha[:12]} is missing", "Run the fetch again with --force.") from None
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"raw object {sha[:12]} is unreadable: {error}", "Run the fetch with --force.") from None
        if hashlib.sha256(content).hexdigest() != sha:
            raise DataError(f"raw object {sha[:12]} does not match its name", "Run the fetch again with --force.")
        return content

    def _newest(self, url: str) -> Kept | None:
        try:
            lines = self._index_path(url).read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return None
        return next(_whole(reversed(lines)), None)

    def _object_path(self, sha: str) -> Path:
        return self._folder / "objects" / sha[:2] / f"{sha}.gz"

    def _file_path(self, sha: str) -> Path:
        return self._folder / "objects" / sha[:2] / sha

    def _index_path(self, url: str) -> Path:
        return self._folder / "index" / f"{_name(url)}.jsonl"

    def _write_object(self, sha: str, content: bytes) -> None:
        path = self._object_path(sha)
        if path.exists() and self._is_whole(sha):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        whole.write(path, gzip.compress(content, compresslevel=6, mtime=0))

    def _is_whole(self, sha: str) -> bool:
        try:
            self.read(sha)
        except DataError:
            return False
        return True

    def _append(self, reply: Kept) -> None:
        path = self._index_path(reply.url)
        path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(vars(reply) | {"fetched": reply.fetched.isoformat()})
        with path.open("a+b", buffering=0) as file:
            torn = file.tell() > 0 and os.pread(file.fileno(), 1, file.tell() - 1) != b"\n"
            entry = (b"\n" if torn else b"") + line.encode() + b"\n"
            if file.write(entry) != len(entry):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())


@contextmanager
def _stored(url: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            f"cannot store {url}: {error.strerror}", "Free space, or name another --data-dir."
        ) from None


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items() if name.lower() in _KEPT_HEADERS}


def _name(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def _hashed(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _move(path: Path, target: Path) -> None:
    """Move a file, on disk before it shows."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)


def _whole(lines: Iterable[str]) -> Iterator[Kept]:
    """Yield the replies, leaving out a line that a kill cut short."""
    for line in lines:
        try:
            entry = json.loads(line)
            yield Kept(**entry | {"fetched": datetime.fromisoformat(entry["fetched"])})
        except (ValueError, TypeError, KeyError):
            continue
