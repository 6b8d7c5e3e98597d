"""The HTTP client for EDGAR: identity, pace, retries, bounds; it knows addresses and bodies, not their meaning."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import tenacity

from p3 import clock
from p3.errors import ConfigurationError, DataError, P3Error, UpstreamError
from p3.sec.net import bodies, download, responses
from p3.sec.net.bodies import PassingError
from p3.sec.net.breaker import Breaker
from p3.sec.net.download import Download, Partial, Progress
from p3.sec.net.governor import Governor
from p3.sec.net.responses import BlockedError, Reply

_IDENTITY = re.compile(r"\S.*\s<?[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+>?\Z")
_TIMEOUT = httpx.Timeout(connect=10.0, read=30.0, write=10.0, pool=60.0)
_LIMITS = httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=15.0)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long to try again: attempts in all, seconds of the first and of the longest wait."""

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 20.0


class EdgarClient:
    """Asks EDGAR, or a mirror with the same paths, over kept-alive HTTP/1.1; for up to 16 threads at once.

    ``identity`` is sent as User-Agent and must read like "Name mail@example.com", as the SEC asks; raises
    ConfigurationError otherwise. Every attempt, a repeated one too, waits for the ``governor``, which is closed with
    the client. ``requests`` and ``bytes`` count what was sent, and received on the wire, so far.
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
        breaker: Breaker | None = None,
    ) -> None:
        self.data_url = _base(data_url, "P3_SEC__DATA_URL")
        self.www_url = _base(www_url, "P3_SEC__WWW_URL")
        self.requests = 0
        self.bytes = 0
        self._counting = threading.Lock()
        self._closed = threading.Event()
        self._governor = governor
        self._retry = retry
        self._breaker = breaker or Breaker()
        self._http = httpx.Client(
            headers={"User-Agent": check_identity(identity), "Accept-Encoding": "gzip"},
            timeout=_TIMEOUT,
            limits=_LIMITS,
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
        """Close the kept connections; what other threads wait for ends with UpstreamError."""
        self._closed.set()
        self._governor.close()
        self._http.close()

    def get(self, url: str, etag: str | None = None, last_modified: str | None = None) -> Reply:
        """Return the answer for ``url``: status 200, or 304 where ``etag`` or ``last_modified`` still stands.

        A request that meets EDGAR's block is sent once more when that is over. Raises MissingError where EDGAR has
        nothing there, BlockedError where it still blocks, CircuitOpenError, unasked, where too much failed just before,
        UpstreamError after the last retry of a passing failure, ConfigurationError where EDGAR refuses the identity,
        DataError for an address that is not EDGAR's.
        """
        self._check_address(url)
        conditions = _conditions(etag, last_modified)
        reply = self._answered(url, lambda: self._send(url, conditions, lambda answer: self._reply(url, answer)))
        if reply.status == 304 and not conditions:
            raise _unasked(url)
        return reply

    def download(
        self,
        url: str,
        path: Path,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        progress: Progress = lambda held, total: None,
    ) -> Download:
        """Stream the file at ``url``, no HTML page, to ``path`` in constant memory.

        Status 200, or 304 where ``path`` is there and a validator given still stands. What broke off, in this process
        or an earlier one, is continued where it stopped unless EDGAR's file changed; ``path`` appears, or is replaced,
        only when all is there. Raises as ``get`` does, BusyError where another process downloads to ``path``,
        ConfigurationError where it cannot be written.
        """
        self._check_address(url)
        conditions = _conditions(etag, last_modified) if path.is_file() else {}

        def ask() -> Download:
            headers = {"Accept-Encoding": "identity", **(part.conditions() or conditions)}
            return self._send(url, headers, lambda answer: self._stored(url, answer, part, progress))

        with download.partial(url, path) as part:
            stored = self._answered(url, ask)
        if stored.status == 304 and not conditions:
            raise _unasked(url)
        return stored

    def _answered(self, url: str, ask: Callable[[], _Answer]) -> _Answer:
        self._breaker.admit()
        try:
            try:
                return self._attempts()(ask)
            except BlockedError:  # the governor knows, and lets nobody ask until the block is over
                return self._attempts()(ask)
        except PassingError as failure:
            self._breaker.failed()
            raise UpstreamError(
                f"EDGAR did not answer {url} after {self._retry.attempts} attempts: {failure}",
                "Try again later; what was fetched so far is kept.",
            ) from failure

    def _attempts(self) -> tenacity.Retrying:
        return tenacity.Retrying(
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(self._retry.attempts), tenacity.stop_when_event_set(self._closed)
            ),
            wait=tenacity.wait_random_exponential(self._retry.first_wait, self._retry.longest_wait),
            retry=tenacity.retry_if_exception_type(PassingError),
            sleep=tenacity.sleep_using_event(self._closed),
            reraise=True,
        )

    def _check_address(self, url: str) -> None:
        ours = url.startswith((self.data_url + "/", self.www_url + "/"))
        if not ours or "/../" in url or "/./" in url:
            raise DataError(f"{url} is not an address of EDGAR", "Check where the address came from.")

    def _send(self, url: str, headers: Mapping[str, str], receive: Callable[[httpx.Response], _Answer]) -> _Answer:
        """Send one request when its turn has come, and return what ``receive`` makes of the answer."""
        self._governor.wait()
        departure = _Departure(self._governor)
        self._count(requests=1)
        try:
            with self._http.stream("GET", url, headers=headers, extensions={"trace": departure}) as answer:
                return self._received(answer, receive, departure)
        except httpx.TransportError as failure:
            raise PassingError(type(failure).__name__) from failure

    def _received(
        self, answer: httpx.Response, receive: Callable[[httpx.Response], _Answer], departure: "_Departure"
    ) -> _Answer:
        """Return what ``receive`` makes of the answer; the breaker and the governor hear what it says of EDGAR."""
        try:
            received = receive(answer)
        except P3Error as error:
            self._breaker.succeeded()  # EDGAR answered, if not what was hoped for
            if isinstance(error, BlockedError):
                self._governor.freeze(departure.left_at, error.seconds)
            raise
        self._breaker.succeeded()
        return received

    def _reply(self, url: str, answer: httpx.Response) -> Reply:
        """Return the whole answer; raises what it amounts to where that is nothing usable."""
        reply = Reply(url, answer.status_code, dict(answer.headers), self._body(answer), clock.now())
        error = responses.refusal(reply)
        if reply.status >= 500 and not isinstance(error, BlockedError):
            raise PassingError(f"status {reply.status}")
        if error is not None:
            raise error
        if reply.status == 200 and not reply.content:
            raise PassingError("an empty body")
        return reply

    def _stored(self, url: str, answer: httpx.Response, part: Partial, progress: Progress) -> Download:
        """Return the file as stored, or 304; raises what the answer amounts to where it is neither."""
        status, headers = answer.status_code, dict(answer.headers)
        if status in (200, 206) and not headers.get("content-type", "").startswith("text/html"):
            if headers.get("content-encoding", "identity") != "identity":
                raise _encoded(answer)
            size = part.receive(status, headers, self._chunks(answer), progress)
            return Download(url, 200, headers, clock.now(), size)
        if status == 416:
            part.discard()
            raise PassingError("nothing behind what is there")
        reply = self._reply(url, answer)
        if reply.status != 304:
            raise PassingError("a page in place of the file")
        return Download(url, 304, headers, reply.fetched, 0)

    def _body(self, answer: httpx.Response) -> bytes:
        encoding = answer.headers.get("content-encoding", "identity")
        if encoding not in ("gzip", "identity"):
            raise _encoded(answer)
        chunks = self._chunks(answer)
        decoded = encoding == "identity" or answer.is_stream_consumed
        return bodies.joined(chunks) if decoded else bodies.gunzipped(chunks)

    def _chunks(self, answer: httpx.Response) -> Iterable[bytes]:
        # A transport that answers from memory, such as the sample's, has its body read and decoded already.
        for chunk in [answer.content] if answer.is_stream_consumed else answer.iter_raw():
            self._count(size=len(chunk))
            yield chunk

    def _count(self, requests: int = 0, size: int = 0) -> None:
        with self._counting:
            self.requests += requests
            self.bytes += size


class _Departure:
    """Hears from the HTTP library what becomes of one request, and tells the governor; ``left_at`` is when it left.

    Its turn may have come before a connection was open; what counts is when it is sent, and when EDGAR has it.
    """

    def __init__(self, governor: Governor) -> None:
        self.left_at = clock.now().timestamp()
        self._governor = governor

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "http11.send_request_headers.started":
            self.left_at = self._governor.depart()
        elif event == "http11.receive_response_headers.complete":
            self._governor.answered(self.left_at)


def _conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value}


def _unasked(url: str) -> UpstreamError:
    return UpstreamError(f"EDGAR answered {url} with nothing new to a first question", "Try again later.")


def _encoded(answer: httpx.Response) -> UpstreamError:
    encoding = answer.headers["content-encoding"]
    return UpstreamError(f"{answer.url} came in encoding {encoding!r}, which was not asked for")


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
