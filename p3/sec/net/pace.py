"""The pace that all processes of a user keep together: pure decisions over a small state.

EDGAR allows one user ten requests in any sliding second (https://www.sec.gov/os/accessing-edgar-data), and blocks who
exceeds that for ten minutes. A request takes a slot with ``reserve``; slots are evenly spaced, for of bursts a second
apart, delays on the way could bring two into one second at the server. But a request may leave after its slot, on a
connection that had to be opened or from a machine that was busy, and bunch up with those behind it: so ``depart`` holds
the departures themselves to the limit. All times are seconds since 1970, UTC, so that they outlast a reboot.
"""

import json
import math
from dataclasses import dataclass, replace
from typing import Any

LIMIT = 10
"""Requests that EDGAR allows in any sliding second."""
LONGEST_FREEZE = 3600.0
"""Seconds; whoever asks for a longer pause is heard for an hour."""
SIZE = 512
"""Bytes of an encoded state, whatever it holds: it is written over in place, in one piece."""

_FASTEST = 9.6  # requests a second: leaves 42 ms for a request that overtakes the tenth before it
_WIDEST_SECOND = 1.1
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
    """The state: the next free slot, the newest departures (at most ten, oldest first), the newest freeze."""

    next_slot: float = 0.0
    sent: tuple[float, ...] = ()
    freeze: Freeze | None = None


def interval(rate: float) -> float:
    """Return the seconds between slots at ``rate`` requests a second, never less than EDGAR's limit leaves room for."""
    return 1 / min(rate, _FASTEST)


def reserve(pace: Pace, now: float, spacing: float) -> tuple[Pace, float]:
    """Take the next slot; return the new state and the seconds until the slot. Time unused earns no burst."""
    slot = max(pace.next_slot, now)
    return replace(pace, next_slot=slot + spacing), slot - now


def depart(pace: Pace, now: float, spacing: float) -> tuple[Pace, float]:
    """Count a request as sent now, or return the seconds for which it must be held back (0 where it may leave)."""
    second = min(_WIDEST_SECOND, (1 + LIMIT * spacing) / 2)  # half of the slack is for delays on the way
    full = len(pace.sent) == LIMIT
    hold = max(pace.sent[0] + second - now if full else 0.0, _left(pace.freeze, now))
    return (pace, hold) if hold > 0 else (replace(pace, sent=(*pace.sent, now)[-LIMIT:]), 0.0)


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

    No slot is further ahead than callers can queue, no request left in the future, and no freeze lasts longer from now
    than it was meant to last.
    """
    return Pace(
        pace.next_slot if pace.next_slot <= now + _QUEUE * spacing else now + spacing,
        tuple(min(sent, now) for sent in pace.sent),
        pace.freeze if pace.freeze is None or pace.freeze.began <= now else _moved(pace.freeze, now),
    )


def encode(pace: Pace) -> bytes:
    """Return the state as ``SIZE`` bytes of JSON."""
    frozen = pace.freeze and [pace.freeze.began, pace.freeze.until, pace.freeze.again]
    text = json.dumps({"next_slot": pace.next_slot, "sent": pace.sent, "freeze": frozen})
    return text.encode().ljust(SIZE - 1) + b"\n"


def decode(data: bytes, now: float) -> Pace:
    """Return the state that ``data`` holds: the first one where it is empty.

    A damaged one says nothing of who left in the last second, so nobody leaves in the next.
    """
    if not data:
        return Pace()
    try:
        return _checked(json.loads(data))
    except (ValueError, TypeError, LookupError, OverflowError):
        return Pace(next_slot=now + _WIDEST_SECOND)


def _checked(held: dict[str, Any]) -> Pace:
    frozen = held["freeze"] and Freeze(_time(held["freeze"][0]), _time(held["freeze"][1]), bool(held["freeze"][2]))
    if frozen and not 0 <= frozen.until - frozen.began <= LONGEST_FREEZE:
        raise ValueError("a freeze of no possible length")
    return Pace(_time(held["next_slot"]), tuple(map(_time, held["sent"]))[-LIMIT:], frozen or None)


def _time(value: Any) -> float:
    if not math.isfinite(value):
        raise ValueError("no time")
    return float(value)


def _left(frozen: Freeze | None, now: float) -> float:
    return max(0.0, frozen.until - now) if frozen is not None else 0.0


def _moved(frozen: Freeze, now: float) -> Freeze:
    return replace(frozen, began=now, until=now + frozen.until - frozen.began)
