"""Which backend of a tier is asked next: the one with the fewest questions in flight, then the quickest.

One whose backoff has not ended is never asked. Threads share a pool.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from p3 import clock
from p3.answer.models.config import HealthSettings
from p3.answer.models.protocol import Backend


@dataclass(eq=False)
class Member:
    """A backend and how it does; moments are seconds of ``clock.monotonic``.

    ``latency`` is an exponentially weighted moving average in seconds, 0 before the first reply.
    """

    backend: Backend
    in_flight: int = 0
    latency: float = 0.0
    failures: int = 0
    reason: str = ""
    retry_at: float = 0.0
    seen_at: float = field(default_factory=clock.monotonic)


class Pool:
    """The backends of all tiers; ``changed`` is set whenever one of them falls sick."""

    def __init__(
        self, tiers: Mapping[str, Sequence[Backend]], health: HealthSettings, now: Callable[[], float] = clock.monotonic
    ) -> None:
        self._tiers = {tier: [Member(backend) for backend in backends] for tier, backends in tiers.items()}
        self._health = health
        self._now = now
        self._lock = threading.Lock()
        self.changed = threading.Event()

    def members(self, tier: str) -> Sequence[Member]:
        """Return a tier's backends, in the order in which they were given."""
        return self._tiers[tier]

    @contextmanager
    def taken(self, tier: str, but: Collection[Member]) -> Iterator[Member | None]:
        """Hold the next backend of ``tier`` for the block, None where there is none; none of ``but``."""
        with self._lock:
            member = self._next(tier, but)
            if member is not None:
                member.in_flight += 1
        try:
            yield member
        finally:
            if member is not None:
                with self._lock:
                    member.in_flight -= 1

    def _next(self, tier: str, but: Collection[Member]) -> Member | None:
        now = self._now()
        ready = [each for each in self._tiers[tier] if each not in but and each.retry_at <= now]
        return min(ready, key=lambda each: (each.in_flight, each.latency), default=None)

    def answered(self, member: Member, seconds: float | None = None) -> None:
        """Note that a backend is well; ``seconds`` is what a whole reply took, None for a mere sign of life."""
        weight = self._health.latency_weight
        with self._lock:
            member.failures, member.reason, member.retry_at, member.seen_at = 0, "", 0.0, self._now()
            if seconds is not None:
                member.latency = (1 - weight) * member.latency + weight * seconds if member.latency else seconds

    def failed(self, member: Member, reason: str) -> None:
        """Note that a backend is sick: it rests for twice as long as after the failure before.

        What was sent before its rest began and fails during it counts as the same failure.
        """
        with self._lock:
            now = self._now()
            if member.retry_at > now:
                return
            rest = min(self._health.backoff_first * 2**member.failures, self._health.backoff_longest)
            member.failures, member.reason, member.retry_at, member.seen_at = (
                min(member.failures + 1, 32),
                reason,
                now + rest,
                now,
            )
        self.changed.set()

    def due(self) -> list[Member]:
        """Return the servers to look at now: sick ones whose rest has ended, and well ones not seen for a while."""
        now = self._now()
        with self._lock:
            return [each for each in self._servers() if self._look_at(each) <= now]

    def next_look(self) -> float | None:
        """Return in how many seconds the next server is to be looked at, None where there is no server."""
        with self._lock:
            moments = [self._look_at(each) for each in self._servers()]
        return max(min(moments) - self._now(), 0.0) if moments else None

    def resting(self, member: Member) -> float:
        """Return for how many seconds more a backend is not to be asked."""
        return max(member.retry_at - self._now(), 0.0)

    def backends(self) -> list[Backend]:
        """Return every backend."""
        return [member.backend for members in self._tiers.values() for member in members]

    def _servers(self) -> list[Member]:
        return [each for members in self._tiers.values() for each in members if each.backend.is_remote]

    def _look_at(self, member: Member) -> float:
        return member.retry_at if member.failures else member.seen_at + self._health.check_seconds
