"""Any text is an as-of or a usage error, and a bare date includes all of its day."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from p3 import clock
from p3.errors import UsageError

PAST = st.dates(date(1970, 1, 1), date(2020, 12, 31))


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_a_usage_error(text: str) -> None:
    try:
        moment = clock.parse_as_of(text)
    except UsageError as error:
        assert error.remedy
    else:
        assert moment.utcoffset() == timedelta(0)


@given(PAST)
def test_a_date_is_its_last_microsecond_in_new_york(day: date) -> None:
    moment = clock.parse_as_of(day.isoformat())
    assert clock.market_date(moment) == day
    assert clock.market_date(moment + timedelta(microseconds=1)) == day + timedelta(days=1)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2020, 12, 31)))  # noqa: DTZ001  # a zone is added next
def test_what_is_written_reads_back(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC, microsecond=0)
    assert clock.parse_as_of(clock.iso(moment)) == moment
