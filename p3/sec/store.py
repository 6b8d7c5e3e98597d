"""What this package asks of the store that keeps EDGAR's replies."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

FOUND = 200


class Kept(Protocol):
    """A reply as RAW keeps it, without its body."""

    @property
    def sha(self) -> str:
        """SHA-256 of the content."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers by lower-case name."""

    @property
    def fetched(self) -> datetime:
        """When it came, UTC."""


class Stored(Kept, Protocol):
    """A reply with its body."""

    @property
    def content(self) -> bytes:
        """The body, decoded."""


class RawStore(Protocol):
    """Keeps replies byte for byte."""

    def find(self, url: str) -> Stored | None:
        """Return the newest reply kept for an address, or None; never one kept with ``put_file``."""

    def newest(self, url: str) -> Kept | None:
        """Return the newest reply kept for an address without reading its body, or None."""

    def put(self, url: str, content: bytes, status: int, headers: Mapping[str, str], fetched: datetime) -> str:
        """Keep a reply and return the SHA-256 of its content."""

    def confirm(self, url: str, fetched: datetime) -> None:
        """Keep that the newest reply kept for an address was still the answer at ``fetched``."""

    def partial(self, url: str) -> Path:
        """Return where to download a file of any size to before ``put_file``."""

    def put_file(self, url: str, path: Path, status: int, headers: Mapping[str, str], fetched: datetime) -> str:
        """Keep a reply whose body is the file at ``path``, which moves; return the SHA-256 of its content."""

    def open(self, sha: str) -> BinaryIO:
        """Return a body kept with ``put_file``, seekable; raises DataError where it is missing."""
