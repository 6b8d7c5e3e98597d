"""Time: the only reader of the wall clock, and the meaning of an as-of.

All times inside p3 are timezone-aware UTC. A bare date means the end of that day in New York, where EDGAR and the
exchanges keep their hours: a filing accepted at 17:30 in New York on that day is known, one accepted the next morning
is not.
"""

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from p3.errors import UsageError

NEW_YORK = ZoneInfo("America/New_York")
_END_OF_DAY = clock_time(23, 59, 59, 999999)
_REGULAR_CLOSE = clock_time(16, 0)


def now() -> datetime:
    """Return the current moment in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds from an arbitrary start, for measuring durations."""
    return time.monotonic()


def end_of_day(day: date) -> datetime:
    """Return the last microsecond of ``day`` in New York, in UTC."""
    return datetime.combine(day, _END_OF_DAY, tzinfo=NEW_YORK).astimezone(UTC)


def session_close(day: date) -> datetime:
    """Return the regular close of the New York session on ``day`` (16:00), in UTC: when its closing price is known."""
    return datetime.combine(day, _REGULAR_CLOSE, tzinfo=NEW_YORK).astimezone(UTC)


def market_date(moment: datetime) -> date:
    """Return the calendar day of ``moment`` in New York."""
    return moment.astimezone(NEW_YORK).date()


def iso(moment: datetime) -> str:
    """Return ``moment`` as ISO 8601 in UTC with a trailing Z, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _bare_date(text: str) -> date | None:
    """Return the day that ``text`` names without a time, in any form of ISO 8601."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def is_today(text: str) -> bool:
    """Return whether ``text`` is the bare date of today in New York, which as an as-of means now."""
    return _bare_date(text) == market_date(now())


def parse_as_of(text: str | None) -> datetime:
    """Return the moment that ``text`` names; None is now.

    Accepts a date (end of that day in New York) or an ISO 8601 date and time (New York where it names no zone).
    Raises UsageError for anything else and for a moment that has not come yet.
    """
    if text is None:
        return now()
    return parse_moment(text, "--as-of")


def parse_moment(text: str, option: str) -> datetime:
    """Return the moment that ``text`` names in the same way; today's date is now. ``option`` is named in errors."""
    current = now()
    try:
        day = _bare_date(text)
        if day is not None:
            if day == market_date(current):
                return current
            moment = end_of_day(day)
        else:
            parsed = datetime.fromisoformat(text)
            moment = (parsed if parsed.tzinfo else parsed.replace(tzinfo=NEW_YORK)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{option} {text!r} is not a date", "Write it as 2024-06-30 or 2024-06-30T16:00:00Z."
        ) from None
    if moment > current + timedelta(seconds=1):
        raise UsageError(f"{option} {text} has not come yet", "Name a past date, or leave it out for now.")
    return moment
