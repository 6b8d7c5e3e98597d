"""The circuit breaker: who has not answered many times in a row is asked no more, rather than in vain."""

import threading

from p3.errors import UpstreamError


class CircuitOpenError(UpstreamError):
    """A request was not sent: EDGAR failed too often in a row just before, which says nothing about this request."""

    for_all = True


class Breaker:
    """Opens after ``failures`` requests failed in a row, over all threads.

    It has no half-open state: CircuitOpenError ends a run, and the next run asks anew. Only an answer to a request that
    was on its way by then closes it.
    """

    def __init__(self, failures: int = 10) -> None:
        self._most = failures
        self._failed = 0
        self._lock = threading.Lock()

    def admit(self) -> None:
        """Return where a request may be sent; raises CircuitOpenError where the breaker is open."""
        with self._lock:
            failed = self._failed
        if failed >= self._most:
            raise CircuitOpenError(
                f"EDGAR failed {failed} times in a row and is asked no more",
                "Try again later; what was fetched so far is kept.",
            )

    def succeeded(self) -> None:
        """Close: EDGAR answered."""
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        """Count a request that failed for good."""
        with self._lock:
            self._failed += 1
