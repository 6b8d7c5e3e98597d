"""What an as-of means."""

from datetime import UTC, date, datetime, timedelta

import pytest

from p3 import clock
from p3.errors import UsageError

NOON = datetime(2024, 7, 3, 16, 0, tzinfo=UTC)  # noon in New York


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-31", "2024-02-01T04:59:59.999999+00:00"),  # winter: five hours behind
        ("2024-06-30", "2024-07-01T03:59:59.999999+00:00"),  # summer: four
        ("2024-03-09", "2024-03-10T04:59:59.999999+00:00"),  # the last day before summer time
        ("2024-03-10", "2024-03-11T03:59:59.999999+00:00"),  # clocks go forward at two
        ("2023-11-04", "2023-11-05T03:59:59.999999+00:00"),
        ("2023-11-05", "2023-11-06T04:59:59.999999+00:00"),  # clocks go back at two
        ("2024-02-29", "2024-03-01T04:59:59.999999+00:00"),
        ("20240131", "2024-02-01T04:59:59.999999+00:00"),  # a date without dashes is a date too
        ("1993-01-01", "1993-01-02T04:59:59.999999+00:00"),
        ("2024-06-30T16:00:00Z", "2024-06-30T16:00:00+00:00"),
        ("2024-06-30T16:00:00+02:00", "2024-06-30T14:00:00+00:00"),
        ("2024-06-30T16:00", "2024-06-30T20:00:00+00:00"),  # New York where it names no zone
        ("2024-01-30 16:00:00", "2024-01-30T21:00:00+00:00"),
        ("2024-07-03T11:59:59", "2024-07-03T15:59:59+00:00"),
    ],
)
def test_a_moment(text: str, moment: str) -> None:
    assert clock.parse_as_of(text).isoformat() == moment
    assert clock.parse_as_of(text).tzinfo is UTC


@pytest.mark.parametrize("text", [None, "2024-07-03", "20240703"])
def test_today_is_now(text: str | None) -> None:
    assert clock.parse_as_of(text) == NOON


def test_today_is_new_york_s(monkeypatch: pytest.MonkeyPatch) -> None:
    late = datetime(2024, 7, 4, 2, 0, tzinfo=UTC)  # ten in the evening of the third, in New York
    monkeypatch.setattr(clock, "now", lambda: late)
    assert clock.parse_as_of("2024-07-03") == late
    with pytest.raises(UsageError, match="has not come yet"):
        clock.parse_as_of("2024-07-04")


@pytest.mark.parametrize(
    "text", ["2024-07-04", "2024-07-03T12:00:02", "2024-07-03T16:00:02Z", "2999-12-31", "9998-01-01"]
)
def test_the_future_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="has not come yet"):
        clock.parse_as_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "yesterday",
        "2024",
        "2024-06",
        "2024-6-3",
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "30.06.2024",
        "06/30/2024",
        "2024-06-30T25:00",
        "2024-06-30T16:00:00 EST",
        " 2024-06-30",
        "2024-06-30\n",
        "-2024-06-30",
        "0000-01-01",
        "9999-12-31",
        "2024-06-30T16:00:00+99:00",
        "２０２４-０６-３０x",
        "0001-01-01T00:00:00+14:00",
        "1e9",
        "\x00",
    ],
)
def test_what_is_no_date_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        clock.parse_as_of(text)
    assert "\n" not in caught.value.message
    assert "2024-06-30" in caught.value.remedy or "past date" in caught.value.remedy


@pytest.mark.parametrize(("text", "utc"), [("2023-11-05T01:30", "05:30"), ("2024-03-10T02:30", "07:30")])
def test_hours_that_clocks_repeat_or_skip(text: str, utc: str) -> None:
    """The first of the two; and the hour that is skipped as if the clock had not moved (PEP 495, fold 0)."""
    assert clock.parse_as_of(text).strftime("%H:%M") == utc


def test_market_times() -> None:
    assert clock.session_close(date(2024, 1, 2)).isoformat() == "2024-01-02T21:00:00+00:00"
    assert clock.session_close(date(2024, 7, 2)).isoformat() == "2024-07-02T20:00:00+00:00"
    assert clock.market_date(datetime(2024, 7, 4, 3, 59, tzinfo=UTC)) == date(2024, 7, 3)
    assert clock.market_date(clock.end_of_day(date(2024, 7, 3))) == date(2024, 7, 3)
    assert clock.market_date(clock.end_of_day(date(2024, 7, 3)) + timedelta(microseconds=1)) == date(2024, 7, 4)


def test_iso_is_utc_to_the_second() -> None:
    assert clock.iso(clock.end_of_day(date(2024, 7, 3))) == "2024-07-04T03:59:59Z"


def test_the_clock_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()
