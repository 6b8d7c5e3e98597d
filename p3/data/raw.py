"""RAW: every response and document byte for byte, compressed, named by its SHA-256, never changed.

A body lies at ``objects/ab/abcdef….gz`` and is stored once. What was received when is a line of ``index/<sha of
url>.jsonl``: url, status, headers, UTC time and the body's SHA-256; the last line of a url's file is its newest reply.
Both are written so that a kill at any moment leaves either the old state or the new one: bodies by rename, index lines
by one append after the body is on disk. A line cut short by a kill or a full disk is passed over. A body that no longer
hashes to its name is written anew when the same bytes come again.
"""

import errno
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from p3.data import whole
from p3.errors import ConfigurationError, DataError

_KEPT_HEADERS = ("content-type", "etag", "last-modified", "content-length", "date")


@dataclass(frozen=True)
class Stored:
    """A reply as kept: what was received, from where and when."""

    url: str
    sha: str
    status: int
    headers: Mapping[str, str]
    fetched: datetime
    content: bytes


class RawStore:
    """Keeps replies below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, url: str, content: bytes, status: int, headers: Mapping[str, str], fetched: datetime) -> str:
        """Keep a reply and return the SHA-256 of its body."""
        sha = hashlib.sha256(content).hexdigest()
        try:
            self._write_object(sha, content)
            entry = {
                "url": url,
                "sha": sha,
                "status": status,
                "headers": {k.lower(): v for k, v in headers.items() if k.lower() in _KEPT_HEADERS},
                "fetched": fetched.isoformat(),
            }
            self._append(self._index_path(url), json.dumps(entry))
        except OSError as error:
            raise ConfigurationError(
                f"cannot store {url}: {error.strerror}", "Free space, or name another --data-dir."
            ) from None
        return sha

    def find(self, url: str) -> Stored | None:
        """Return the newest reply kept for ``url``.

        None where there is none or its body is damaged, to be asked for anew.
        """
        entries = self._entries(self._index_path(url))
        try:
            return self._stored(entries[-1]) if entries else None
        except DataError:
            return None

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

    def _stored(self, entry: dict[str, object]) -> Stored:
        headers = entry["headers"]
        return Stored(
            url=str(entry["url"]),
            sha=str(entry["sha"]),
            status=int(str(entry["status"])),
            headers={str(k): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {},
            fetched=datetime.fromisoformat(str(entry["fetched"])),
            content=self.read(str(entry["sha"])),
        )

    def _object_path(self, sha: str) -> Path:
        return self._folder / "objects" / sha[:2] / f"{sha}.gz"

    def _index_path(self, url: str) -> Path:
        return self._folder / "index" / f"{hashlib.sha256(url.encode()).hexdigest()}.jsonl"

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

    def _append(self, path: Path, line: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as file:
            torn = file.tell() > 0 and os.pread(file.fileno(), 1, file.tell() - 1) != b"\n"
            entry = (b"\n" if torn else b"") + line.encode() + b"\n"
            if file.write(entry) != len(entry):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())

    def _entries(self, path: Path) -> list[dict[str, object]]:
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        return list(_whole(lines))


def _whole(lines: list[str]) -> Iterator[dict[str, object]]:
    """Yield the entries, leaving out a line that a kill cut short."""
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue
