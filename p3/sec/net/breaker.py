"""The circuit breaker: who has not answered many times in a row is left alone for a while, not asked in vain."""

import threading
from collections.abc import Callable

from p3 import clock
from p3.errors import UpstreamError


class CircuitOpenError(UpstreamError):
    """A request was not sent: EDGAR failed too often in a row just before, which says nothing about this request."""

    for_all = True


class Breaker:
    """Opens after ``failures`` requests failed in a row, over all threads; then lets one probe through a ``cool_down``.

    ``cool_down`` is in seconds. A request that succeeds closes it; a probe that fails, or never comes back, leaves it
    open for another cool-down.
    """

    def __init__(self, failures: int = 10, cool_down: float = 60.0, now: Callable[[], float] = clock.monotonic) -> None:
        self._most = failures
        self._cool_down = cool_down
        self._now = now
        self._failed = 0
        self._retry_at = 0.0
        self._lock = threading.Lock()

    def admit(self) -> None:
        """Return where a request may be sent; raises CircuitOpenError where the breaker is open."""
        with self._lock:
            if self._failed < self._most:
                return
            left = self._retry_at - self._now()
            if left > 0:
                raise CircuitOpenError(
                    f"EDGAR failed {self._failed} times in a row and is not asked for another {left:.0f} s",
                    "Try again later; what was fetched so far is kept.",
                )
            self._retry_at = self._now() + self._cool_down

    def succeeded(self) -> None:
        """Close: EDGAR answered."""
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        """Count a request that failed for good."""
        with self._lock:
            self._failed += 1
            self._retry_at = self._now() + self._cool_down
