"""Which companies filed lately, from EDGAR's daily indexes.

A day's index appears from about 22:00 in New York and is complete some hours later; days without business have none.
Its lines are CIK, company, form, filing date and path, with bars between; a filing of several companies has a line for
each. See https://www.sec.gov/search-filings/edgar-search-assistance/accessing-edgar-data.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from p3 import clock
from p3.errors import DataError
from p3.sec import urls
from p3.sec.net.responses import MissingError
from p3.sec.store import RawStore
from p3.sec.visit import Asks, Visit

_DAY = timedelta(days=1)
_SETTLED = _DAY  # how long after its day an index may still change, or be late
_RESTS = timedelta(days=6)  # over two days off before or after a weekend, counted from index to index
_FARTHEST = timedelta(days=92)
_HEAD = re.compile(rb"^CIK\|Company Name\|Form Type\|Date Filed\|File ?name\s*\n-+\s*\n", re.MULTILINE | re.IGNORECASE)


def filed_since(client: Asks, raw: RawStore, since: datetime, now: datetime) -> frozenset[int] | None:
    """Return the CIKs that filed from the day of ``since`` in New York on, by EDGAR's daily indexes at ``now``.

    Every day before the day of ``now`` is told of, and of that day whatever its index has already. None where that
    cannot be had, so that nobody can be told to have nothing new: there are no indexes, as on a mirror, or none for
    longer than EDGAR rests, the newest day's is late, or ``since`` is more than 92 days back. Past days' indexes are
    kept in RAW and not asked for again. Raises UpstreamError and ConfigurationError as the client does, DataError for
    an index of another shape.
    """
    first, today = clock.market_date(since), clock.market_date(now)
    if today - first > _FARTHEST:
        return None
    indexes = {day: _index(client, raw, day) for day in _weekdays(first, today)}
    found = {day: index for day, index in indexes.items() if index is not None}
    late = any(day < today and day not in found and not _is_settled(day, now) for day in indexes)
    newest = max(found, default=None) or _newest(client, raw, first)
    if late or newest is None or today - newest > _RESTS:
        return None
    return frozenset[int]().union(*found.values())


def _newest(client: Asks, raw: RawStore, before: date) -> date | None:
    """Return the last day before ``before`` that has an index: the days asked for may be too young to have one."""
    days = reversed(list(_weekdays(before - _RESTS, before - _DAY)))
    return next((day for day in days if _index(client, raw, day) is not None), None)


def _is_settled(day: date, now: datetime) -> bool:
    """Return whether a day without an index was one without business: until then it may be late."""
    return now >= clock.end_of_day(day) + _SETTLED


def _weekdays(first: date, last: date) -> Iterator[date]:
    days = (first + number * _DAY for number in range((last - first).days + 1))
    return (day for day in days if day.weekday() < 5)


def _index(client: Asks, raw: RawStore, day: date) -> frozenset[int] | None:
    """Return the CIKs in a day's index, None where there is none."""
    visit = Visit(client, raw, refresh_before=clock.end_of_day(day) + _SETTLED)
    url = urls.daily_index(client.www_url, day)
    try:
        body = visit.list(url, f"index of {day}", lambda: None)
    except MissingError:
        return None
    return _ciks(body, url)


def _ciks(body: bytes, url: str) -> frozenset[int]:
    head = _HEAD.search(body)
    rows = [_cik(line) for line in body[head.end() :].splitlines() if line.strip()] if head else [None]
    if None in rows:
        raise DataError(f"{url} is not a daily index of EDGAR", "Run the fetch again; if it stays, report it.")
    return frozenset(row for row in rows if row is not None)


def _cik(line: bytes) -> int | None:
    """Return the CIK of a line, None for one of another shape; a company's name may hold anything, bars too."""
    cik, *_, path = line.split(b"|")
    sound = cik.isdigit() and len(cik) <= 10 and line.count(b"|") >= 4 and path.startswith(b"edgar/data/")
    return int(cik) if sound else None
