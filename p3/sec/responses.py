"""What an answer of EDGAR means: a body, nothing there, come back later, or say who you are.

EDGAR answers 403 for three different things, told apart by the body: S3's AccessDenied XML for a file under /Archives
that does not exist, a page for a caller above the rate limit, and a page for a caller that does not name itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from p3.errors import ConfigurationError, DataError, P3Error, UpstreamError

_HEAD = 4096  # the telling words stand in the first lines of each page
_NOT_THERE = (b"<Code>NoSuchKey</Code>", b"<Code>AccessDenied</Code>")
_RATE_PAGE = b"Request Rate Threshold Exceeded"
_UNDECLARED_PAGE = b"Undeclared Automated Tool"


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


def refusal(reply: Reply) -> P3Error | None:
    """Return the error that ``reply`` amounts to, None for a usable body or "not modified".

    A rate-limit or undeclared-tool page is recognised whatever its status: caches have been seen to serve them as 200.
    """
    head = reply.content[:_HEAD]
    if _UNDECLARED_PAGE in head:
        return ConfigurationError(
            "EDGAR does not accept this client's identity", 'Set P3_SEC__IDENTITY="Name mail@example.com".'
        )
    if _RATE_PAGE in head or reply.status == 429:
        return UpstreamError(
            "EDGAR refuses requests from this address: too many a second",
            "Wait 10 minutes without asking, then run again; lower the rate if other programs ask too.",
        )
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
