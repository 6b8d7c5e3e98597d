"""EDGAR's nightly archives, from a loopback EDGAR into RAW and out again by member."""

import os
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import loopback_edgar
import pytest
from loopback_edgar import LoopbackEdgar

from p3 import clock
from p3.data.raw import RawStore
from p3.errors import DataError
from p3.sec import urls
from p3.sec.lists import bulk
from p3.sec.net.client import EdgarClient
from p3.sec.net.governor import Unlimited
from p3.sec.store import FOUND

IDENTITY = "Ann Example ann@example.com"
EDGAR = "www.sec.gov"
SUBMISSIONS = urls.submissions_archive(EDGAR)
COMPANYFACTS = urls.companyfacts_archive(EDGAR)
MADE = datetime(2026, 11, 20, 8, 1, tzinfo=UTC)
PAGE = "CIK0000000007-submissions-001.json"
LISTS = {"CIK0000000007.json": b"list", PAGE: b"page"}
FACTS = {"CIK0000000007.json": b"facts"}
LONG_AGO, EVER_SINCE = datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


def write(root: Path, place: str, members: dict[str, bytes], made: datetime = MADE) -> None:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    os.utime(path, (made.timestamp(),) * 2)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "edgar", SUBMISSIONS, LISTS)
    write(tmp_path / "edgar", COMPANYFACTS, FACTS, MADE + timedelta(hours=1))
    return tmp_path / "edgar"


@pytest.fixture
def raw(tmp_path: Path) -> RawStore:
    return RawStore(tmp_path / "raw")


@pytest.fixture
def edgar(root: Path) -> Iterator[LoopbackEdgar]:
    with loopback_edgar.serve(root, rate=1000) as server:
        yield server


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    fetched: datetime


@dataclass(frozen=True)
class Plain:
    """Downloads as the client does, without its pace and its retries; leaves out ``silent`` headers of the answers."""

    www_url: str
    silent: str = ""

    def download(
        self,
        url: str,
        path: Path,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        progress: Callable[[int, int | None], None],
    ) -> Reply:
        asked = {"User-Agent": IDENTITY, "If-None-Match": etag, "If-Modified-Since": last_modified}
        request = urllib.request.Request(url, headers={name: value for name, value in asked.items() if value})
        try:
            with urllib.request.urlopen(request) as answer:
                path.write_bytes(answer.read())
                headers = {name.lower(): value for name, value in answer.headers.items() if name != self.silent}
                return Reply(answer.status, headers, clock.now())
        except urllib.error.HTTPError as error:
            error.close()
            return Reply(error.code, {}, clock.now())


def answers(edgar: LoopbackEdgar) -> list[int]:
    return [request.status for request in edgar.log]


def test_both_archives_are_had_and_read_by_member(edgar: LoopbackEdgar, raw: RawStore) -> None:
    with EdgarClient(IDENTITY, edgar.data_url, edgar.www_url, Unlimited()) as client:
        archives, problems = bulk.refresh(client, raw, LONG_AGO)
    assert archives is not None
    assert problems == ()
    assert archives.submissions(7) == b"list"
    assert archives.page(PAGE) == b"page"
    assert archives.companyfacts(7) == b"facts"
    assert archives.companyfacts(8) is archives.submissions(8) is archives.page("x") is None
    assert archives.made == MADE
    archives.close()


def test_young_ones_are_not_asked_for_again(edgar: LoopbackEdgar, raw: RawStore) -> None:
    client = Plain(edgar.www_url)
    for _ in range(2):
        archives, _ = bulk.refresh(client, raw, LONG_AGO)
        assert archives is not None
        archives.close()
    assert answers(edgar) == [200, 200]


def test_old_ones_that_did_not_change_are_not_sent_again(edgar: LoopbackEdgar, raw: RawStore) -> None:
    client = Plain(edgar.www_url)
    first, _ = bulk.refresh(client, raw, LONG_AGO)
    before = clock.now()
    again, problems = bulk.refresh(client, raw, EVER_SINCE)
    since, _ = bulk.refresh(client, raw, before)
    assert answers(edgar) == [200, 200, 304, 304]
    assert problems == ()
    for archives in (first, again, since):
        assert archives is not None
        assert (archives.made, archives.companyfacts(7)) == (MADE, b"facts")
        archives.close()


def test_newer_ones_take_the_place_of_old_ones(edgar: LoopbackEdgar, root: Path, raw: RawStore) -> None:
    client = Plain(edgar.www_url)
    old, _ = bulk.refresh(client, raw, LONG_AGO)
    write(root, COMPANYFACTS, {"CIK0000000008.json": b"new"}, MADE + timedelta(days=1))
    new, _ = bulk.refresh(client, raw, EVER_SINCE)
    assert old is not None
    assert new is not None
    assert (new.companyfacts(8), new.companyfacts(7), new.submissions(7)) == (b"new", None, b"list")
    assert old.companyfacts(7) == b"facts"  # whoever reads the old one reads on
    old.close()
    new.close()


