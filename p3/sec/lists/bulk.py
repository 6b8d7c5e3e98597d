"""EDGAR's nightly archives of all companies: submissions.zip and companyfacts.zip.

EDGAR compiles them each night and publishes them at about 03:00 in New York; together they are several GB. RAW keeps
them as they came, and they are read member by member. See "Bulk data" on
https://www.sec.gov/search-filings/edgar-application-programming-interfaces.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from p3.errors import DataError
from p3.sec import urls
from p3.sec.lists.bulkzip import Archive
from p3.sec.store import RawStore
from p3.sec.visit import Problem

_UNCHANGED = 304
_SUBMISSIONS, _COMPANYFACTS = "submissions.zip", "companyfacts.zip"

Progress = Callable[[int, int | None], None]
"""Hears the bytes held so far and, where EDGAR says so, in all."""


class Answer(Protocol):
    """How a download ended: status 200 or 304."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers by lower-case name."""

    @property
    def fetched(self) -> datetime:
        """When it ended, UTC."""


class Downloads(Protocol):
    """Who downloads files of any size from EDGAR: the client."""

    @property
    def www_url(self) -> str:
        """Base of the archives' addresses."""

    def download(
        self, url: str, path: Path, *, etag: str | None = None, last_modified: str | None = None, progress: Progress
    ) -> Answer:
        """Put the file at ``url`` in place of ``path`` (200), or find that it is unchanged (304)."""


class Archives:
    """Both archives, or the one that could be had; usable from several threads.

    ``made`` (UTC) is when EDGAR made the older of them: what was filed later is not there.
    """

    def __init__(self, submissions: "_Made | None", companyfacts: "_Made | None") -> None:
        self._submissions = submissions
        self._companyfacts = companyfacts
        self.made = min(each.at for each in (submissions, companyfacts) if each)

    def submissions(self, cik: int) -> bytes | None:
        """Return a company's filing list, None where there is none; raises DataError where it is damaged."""
        return _read(self._submissions, f"CIK{cik:010d}.json")

    def page(self, name: str) -> bytes | None:
        """Return an older page of a filing list, such as CIK0000320193-submissions-001.json, as ``submissions``."""
        return _read(self._submissions, name)

    def companyfacts(self, cik: int) -> bytes | None:
        """Return a company's XBRL facts, as ``submissions``."""
        return _read(self._companyfacts, f"CIK{cik:010d}.json")

    def close(self) -> None:
        """Close the files."""
        for each in (self._submissions, self._companyfacts):
            if each:
                each.archive.close()


class Found(NamedTuple):
    """The archives, None where neither could be had, and why what is not there is not."""

    archives: Archives | None
    problems: tuple[Problem, ...]


def refresh(
    client: Downloads, raw: RawStore, refresh_before: datetime, progress: Progress = lambda held, total: None
) -> Found:
    """Return the archives, downloaded anew where EDGAR has newer ones than those kept, if not since ``refresh_before``.

    One that EDGAR, or a mirror, does not have or that is no archive becomes a problem. Raises UpstreamError,
    ConfigurationError and BusyError as the client and RAW do.
    """

    def bulk(name: str, url: str) -> _Bulk:
        kept = _kept(raw, name, url)
        if kept and kept.fetched >= refresh_before:
            return kept
        return _asked(client, raw, name, url, kept, progress)

    return _found(client.www_url, bulk)


def held(raw: RawStore, www_url: str) -> Found:
    """Return the archives that RAW holds, of whatever age, for work without EDGAR."""

    def bulk(name: str, url: str) -> _Bulk:
        kept = _kept(raw, name, url)
        if kept is None:
            raise DataError(f"no whole {name} is kept", "Run again without --offline.")
        return kept

    return _found(www_url, bulk)


class _Bulk(NamedTuple):
    """An archive and the reply that it came in."""

    archive: Archive
    headers: Mapping[str, str]
    fetched: datetime


class _Made(NamedTuple):
    """An archive and when EDGAR made it."""

    archive: Archive
    at: datetime


def _read(made: _Made | None, name: str) -> bytes | None:
    return made.archive.read(name) if made else None


def _kept(raw: RawStore, name: str, url: str) -> _Bulk | None:
    """Return what RAW keeps, None where that is nothing or no whole archive."""
    kept = raw.newest(url)
    if kept is None:
        return None
    try:
        return _Bulk(Archive(raw.open(kept.sha), name), kept.headers, kept.fetched)
    except DataError:
        return None


def _asked(client: Downloads, raw: RawStore, name: str, url: str, kept: _Bulk | None, progress: Progress) -> _Bulk:
    known, path = kept.headers if kept else {}, raw.partial(url)
    with ExitStack() as replaced:
        if kept:
            replaced.callback(kept.archive.close)
        reply = client.download(
            url, path, etag=known.get("etag"), last_modified=known.get("last-modified"), progress=progress
        )
        if kept and reply.status == _UNCHANGED:
            raw.confirm(url, reply.fetched)
            replaced.pop_all()
            return kept
        archive = Archive(path.open("rb"), name)  # before it takes the place of a whole one
        raw.put_file(url, path, reply.status, reply.headers, reply.fetched)
        return _Bulk(archive, reply.headers, reply.fetched)


def _found(www_url: str, bulk: Callable[[str, str], _Bulk]) -> Found:
    places = {_SUBMISSIONS: urls.submissions_archive(www_url), _COMPANYFACTS: urls.companyfacts_archive(www_url)}
    made: dict[str, _Made] = {}
    problems = []
    for name, url in places.items():
        try:
            found = bulk(name, url)
            made[name] = _Made(found.archive, _made_at(name, found))
        except DataError as error:
            problems.append(Problem(name, error.message))
    archives = Archives(made.get(_SUBMISSIONS), made.get(_COMPANYFACTS)) if made else None
    return Found(archives, tuple(problems))


def _made_at(name: str, bulk: _Bulk) -> datetime:
    """Return when EDGAR says that it made an archive, or when it came where that was earlier.

    Raises DataError where EDGAR does not say: the archive could be of any age, and lack any filing.
    """
    try:
        stated = parsedate_to_datetime(bulk.headers["last-modified"])
    except (KeyError, ValueError):
        bulk.archive.close()
        raise DataError(f"EDGAR does not say when it made {name}", "Companies are asked for one by one.") from None
    return min(stated if stated.tzinfo else stated.replace(tzinfo=UTC), bulk.fetched)
