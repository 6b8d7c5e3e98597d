"""Which companies filed lately, from EDGAR's daily indexes.

A day's index appears from about 22:00 in New York and is complete some hours later; days without business have none.
Its lines are CIK, company, form, filing date and path, with bars between; a filing of several companies has a line for
each. See https://www.sec.gov/search-filings/edgar-search-assistance/accessing-edgar-data.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from p3 import clock
from p3.errors import DataError
from p3.sec import urls
from p3.sec.net.responses import MissingError
from p3.sec.store import RawStore
from p3.sec.visit import Asks, Visit

_DAY = timedelta(days=1)
_SETTLED = _DAY  # how long after its day an index may still change, or be late
_HOLIDAYS = timedelta(days=7)  # no week is without a business day
_FARTHEST = timedelta(days=92)
_HEAD = re.compile(rb"^CIK\|Company Name\|Form Type\|Date Filed\|File ?name\s*\n-+\s*\n", re.MULTILINE | re.IGNORECASE)


class Filed(NamedTuple):
    """The companies that filed, and the last day whose index says so; None where none of the days had one."""

    ciks: frozenset[int]
    through: date | None


def filed_since(client: Asks, raw: RawStore, since: datetime, now: datetime) -> Filed | None:
    """Return who filed from the day of ``since`` in New York on, as far as EDGAR's daily indexes reach at ``now``.

    None where there are no indexes, as on a mirror, or ``since`` is more than 92 days back: then nobody can be told to
    have nothing new. Past days' indexes are kept in RAW and not asked for again. Raises UpstreamError and
    ConfigurationError as the client does, DataError for an index of another shape.
    """
    first, today = clock.market_date(since), clock.market_date(now)
    if today - first > _FARTHEST:
        return None
    indexes = {day: _index(client, raw, day) for day in _weekdays(first, today)}
    found = {day: index for day, index in indexes.items() if index is not None}
    if not found and not _any_index(client, raw, first):
        return None
    return Filed(frozenset[int]().union(*found.values()), max(found, default=None))


def _any_index(client: Asks, raw: RawStore, before: date) -> bool:
    """Tell whether there are indexes at all: the days asked for may be too young to have one."""
    return any(_index(client, raw, day) is not None for day in _weekdays(before - _HOLIDAYS, before - _DAY))


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
