"""Who may send a request, and when: one pace for all processes of a user, and none at all while EDGAR blocks him."""

import errno
import fcntl
import math
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from p3 import clock
from p3.errors import ConfigurationError, UpstreamError
from p3.sec.net import pace
from p3.sec.net.pace import Pace

MOST_PER_SECOND = float(pace.LIMIT)
DEFAULT_PER_SECOND = 8.0
FREEZE_SECONDS = 600.0
"""For how long EDGAR blocks who asked too often, says its page."""

_PIECE = 1.0  # seconds: how often a wait says what is left of it
_LOCK_PAUSE = 0.01  # seconds between attempts at the lock, which is held for an instant at a time
_Answer = TypeVar("_Answer")


class StillBlockedError(UpstreamError):
    """EDGAR blocked this address again, right after a wait for the end of a block."""

    for_all = True


class Governor(Protocol):
    """Decides when a request may leave; times are seconds since 1970, UTC."""

    def wait(self) -> None:
        """Return once it is this request's turn; raises UpstreamError where EDGAR blocks on and on, or once closed."""

    def depart(self) -> float:
        """Return once the request, its connection open, may be sent this instant; the time is when it left."""

    def answered(self, left_at: float) -> None:
        """Note that the answer to the request of ``left_at`` has begun."""

    def freeze(self, left_at: float, seconds: float | None) -> None:
        """Let nobody send for ``seconds`` (None: as long as blocks last): the request of ``left_at`` was blocked."""

    def close(self) -> None:
        """End the waits of every thread."""


class Unlimited:
    """Lets every request leave at once: for the bundled sample, which nobody has to spare."""

    def wait(self) -> None:
        """Return at once."""

    def depart(self) -> float:
        """Return at once."""
        return clock.now().timestamp()

    def answered(self, left_at: float) -> None:
        """Do nothing: nobody is counted."""

    def freeze(self, left_at: float, seconds: float | None) -> None:
        """Do nothing: there is nobody to spare."""

    def close(self) -> None:
        """Do nothing: nobody waits."""


def silent(message: str) -> None:
    """Say nothing."""


