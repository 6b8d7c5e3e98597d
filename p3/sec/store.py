"""What this package asks of the store that keeps EDGAR's replies."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

FOUND = 200


class Stored(Protocol):
    """A reply as RAW keeps it."""

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

    @property
    def content(self) -> bytes:
        """The body, decoded."""


class RawStore(Protocol):
    """Keeps replies byte for byte."""

    def find(self, url: str) -> Stored | None:
        """Return the newest reply kept for an address, or None."""

    def put(self, url: str, content: bytes, status: int, headers: Mapping[str, str], fetched: datetime) -> str:
        """Keep a reply and return the SHA-256 of its content."""
