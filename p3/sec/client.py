"""The HTTP client for EDGAR: identity, pace, retries, bounds; it knows addresses and bodies, not their meaning."""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx
import tenacity

from p3 import clock
from p3.errors import ConfigurationError, DataError, UpstreamError
from p3.sec import responses
from p3.sec.governor import Governor
from p3.sec.responses import Reply

_IDENTITY = re.compile(r"\S.*\s<?[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+>?\Z")
_TIMEOUT = httpx.Timeout(connect=10.0, read=30.0, write=10.0, pool=10.0)
_LARGEST_BODY = 256 * 1024 * 1024
_GZIP = 31  # zlib's window bits for a gzip wrapper


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long to try again: attempts in all, seconds of the first and of the longest wait."""

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 20.0


class _PassingError(Exception):
    """A failure that another attempt may cure; the message names no secret."""


class EdgarClient:
    """Asks EDGAR, or a mirror with the same paths, over kept-alive HTTP/1.1; usable from several threads.

    ``identity`` is sent as User-Agent and must read like "Name mail@example.com", as the SEC asks; raises
    ConfigurationError otherwise. ``requests`` and ``bytes`` count what was sent, and received on the wire, so far.
    """

    def __init__(
        self,
        identity: str,
        data_url: str,
        www_url: str,
        governor: Governor,
        transport: httpx.BaseTransport | None = None,
        *,
        retry: Retry = Retry(),
    ) -> None:
        self.data_url = _base(data_url, "P3_SEC__DATA_URL")
        self.www_url = _base(www_url, "P3_SEC__WWW_URL")
        self.requests = 0
        self.bytes = 0
        self._governor = governor
        self._retry = retry
        self._http = httpx.Client(
            headers={"User-Agent": check_identity(identity), "Accept-Encoding": "gzip"},
            timeout=_TIMEOUT,
            transport=transport,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the kept connections."""
        self._http.close()

    def get(self, url: str, etag: str | None = None, last_modified: str | None = None) -> Reply:
        """Return the answer for ``url``: status 200, or 304 where ``etag`` or ``last_modified`` still stands.

        Raises MissingError where EDGAR has nothing there, UpstreamError above the rate limit and after the last retry
        of a passing failure, ConfigurationError where EDGAR refuses the identity, DataError for an address that is
        not EDGAR's.
        """
        self._check_address(url)
        headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in headers.items() if value}
        try:
            reply = self._attempts()(self._ask, url, conditions)
        except _PassingError as failure:
            raise UpstreamError(
                f"EDGAR did not answer {url} after {self._retry.attempts} attempts: {failure}",
                "Try again later; what was fetched so far is kept.",
            ) from failure
        error = responses.refusal(reply)
        if error is not None:
            raise error
        if reply.status == 304 and not conditions:
            raise UpstreamError(f"EDGAR answered {url} with nothing new to a first question", "Try again later.")
        return reply

    def _attempts(self) -> tenacity.Retrying:
        return tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._retry.attempts),
            wait=tenacity.wait_random_exponential(self._retry.first_wait, self._retry.longest_wait),
            retry=tenacity.retry_if_exception_type(_PassingError),
            reraise=True,
        )

    def _check_address(self, url: str) -> None:
        ours = url.startswith((self.data_url + "/", self.www_url + "/"))
        if not ours or "/../" in url or "/./" in url:
            raise DataError(f"{url} is not an address of EDGAR", "Check where the address came from.")

    def _ask(self, url: str, conditions: dict[str, str]) -> Reply:
        self._governor.wait()
        self.requests += 1
        try:
            with self._http.stream("GET", url, headers=conditions) as answer:
                content = self._body(answer)
        except httpx.TransportError as failure:
            raise _PassingError(type(failure).__name__) from failure
        if answer.status_code >= 500:
            raise _PassingError(f"status {answer.status_code}")
        if answer.status_code == 200 and not content:
            raise _PassingError("an empty body")
        return Reply(url, answer.status_code, dict(answer.headers), content, clock.now())

    def _body(self, answer: httpx.Response) -> bytes:
        if answer.is_stream_consumed:  # a transport that answers from memory, such as the sample's
            self.bytes += len(answer.content)
            return answer.content
        encoding = answer.headers.get("content-encoding", "identity")
        if encoding not in ("gzip", "identity"):
            raise UpstreamError(f"{answer.url} came in encoding {encoding!r}, which was not asked for")
        raw = self._counted(answer.iter_raw())
        return _gunzip(raw) if encoding == "gzip" else _joined(raw)

    def _counted(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        for chunk in chunks:
            self.bytes += len(chunk)
            yield chunk


def _joined(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        _check_size(body)
    return bytes(body)


def _gunzip(chunks: Iterable[bytes]) -> bytes:
    """Return the decoded body; unlike HTTP libraries, this notices a stream that stops before its end mark."""
    decoder = zlib.decompressobj(_GZIP)
    body = bytearray()
    started = False
    try:
        for chunk in chunks:
            started = True
            body += decoder.decompress(chunk, _LARGEST_BODY + 1 - len(body))
            _check_size(body)
    except zlib.error as failure:
        raise _PassingError("a damaged body") from failure
    if started and not decoder.eof:
        raise _PassingError("a body that stops short")
    return bytes(body)


def _check_size(body: bytearray) -> None:
    if len(body) > _LARGEST_BODY:
        raise UpstreamError(f"EDGAR sent a body above {_LARGEST_BODY} bytes", "Report the address.")


def _base(url: str, setting: str) -> str:
    parsed = httpx.URL(url)
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigurationError(f"{url!r} is not a web address", f"Correct {setting}.")
    return url.rstrip("/")


def check_identity(identity: str) -> str:
    """Return the identity as it is sent; raises ConfigurationError unless it reads like "Name mail@example.com"."""
    text = identity.strip()
    if not _IDENTITY.match(text) or not (text.isascii() and text.isprintable()):
        raise ConfigurationError(
            "EDGAR wants to know who asks, and no usable identity is set",
            'Set P3_SEC__IDENTITY="Name mail@example.com", or use --source sample.',
        )
    return text
