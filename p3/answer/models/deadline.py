"""The moment by which a call over HTTP has ended, whatever the server still sends.

The timeouts of httpx bound each read, so a server that sends a byte now and then holds a call for ever.
"""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

_CONNECTED = ("connect_tcp.complete", "start_tls.complete")  # events of httpcore whose result is the new stream


class Deadline:
    """As a context manager it shuts the connection of the call in its block ``seconds`` after the block began.

    ``watch`` is given to httpx as the call's trace extension. A connection made for an earlier call is not seen.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.passed = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of the call's connection when it is made, or made anew over TLS."""
        if event.endswith(_CONNECTED):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                self._shut_if_passed()

    def _end(self) -> None:
        with self._lock:
            self.passed = True
            self._shut_if_passed()

    def _shut_if_passed(self) -> None:
        if self.passed and self._socket is not None:
            with suppress(OSError):  # it is closed already
                self._socket.shutdown(socket.SHUT_RDWR)
