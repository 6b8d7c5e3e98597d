"""A llama.cpp or other OpenAI-compatible server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from p3 import clock
from p3.answer.models import wire
from p3.answer.models.config import BackendSettings, RequestSettings
from p3.answer.models.deadline import Deadline
from p3.answer.models.protocol import Completion, Listener, Prompt
from p3.errors import ConfigurationError, DataError, UpstreamError

if TYPE_CHECKING:
    import httpx

MAX_REPLY = 4_000_000  # bytes
_REMEDY = "Start the model server, or take it out of its tier."
_LATE = "Raise the tier's timeout in models.toml, or take the server out of its tier."


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
        with self._sent("POST", "/chat/completions", timeout, body) as (reply, bounded):
            _check_status(reply.status_code)
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
        with self._sent("GET", "/models", timeout, None) as (reply, bounded):
            if reply.status_code in (404, 405):
                return self._model
            _check_status(reply.status_code)
            return wire.models_served(b"".join(bounded)) or self._model

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    @contextmanager
    def _sent(
        self, method: str, path: str, timeout: float, body: dict[str, object] | None
    ) -> "Iterator[tuple[httpx.Response, Iterator[bytes]]]":
        """Yield the reply and its body, which has ended ``timeout`` seconds after the call was sent."""
        import httpx

        if self._key_env and not self._key:
            raise ConfigurationError(
                f"its key is not set: {self._key_env}", f"Set {self._key_env} in the environment or the keyring."
            )
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        late = UpstreamError(f"it did not answer within {timeout:g} s", _LATE)
        deadline = Deadline(timeout)
        watched = {"trace": deadline.watch}
        stream = partial(self._client().stream, json=body, headers=headers, timeout=timeout, extensions=watched)
        try:
            with deadline, stream(method, self._place + path) as reply:
                yield reply, _bounded(reply, deadline, late)
        except httpx.TimeoutException as error:
            raise late from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeEncodeError) as error:
            broken = UpstreamError(f"it did not answer ({type(error).__name__})", _REMEDY)
            raise (late if deadline.passed else broken) from None

    def _client(self) -> "httpx.Client":
        import httpx

        with self._lock:
            if self._opened is None:
                # Each call makes its own connection, for a deadline sees none that was made before.
                self._opened = httpx.Client(limits=httpx.Limits(max_connections=None, max_keepalive_connections=0))
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


def _bounded(reply: "httpx.Response", deadline: Deadline, late: UpstreamError) -> Iterator[bytes]:
    """Yield the body. Raises DataError beyond the size, ``late`` where the deadline cut it off."""
    size = 0
    for chunk in reply.iter_bytes():
        size += len(chunk)
        if size > MAX_REPLY:
            raise DataError("its reply is too long", "Check that the URL is an OpenAI-compatible API.")
        if deadline.passed:
            raise late
        yield chunk
    if deadline.passed:
        raise late


def _lines(chunks: Iterator[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode("utf-8", "replace").rstrip("\r") for line in lines)
    yield rest.decode("utf-8", "replace")
