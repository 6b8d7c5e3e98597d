from datetime import UTC, date, datetime

import pytest

from p3.errors import UsageError
from p3.market import calendar


def test_the_session_after_a_friday_before_a_holiday_is_the_tuesday() -> None:
    assert calendar.next_session(date(2025, 1, 17)) == date(2025, 1, 21)  # Martin Luther King Day is the 20th
    assert calendar.previous_session(date(2025, 1, 21)) == date(2025, 1, 17)


def test_a_session_is_not_its_own_next() -> None:
    assert calendar.next_session(date(2024, 7, 2)) == date(2024, 7, 3)
    assert calendar.next_session(date(2024, 7, 6)) == date(2024, 7, 8)


def test_holidays_are_no_sessions() -> None:
    found = calendar.sessions(date(2024, 7, 1), date(2024, 7, 8))
    assert found == [date(2024, 7, day) for day in (1, 2, 3, 5, 8)]
    assert calendar.sessions(date(2024, 7, 8), date(2024, 7, 1)) == []


def test_the_eve_of_independence_day_closes_early() -> None:
    assert calendar.closing(date(2024, 7, 3)) == datetime(2024, 7, 3, 17, tzinfo=UTC)
    assert calendar.opening(date(2024, 7, 3)) == datetime(2024, 7, 3, 13, 30, tzinfo=UTC)


def test_a_day_without_a_session_has_no_open() -> None:
    with pytest.raises(UsageError):
        calendar.opening(date(2024, 7, 4))
    with pytest.raises(UsageError):
        calendar.sessions(date(1950, 1, 1), date(2024, 1, 1))
