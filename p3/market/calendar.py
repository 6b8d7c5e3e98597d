"""The sessions of the New York Stock Exchange, holidays and early closes included."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from p3.errors import UsageError

# Fixed bounds: the library's own depend on the day on which it runs.
_FIRST, _LAST = date(1985, 1, 2), date(2049, 12, 31)


@cache
def _exchange() -> Any:
    import exchange_calendars

    return exchange_calendars.get_calendar("XNYS", start=_FIRST.isoformat(), end=_LAST.isoformat())


def sessions(start: date, end: date) -> list[date]:
    """Return the sessions from ``start`` to ``end``, both included; UsageError outside 1985 to 2049."""
    _inside(start)
    _inside(end)
    if end < start:
        return []
    return [session.date() for session in _exchange().sessions_in_range(start.isoformat(), end.isoformat())]


def is_session(day: date) -> bool:
    """Return whether the exchange trades on ``day``."""
    _inside(day)
    return bool(_exchange().is_session(day.isoformat()))


def next_session(day: date) -> date:
    """Return the first session after ``day``."""
    _inside(day)
    following: date = _exchange().date_to_session(_text(day, 1), direction="next").date()
    return following


def previous_session(day: date) -> date:
    """Return the last session before ``day``."""
    _inside(day)
    before: date = _exchange().date_to_session(_text(day, -1), direction="previous").date()
    return before


def opening(session: date) -> datetime:
    """Return the moment at which ``session`` opens, in UTC. Raises UsageError for a day without a session."""
    return _moment("session_open", session)


def closing(session: date) -> datetime:
    """Return the moment at which ``session`` closes, in UTC, early closes included."""
    return _moment("session_close", session)


def _moment(method: str, session: date) -> datetime:
    if not is_session(session):
        raise UsageError(f"{session} is no session in New York", "Name a day on which the exchange trades.")
    moment: datetime = getattr(_exchange(), method)(session.isoformat()).to_pydatetime()
    return moment.astimezone(UTC)


def _text(day: date, days: int) -> str:
    return date.fromordinal(day.toordinal() + days).isoformat()


def _inside(day: date) -> None:
    if not _FIRST < day < _LAST:
        raise UsageError(f"{day} lies outside the calendar", f"Name a day between {_FIRST} and {_LAST}.")
