"""Where filings come from: EDGAR or a mirror of it, the bundled sample, or RAW alone."""

import re
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from p3 import clock
from p3.errors import ConfigurationError, UsageError
from p3.sec import sample
from p3.sec.fetch import NO_ARCHIVE, Archived
from p3.sec.lists import bulk, dailyindex
from p3.sec.net.client import EdgarClient
from p3.sec.net.governor import SharedWindow, Unlimited
from p3.sec.store import RawStore
from p3.sec.visit import EDGAR, Asks, Nobody, Problem

SAMPLE = sample.ORIGIN
_SAMPLE_DATA, _SAMPLE_WWW = "https://data.sample.invalid", "https://www.sample.invalid"  # RAW tells them from EDGAR's
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
_SAMPLE_IDENTITY = "p3 sample@example.com"  # never leaves the process


@dataclass(frozen=True)
class Reach:
    """How EDGAR is reached: who asks, where, how often a second, and where the pace of all processes is kept."""

    identity: str
    data_url: str
    www_url: str
    rate: float
    freeze_seconds: float
    state: Path
    notify: Callable[[str], None]


@dataclass(frozen=True)
class Source:
    """Who is asked, and the nightly archives; ``news`` are the CIKs that filed since these were made, None if unknown.

    ``refresh_before`` is the age from which a list is asked for again. ``through`` is the last day in New York whose
    filings are all known of a company that the archives stand for, None where they stand for none.
    """

    client: Asks
    refresh_before: datetime
    archive: Archived = NO_ARCHIVE
    made: datetime | None = None
    news: frozenset[int] | None = None
    through: date | None = None
    began: float = field(default_factory=clock.monotonic)

    def archive_made(self, cik: int) -> datetime | None:
        """Return when the archives were made, None where EDGAR would say something newer of a company."""
        if self.made is None:
            return None
        stands = self.made >= self.refresh_before or (self.news is not None and cik not in self.news)
        return self.made if stands else None


@contextmanager
def opened(source: str, reach: Reach, measures: MutableMapping[str, float]) -> Iterator[EdgarClient]:
    """Yield a client of ``source``; at the end add its requests and bytes to ``measures``.

    Raises ConfigurationError where EDGAR is asked for without an identity: nothing falls back to the sample by itself.
    """
    with _client(source, reach) as client:
        try:
            yield client
        finally:
            measures["requests"] = measures.get("requests", 0) + client.requests
            measures["bytes"] = measures.get("bytes", 0) + client.bytes


def nobody(source: str, reach: Reach, raw: RawStore) -> Source:
    """Return a source that asks nobody: what RAW holds is taken, of whatever age."""
    if source == SAMPLE:
        return Source(Nobody(_SAMPLE_DATA, _SAMPLE_WWW), _LONG_AGO)
    client = Nobody(reach.data_url.rstrip("/"), reach.www_url.rstrip("/"))
    held = bulk.held(raw, client.www_url).archives
    return Source(client, _LONG_AGO) if held is None else Source(client, _LONG_AGO, held, held.made)


def with_archives(
    client: EdgarClient, raw: RawStore, refresh_before: datetime, archives_before: datetime, progress: bulk.Progress
) -> tuple[Source, tuple[Problem, ...]]:
    """Return a source that has EDGAR's nightly archives, and why it lacks what it lacks of them.

    Archives kept since ``archives_before`` are not downloaded again.
    """
    found = bulk.refresh(client, raw, archives_before, progress)
    if found.archives is None:
        return Source(client, refresh_before), found.problems
    made, now = found.archives.made, clock.now()
    news = dailyindex.filed_since(client, raw, made, now)
    through = _day_before(made) if made >= refresh_before else _day_before(now) if news is not None else None
    return Source(client, refresh_before, found.archives, made, news, through), found.problems


def _day_before(moment: datetime) -> date:
    return clock.market_date(moment) - timedelta(days=1)


def pace_file(state: Path, data_url: str, www_url: str) -> Path:
    """Return the file that paces all of a user's requests to one EDGAR, or one mirror of it."""
    hosts = "_".join(dict.fromkeys(urlsplit(url).netloc for url in (www_url, data_url)))
    return state / f"pace-{re.sub(r'[^A-Za-z0-9.-]', '_', hosts)[:100]}"


def _client(source: str, reach: Reach) -> EdgarClient:
    if source == SAMPLE:
        return EdgarClient(_SAMPLE_IDENTITY, _SAMPLE_DATA, _SAMPLE_WWW, Unlimited(), sample.SampleTransport())
    if source != EDGAR:
        raise UsageError(f"unknown source of filings {source[:40]!r}", "Sources: edgar, sample.")
    if not reach.identity.strip():
        raise ConfigurationError(
            "EDGAR wants to know who asks, and no identity is set",
            'Set P3_SEC__IDENTITY="Name mail@example.com", or use the bundled sample with --source sample.',
        )
    path = pace_file(reach.state, reach.data_url, reach.www_url)
    governor = SharedWindow(path, reach.rate, freeze_seconds=reach.freeze_seconds, notify=reach.notify)
    return EdgarClient(reach.identity, reach.data_url, reach.www_url, governor)