def test_a_mirror_without_one_is_told_and_the_other_serves(edgar: LoopbackEdgar, root: Path, raw: RawStore) -> None:
    (root / SUBMISSIONS).unlink()
    with EdgarClient(IDENTITY, edgar.data_url, edgar.www_url, Unlimited()) as client:
        archives, problems = bulk.refresh(client, raw, LONG_AGO)
    assert archives is not None
    assert (archives.submissions(7), archives.companyfacts(7)) == (None, b"facts")
    assert archives.made == MADE + timedelta(hours=1)
    assert [problem.what for problem in problems] == ["submissions.zip"]
    archives.close()


def test_a_mirror_without_any_is_told(edgar: LoopbackEdgar, root: Path, raw: RawStore) -> None:
    for place in (SUBMISSIONS, COMPANYFACTS):
        (root / place).unlink()
    with EdgarClient(IDENTITY, edgar.data_url, edgar.www_url, Unlimited()) as client:
        archives, problems = bulk.refresh(client, raw, LONG_AGO)
    assert archives is None
    assert [problem.what for problem in problems] == ["submissions.zip", "companyfacts.zip"]


def test_what_is_no_archive_does_not_take_the_place_of_one(edgar: LoopbackEdgar, root: Path, raw: RawStore) -> None:
    client = Plain(edgar.www_url)
    first, _ = bulk.refresh(client, raw, LONG_AGO)
    (root / COMPANYFACTS).write_bytes(b"<html>not now</html>")
    archives, problems = bulk.refresh(client, raw, EVER_SINCE)
    kept, _ = bulk.held(raw, client.www_url)
    assert [problem.what for problem in problems] == ["companyfacts.zip"]
    for each, facts in ((first, b"facts"), (archives, None), (kept, b"facts")):
        assert each is not None
        assert each.companyfacts(7) == facts
        each.close()


def test_one_that_broke_in_raw_is_had_anew(edgar: LoopbackEdgar, raw: RawStore, tmp_path: Path) -> None:
    client = Plain(edgar.www_url)
    first, _ = bulk.refresh(client, raw, LONG_AGO)
    kept = raw.newest(urls.companyfacts_archive(client.www_url))
    assert first is not None
    assert kept is not None
    first.close()
    (path,) = (tmp_path / "raw" / "objects").rglob(kept.sha)
    path.write_bytes(path.read_bytes()[:-10])
    kept_ones, problems = bulk.held(raw, client.www_url)
    assert kept_ones is not None
    assert [problem.what for problem in problems] == ["companyfacts.zip"]
    kept_ones.close()
    archives, problems = bulk.refresh(client, raw, LONG_AGO)
    assert archives is not None
    assert (archives.companyfacts(7), problems) == (b"facts", ())
    archives.close()


def test_a_damaged_member_costs_only_itself(edgar: LoopbackEdgar, root: Path, raw: RawStore) -> None:
    write(root, COMPANYFACTS, {"CIK0000000007.json": b"facts" * 100, "CIK0000000008.json": b"more"})
    whole = (root / COMPANYFACTS).read_bytes()
    (root / COMPANYFACTS).write_bytes(whole[:50] + b"\xff" + whole[51:])
    archives, problems = bulk.refresh(Plain(edgar.www_url), raw, LONG_AGO)
    assert archives is not None
    with pytest.raises(DataError, match=r"CIK0000000007\.json"):
        archives.companyfacts(7)
    assert (archives.companyfacts(8), problems) == (b"more", ())
    archives.close()


def test_one_of_an_unknown_age_is_not_used(edgar: LoopbackEdgar, raw: RawStore) -> None:
    archives, problems = bulk.refresh(Plain(edgar.www_url, silent="Last-Modified"), raw, LONG_AGO)
    assert archives is None
    assert all("does not say when" in problem.reason for problem in problems)


@pytest.mark.parametrize("stated", ["Fri, 20 Nov 2999 08:01:00 GMT", "Fri, 20 Nov 2999 08:01:00 -0000"])
def test_none_is_younger_than_its_download(raw: RawStore, stated: str, root: Path) -> None:
    for place in (SUBMISSIONS, COMPANYFACTS):
        url = place
        raw.partial(url).write_bytes((root / place).read_bytes())
        raw.put_file(url, raw.partial(url), FOUND, {"Last-Modified": stated}, MADE)
    archives, _ = bulk.held(raw, EDGAR)
    assert archives is not None
    assert archives.made == MADE
    archives.close()


def test_without_edgar_what_was_never_fetched_is_a_problem(raw: RawStore) -> None:
    archives, problems = bulk.held(raw, EDGAR)
    assert archives is None
    assert len(problems) == 2
