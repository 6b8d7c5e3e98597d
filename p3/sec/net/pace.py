"""The pace that all processes of a user keep together: pure decisions over a small state.

EDGAR allows one user ten requests in any sliding second (https://www.sec.gov/os/accessing-edgar-data), and blocks who
exceeds that for ten minutes. A request takes a slot with ``reserve``; slots are evenly spaced, which spares EDGAR
bursts but promises nothing, for requests leave after their slots and are delayed on the way. So ``depart`` counts: a
request may reach EDGAR at any time from its departure until its answer begins (``answered``), for at most ``TRANSIT``
seconds, and none leaves while ten others may reach EDGAR less than a second before it does. A request thus counts for
a second and the time to its answer: at most 10 / (1 + that time) leave a second, so an EDGAR that is slow to answer is
asked less often. All times are seconds since 1970, UTC, so that they outlast a reboot.
"""

import json
import math
from dataclasses import dataclass, replace
from typing import Any

LIMIT = 10
"""Requests that EDGAR allows in any sliding second."""
TRANSIT = 2.0
"""Seconds after which a request that has no answer has reached EDGAR, or never will.

Linux resends what TCP lost after 0.2, 0.6 and 1.4 s (RFC 6298, 5.5, from its shortest timeout on), so three losses in
a row fit in. It also bounds what a killed process or a stalled answer costs the others: a tenth of the limit for
``TRANSIT`` + 1 seconds for each of its requests.
"""
LONGEST_FREEZE = 3600.0
"""Seconds; whoever asks for a longer pause is heard for an hour."""
SIZE = 512
"""Bytes of an encoded state, whatever it holds: it is written over in place, in one piece."""

_FASTEST = 9.6  # requests a second: lets answers take 37 ms before a request is held back after its slot
_SECOND = 1.005  # EDGAR's, by a clock that may run a little faster than EDGAR's
_AGAIN = 60.0  # a block within so many seconds of a freeze's end is no new offence: EDGAR still blocks
_QUEUE = 500  # more callers than ever wait at once; a slot further ahead comes from a clock that was set back


@dataclass(frozen=True, slots=True)
class Freeze:
    """No request leaves from ``began`` until ``until``; ``again`` where it followed right after another freeze."""

    began: float
    until: float
    again: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """The state: the next free slot, when the newest requests reached EDGAR at the latest (at most ten), the freeze.

    A request on its way stands with the end of its ``TRANSIT``, one that has its answer with the time of that.
    """

    next_slot: float = 0.0
    reached: tuple[float, ...] = ()
    freeze: Freeze | None = None


def interval(rate: float) -> float:
    """Return the seconds between slots at ``rate`` requests a second, never less than EDGAR's limit leaves room for."""
    return 1 / min(rate, _FASTEST)


def reserve(pace: Pace, now: float, spacing: float) -> tuple[Pace, float]:
    """Take the next slot; return the new state and the seconds until the slot. Time unused earns no burst."""
    slot = max(pace.next_slot, now)
    return replace(pace, next_slot=slot + spacing), slot - now


def depart(pace: Pace, now: float) -> tuple[Pace, float]:
    """Count a request as on its way from now, or return the seconds for which it is held back (0 where it may leave).

    A request held back asks again then; it may be held back again, for those on their way may reach EDGAR only now.
    """
    recent = tuple(reached for reached in pace.reached if reached + _SECOND - now > 0)
    full = len(recent) >= LIMIT
    hold = max(min(*recent, now) + _SECOND - now if full else 0.0, _left(pace.freeze, now))
    return (pace, hold) if hold > 0 else (replace(pace, reached=(*recent, now + TRANSIT)), 0.0)


def answered(pace: Pace, now: float, left_at: float) -> Pace:
    """Note that the answer to a request that left at ``left_at`` has begun: it has reached EDGAR by now."""
    latest = left_at + TRANSIT
    if latest <= now or latest not in pace.reached:
        return pace
    place = pace.reached.index(latest)  # of two that left at the same time, either
    return replace(pace, reached=(*pace.reached[:place], now, *pace.reached[place + 1 :]))


def standing(pace: Pace, now: float) -> tuple[Freeze, float] | None:
    """Return the freeze that stands and the seconds left of it, None where requests may leave."""
    left = _left(pace.freeze, now)
    return (pace.freeze, left) if pace.freeze is not None and left > 0 else None


def freeze(pace: Pace, now: float, left_at: float, seconds: float) -> Pace:
    """Begin a freeze of ``seconds`` because a request that left at ``left_at`` met the block.

    One block is one freeze: nothing changes while one stands, or where the request left before the newest began.
    """
    newest = pace.freeze
    if newest is not None and (now < newest.until or left_at < newest.began):
        return pace
    again = newest is not None and now - newest.until < _AGAIN
    return replace(pace, freeze=Freeze(now, now + min(max(seconds, 0.0), LONGEST_FREEZE), again))


def settled(pace: Pace, now: float, spacing: float) -> Pace:
    """Return ``pace`` as it must be read now, where the clock may have been set back since it was written.

    No slot is further ahead than callers can queue, no request is longer on its way than one that leaves now, and no
    freeze lasts longer from now than it was meant to last.
    """
    return Pace(
        pace.next_slot if pace.next_slot <= now + _QUEUE * spacing else now + spacing,
        tuple(min(reached, now + TRANSIT) for reached in pace.reached),
        pace.freeze if pace.freeze is None or pace.freeze.began <= now else _moved(pace.freeze, now),
    )


def encode(pace: Pace) -> bytes:
    """Return the state as ``SIZE`` bytes of JSON."""
    frozen = pace.freeze and [pace.freeze.began, pace.freeze.until, pace.freeze.again]
    text = json.dumps({"next_slot": pace.next_slot, "reached": pace.reached, "freeze": frozen})
    return text.encode().ljust(SIZE - 1) + b"\n"


def decode(data: bytes, now: float) -> Pace:
    """Return the state that ``data`` holds: the first one where it is empty.

    A damaged one says nothing of who is on the way, so it counts as ten who have just left.
    """
    if not data:
        return Pace()
    try:
        return _checked(json.loads(data))
    except (ValueError, TypeError, LookupError, OverflowError):
        return Pace(reached=(now + TRANSIT,) * LIMIT)


def _checked(held: dict[str, Any]) -> Pace:
    frozen = held["freeze"] and Freeze(_time(held["freeze"][0]), _time(held["freeze"][1]), bool(held["freeze"][2]))
    if frozen and not 0 <= frozen.until - frozen.began <= LONGEST_FREEZE:
        raise ValueError("a freeze of no possible length")
    return Pace(_time(held["next_slot"]), tuple(map(_time, held["reached"]))[-LIMIT:], frozen or None)


def _time(value: Any) -> float:
    if not math.isfinite(value):
        raise ValueError("no time")
    return float(value)


def _left(frozen: Freeze | None, now: float) -> float:
    return max(0.0, frozen.until - now) if frozen is not None else 0.0


def _moved(frozen: Freeze, now: float) -> Freeze:
    return replace(frozen, began=now, until=now + frozen.until - frozen.began)