class SharedWindow:
    """One pace for all threads and processes that name the same ``path``: evenly spaced, never above EDGAR's limit.

    ``rate`` is in requests a second, above 0 and at most 10; above 9.6 the pace is 9.6, and lower where EDGAR is slow
    to answer, as ``p3.sec.net.pace`` says. The state lies in a small file at ``path``, made with its folders and locked
    for an instant at a time: requests of a killed process count for three seconds and no longer. ``freeze_seconds`` is
    how long a block lasts where EDGAR does not say; ``notify`` hears about once a second what is left of it.
    Raises ConfigurationError for a rate outside the bounds and where the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        rate: float = DEFAULT_PER_SECOND,
        *,
        freeze_seconds: float = FREEZE_SECONDS,
        notify: Callable[[str], None] = silent,
        now: Callable[[], datetime] = clock.now,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._spacing = pace.interval(_checked(rate))
        self._path = path
        self._freeze_seconds = freeze_seconds
        self._notify = notify
        self._now = now
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self._told = ""

    def wait(self) -> None:
        """Return once a request may be sent; callers are served in the order in which they came.

        Sleeps through a freeze. Raises StillBlockedError where it followed right after another: EDGAR still blocks, and
        waiting did not help; UpstreamError once the governor is closed.
        """
        while True:
            self._thaw()
            self._pause(self._decide(lambda state, now: pace.reserve(state, now, self._spacing)))
            if self._standing() is None:
                return

    def depart(self) -> float:
        """Return once the request may be sent this instant, and count it: late ones must not bunch up."""
        while True:
            hold, left_at = self._decide(_departed)
            if not hold:
                return left_at
            self._pause(hold)

    def answered(self, left_at: float) -> None:
        """Note that the request that left at ``left_at`` has reached EDGAR, which makes room for others sooner."""
        self._decide(lambda state, now: (pace.answered(state, now, left_at), None))

    def freeze(self, left_at: float, seconds: float | None) -> None:
        """Let no process send for ``seconds``, at most an hour; None is ``freeze_seconds``.

        Nothing changes while a freeze stands, or where the request left before it began: one block is one freeze.
        """
        duration = self._freeze_seconds if seconds is None else seconds
        self._decide(lambda state, now: (pace.freeze(state, now, left_at, duration), None), lasting=True)

    def close(self) -> None:
        """End the waits of every thread of this process, now and later, with UpstreamError."""
        self._closed.set()

    def _thaw(self) -> None:
        while standing := self._standing():
            frozen, left = standing
            if frozen.again:
                raise StillBlockedError(
                    "EDGAR blocked this address again right after a wait", f"Run again in {spoken(left)}, no earlier."
                )
            self._tell(f"EDGAR has blocked this address; {spoken(left)} left")
            self._pause(min(_PIECE, left))

    def _standing(self) -> tuple[pace.Freeze, float] | None:
        return self._decide(lambda state, now: (state, pace.standing(state, now)))

    def _tell(self, message: str) -> None:
        if message != self._told:  # threads wait together and say the same
            self._told = message
            self._notify(message)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)
        if self._closed.is_set():
            raise _ended()

    def _decide(self, decide: Callable[[Pace, float], tuple[Pace, _Answer]], lasting: bool = False) -> _Answer:
        """Change the state under the lock; ``lasting`` sees to it that the change survives a loss of power."""
        with _locked(self._path, self._closed) as handle:
            now = self._now().timestamp()
            data = os.pread(handle, pace.SIZE, 0)
            held = pace.settled(pace.decode(data, now), now, self._spacing)
            changed, answer = decide(held, now)
            new = pace.encode(changed)
            if new != data and os.pwrite(handle, new, 0) != pace.SIZE:
                raise _unwritable(self._path, os.strerror(errno.ENOSPC))
            if lasting:
                os.fsync(handle)
        return answer


def remaining(path: Path) -> timedelta | None:
    """Return for how long EDGAR still blocks, as the state at ``path`` has it; None where requests may leave."""
    now = clock.now().timestamp()
    try:
        data = path.read_bytes()[: pace.SIZE]
    except OSError:
        return None
    held = pace.settled(pace.decode(data, now), now, pace.interval(DEFAULT_PER_SECOND))
    standing = pace.standing(held, now)
    return timedelta(seconds=standing[1]) if standing else None


def spoken(seconds: float) -> str:
    """Return a wait as people say it, such as 9 min 40 s; begun seconds count."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _departed(state: Pace, now: float) -> tuple[Pace, tuple[float, float]]:
    changed, hold = pace.depart(state, now)
    return changed, (hold, now)


@contextmanager
def _locked(path: Path, closed: threading.Event) -> Iterator[int]:
    """Yield a handle of the file at ``path``, made where it is missing, with its lock held.

    Raises UpstreamError where ``closed`` is set while another holds the lock: a wait within flock could not be ended.
    """
    handle = -1
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while not _lock(handle):
            if closed.wait(_LOCK_PAUSE):
                raise _ended()
        yield handle
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None
    finally:
        if handle >= 0:
            os.close(handle)


def _lock(handle: int) -> bool:
    """Return whether the lock could be taken at once."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ended() -> UpstreamError:
    return UpstreamError("the run ended while a request waited for its turn")


def _unwritable(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"cannot write {path}, which paces requests to EDGAR: {why}", "Free space, or make its folder writable."
    )


def _checked(rate: float) -> float:
    if not 0 < rate <= MOST_PER_SECOND:
        raise ConfigurationError(
            f"A rate of {rate:g} requests a second is outside what EDGAR allows",
            f"Choose one above 0 and at most {MOST_PER_SECOND:g}.",
        )
    return rate
