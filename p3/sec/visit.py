"""One pass over a company's addresses: what is kept already is taken, the rest is asked of EDGAR and kept.

Lists change, so they are asked for again once they are old, on the condition that they changed; an archive of all
companies stands in for a list, unless a newer one is kept. Documents never change: what RAW holds is not asked for
again. What EDGAR did not have is kept in RAW too, and asked for again only when that is old.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from p3.errors import DataError
from p3.sec.net.responses import MissingError, Reply
from p3.sec.store import FOUND, RawStore, Stored

EDGAR = "edgar"
_UNCHANGED = 304


class Asks(Protocol):
    """Who asks EDGAR: the client, or nobody."""

    @property
    def data_url(self) -> str:
        """Base of the lists' addresses."""

    @property
    def www_url(self) -> str:
        """Base of the documents' addresses."""

    def get(self, url: str, etag: str | None = None, last_modified: str | None = None) -> Reply:
        """Return the answer for ``url``."""


class NotHeldError(DataError):
    """What is asked for was never fetched, and nobody may be asked for it."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} was never fetched", "Run again without --offline.")


@dataclass(frozen=True)
class Nobody:
    """Answers nothing: everything has to be held already."""

    data_url: str
    www_url: str

    def get(self, url: str, etag: str | None = None, last_modified: str | None = None) -> Reply:
        """Raise NotHeldError."""
        raise NotHeldError(url)


class Problem(NamedTuple):
    """Something that could not be had, though the rest could."""

    what: str
    reason: str


class Body(NamedTuple):
    """A body and its SHA-256."""

    sha: str
    content: bytes


@dataclass
class Visit:
    """One pass: both ends, how old a kept list may be (None: ask for every one again), and what was met on the way.

    ``archive_made`` is when the nightly archives were made, None where EDGAR would say something newer of the company.
    """

    client: Asks
    raw: RawStore
    origin: str = EDGAR
    refresh_before: datetime | None = None
    archive_made: datetime | None = None
    progress: Callable[[str], None] = lambda what: None
    problems: list[Problem] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)

    def list(self, url: str, what: str, archived: Callable[[], bytes | None]) -> bytes:
        """Return the body of a list; raises MissingError where EDGAR has none, NotHeldError where nobody may ask."""
        self.progress(what)
        kept = self.raw.find(self._key(url))
        content = archived() if self._archive_is_newer(kept) else None
        body = _named(content) if content is not None else self._held_or_asked(url, kept)
        self.lists.append(f"{what} {body.sha}")
        return body.content

    def list_or_note(self, url: str, what: str, archived: Callable[[], bytes | None]) -> bytes | None:
        """Return the body of a list, or None where it cannot be had, which becomes a problem."""
        try:
            return self.list(url, what, archived)
        except (MissingError, NotHeldError) as missing:
            self.problems.append(Problem(what, missing.message))
            return None

    def document(self, url: str, what: str) -> Body:
        """Return a body that never changes; raises as ``list`` does."""
        self.progress(what)
        kept = self.raw.find(self._key(url))
        if kept is not None and (kept.status == FOUND or self._is_young(kept)):
            return self._kept(url, kept)
        return self._ask(url, None)

    def _key(self, url: str) -> str:
        """Return what RAW files a reply under: the sample answers EDGAR's own addresses, and must not pass for it."""
        return url if self.origin == EDGAR else f"{self.origin}:{url}"

    def _is_young(self, kept: Stored) -> bool:
        return self.refresh_before is not None and kept.fetched >= self.refresh_before

    def _archive_is_newer(self, kept: Stored | None) -> bool:
        return self.archive_made is not None and (kept is None or kept.fetched < self.archive_made)

    def _held_or_asked(self, url: str, kept: Stored | None) -> Body:
        return self._kept(url, kept) if kept is not None and self._is_young(kept) else self._ask(url, kept)

    def _kept(self, url: str, kept: Stored) -> Body:
        if kept.status != FOUND:
            raise MissingError(Reply(url, kept.status, kept.headers, kept.content, kept.fetched))
        return Body(kept.sha, kept.content)

    def _ask(self, url: str, kept: Stored | None) -> Body:
        known = kept.headers if kept is not None and kept.status == FOUND else {}
        try:
            reply = self.client.get(url, known.get("etag"), known.get("last-modified"))
        except MissingError as missing:
            answer = missing.reply
            self.raw.put(self._key(url), answer.content, answer.status, answer.headers, answer.fetched)
            raise
        content, headers = reply.content, dict(reply.headers)
        if reply.status == _UNCHANGED and kept is not None:
            content, headers = kept.content, {**kept.headers, **headers}
        return Body(self.raw.put(self._key(url), content, FOUND, headers, reply.fetched), content)


def _named(content: bytes) -> Body:
    return Body(hashlib.sha256(content).hexdigest(), content)
