"""The pace of requests: EDGAR allows ten a second to one user, and blocks who exceeds that for ten minutes."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from p3 import clock
from p3.errors import ConfigurationError

MOST_PER_SECOND = 10.0
DEFAULT_PER_SECOND = 8.0


class Governor(Protocol):
    """Decides when the next request may leave."""

    def wait(self) -> None:
        """Return once a request may be sent."""


class Unlimited:
    """Lets every request leave at once: for the bundled sample, which nobody has to spare."""

    def wait(self) -> None:
        """Return at once."""


class SlidingWindow:
    """At most ``rate`` requests in any sliding second, over all threads of this process.

    They leave evenly spaced: of bursts a second apart, delays on the way could bring two into one second at the
    server. ``rate`` is in requests a second, above 0 and at most 10 (https://www.sec.gov/os/accessing-edgar-data).
    Raises ConfigurationError for a rate outside those bounds.
    """

    def __init__(
        self,
        rate: float = DEFAULT_PER_SECOND,
        now: Callable[[], float] = clock.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not 0 < rate <= MOST_PER_SECOND:
            raise ConfigurationError(
                f"A rate of {rate:g} requests a second is outside what EDGAR allows",
                f"Choose one above 0 and at most {MOST_PER_SECOND:g}.",
            )
        self._interval = 1 / int(rate) if rate >= 1 else 1 / rate
        self._next = now()
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return once a request may be sent; callers are served one after another."""
        with self._lock:
            delay = self._next - self._now()
            if delay > 0:
                self._sleep(delay)
            self._next = max(self._next, self._now()) + self._interval
