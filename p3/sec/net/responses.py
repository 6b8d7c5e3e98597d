"""What an answer of EDGAR means: a body, nothing there, come back later, or say who you are.

EDGAR answers 403 for three different things, told apart by the body: S3's AccessDenied XML for a file under /Archives
that does not exist, a page for a caller above the rate limit, and a page for a caller that does not name itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from p3.errors import ConfigurationError, DataError, P3Error, UpstreamError

_HEAD = 4096  # the telling words stand in the first lines of each page
_LONGEST_PAGE = 64 * 1024  # EDGAR's pages have 5 to 8 KB
_NOT_THERE = (b"<Code>NoSuchKey</Code>", b"<Code>AccessDenied</Code>")
_RATE_PAGE = b"Request Rate Threshold Exceeded"
_UNDECLARED_PAGE = b"Undeclared Automated Tool"
_TITLE = re.compile(rb"<title>\s*SEC\.gov\s*\|([^<]*)</title>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: ``content`` is decoded, ``headers`` have lower-case names, ``fetched`` is UTC."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    fetched: datetime


class MissingError(DataError):
    """EDGAR has nothing at an address; ``reply`` is how it said so."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(
            f"EDGAR has nothing at {reply.url} (status {reply.status})",
            "Check the CIK or the accession; a mirror may simply not carry this file.",
        )
        self.reply = reply


class BlockedError(UpstreamError):
    """EDGAR blocks this address; ``seconds`` is for how long, where it says so."""

    for_all = True

    def __init__(self, seconds: float | None) -> None:
        super().__init__(
            "EDGAR refuses requests from this address: too many a second",
            "Wait 10 minutes without asking, then run again; lower the rate if other programs ask too.",
        )
        self.seconds = seconds


def refusal(reply: Reply) -> P3Error | None:
    """Return the error that ``reply`` amounts to, None for a usable body or "not modified".

    A rate-limit or undeclared-tool page is recognised whatever its status: caches have been seen to serve them as 200.
    """
    if _says(reply, _UNDECLARED_PAGE):
        return ConfigurationError(
            "EDGAR does not accept this client's identity", 'Set P3_SEC__IDENTITY="Name mail@example.com".'
        )
    if reply.status == 429 or _says(reply, _RATE_PAGE):
        return BlockedError(_retry_after(reply))
    head = reply.content[:_HEAD]
    if reply.status == 404 or (reply.status == 403 and any(mark in head for mark in _NOT_THERE)):
        return MissingError(reply)
    if reply.status in (200, 304):
        return None
    if 300 <= reply.status < 400:
        return UpstreamError(
            f"{reply.url} redirects elsewhere (status {reply.status}), which is refused",
            "Check P3_SEC__DATA_URL and P3_SEC__WWW_URL.",
        )
    return UpstreamError(f"EDGAR answered status {reply.status} for {reply.url}", "Try again later.")


def _says(reply: Reply, words: bytes) -> bool:
    """Return whether the reply is the page of these words; a filing that quotes them, served as 200, is not."""
    head = reply.content[:_HEAD]
    if reply.status != 200:
        return words in head
    title = _TITLE.search(head)
    return title is not None and words in title[1] and len(reply.content) <= _LONGEST_PAGE


def _retry_after(reply: Reply) -> float | None:
    """Return the seconds of a Retry-After header, which holds a number of them or an HTTP date (RFC 9110, 10.2.3)."""
    said = reply.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - reply.fetched).total_seconds())
