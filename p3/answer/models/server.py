"""A llama.cpp or other OpenAI-compatible server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from p3 import clock
from p3.answer.models import wire
from p3.answer.models.config import BackendSettings, RequestSettings
from p3.answer.models.protocol import Completion, Listener, Prompt
from p3.errors import ConfigurationError, DataError, UpstreamError

if TYPE_CHECKING:
    import httpx

MAX_REPLY = 4_000_000  # bytes
_REMEDY = "Start the model server, or take it out of its tier."


class ServerBackend:
    """One server; ``key`` goes to it alone and into no message. Threads may share it."""

    is_remote = True

    def __init__(self, settings: BackendSettings, request: RequestSettings, key: str | None) -> None:
        self.name = f"{settings.name} at {settings.place}" if settings.name else settings.place
        self._model = settings.name or "default"
        self._place = settings.place.rstrip("/")
        self._style = settings.format
        self._request = request
        self._key = key
        self._key_env = settings.key_env
        self._lock = threading.Lock()
        self._opened: httpx.Client | None = None

    def complete(self, prompt: Prompt, timeout: float, listen: Listener | None = None) -> Completion:
        """Return the reply; it is streamed only to a listener, for some servers let one stream interrupt another."""
        started = clock.monotonic()
        first: list[float] = []

        def heard(piece: str) -> None:
            first.append(clock.monotonic() - started)
            if listen is not None:
                listen(piece)

        body = wire.body(prompt, self._model, self._style, self._request, stream=listen is not None)
        with self._sent("POST", "/chat/completions", timeout, body) as reply:
            _check_status(reply.status_code)
            bounded = _bounded(reply, started + timeout)
            streams = reply.headers.get("content-type", "").startswith("text/event-stream")
            written = wire.streamed(_lines(bounded), heard) if streams else wire.whole(b"".join(bounded))
        return Completion(
            text=written.text,
            model=written.model or self._model,
            seconds=clock.monotonic() - started,
            first_token_seconds=first[0] if first else None,
            prompt_tokens=written.prompt_tokens,
            completion_tokens=written.completion_tokens or len(first) or None,  # llama.cpp sends a token an event
        )

    def probe(self, timeout: float) -> str:
        """Return the name of the model served; a server that answers but lists no models is alive as well."""
        deadline = clock.monotonic() + timeout
        with self._sent("GET", "/models", timeout, None) as reply:
            if reply.status_code in (404, 405):
                return self._model
            _check_status(reply.status_code)
            return wire.models_served(b"".join(_bounded(reply, deadline))) or self._model

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    @contextmanager
    def _sent(
        self, method: str, path: str, timeout: float, body: dict[str, object] | None
    ) -> "Iterator[httpx.Response]":
        import httpx

        if self._key_env and not self._key:
            raise ConfigurationError(
                f"its key is not set: {self._key_env}", f"Set {self._key_env} in the environment or the keyring."
            )
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            with self._client().stream(
                method, self._place + path, json=body, headers=headers, timeout=timeout
            ) as reply:
                yield reply
        except httpx.TimeoutException as error:
            raise UpstreamError(f"it did not answer within {timeout:g} s", _REMEDY) from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeEncodeError) as error:
            raise UpstreamError(f"it did not answer ({type(error).__name__})", _REMEDY) from None

    def _client(self) -> "httpx.Client":
        import httpx

        with self._lock:
            if self._opened is None:
                self._opened = httpx.Client(limits=httpx.Limits(max_connections=None, max_keepalive_connections=8))
            return self._opened


def _check_status(status: int) -> None:
    if status in (401, 403):
        raise ConfigurationError("it refused the key", "Set the key that the server expects.")
    if status in (400, 413, 422):
        raise DataError(
            f"it refused the request with HTTP status {status}", "Choose another --format, or a longer context."
        )
    if status != 200:
        raise UpstreamError(f"it answered with HTTP status {status}", _REMEDY)


def _bounded(reply: "httpx.Response", deadline: float) -> Iterator[bytes]:
    """Yield the body. Raises DataError beyond the size, UpstreamError beyond the moment that a reply may take."""
    size = 0
    for chunk in reply.iter_bytes():
        size += len(chunk)
        if size > MAX_REPLY:
            raise DataError("its reply is too long", "Check that the URL is an OpenAI-compatible API.")
        if clock.monotonic() > deadline:
            raise UpstreamError("its reply took too long", "Raise the tier's timeout in models.toml.")
        yield chunk


def _lines(chunks: Iterator[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode("utf-8", "replace").rstrip("\r") for line in lines)
    yield rest.decode("utf-8", "replace")
