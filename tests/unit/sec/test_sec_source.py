"""For whom the nightly archives stand, and up to which day: a loopback EDGAR on a Tuesday morning."""

import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import loopback_edgar
import pytest

from p3 import clock
from p3.data.raw import RawStore
from p3.sec import urls
from p3.sec.net.client import EdgarClient
from p3.sec.net.governor import Unlimited
from p3.sec.source import Source, with_archives

FRIDAY, MONDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=clock.NEW_YORK).astimezone(UTC)
MADE = datetime(2026, 11, 20, 3, tzinfo=clock.NEW_YORK).astimezone(UTC)
FILED, QUIET = 7, 8
HEAD = "CIK|Company Name|Form Type|Date Filed|File Name\n" + "-" * 80 + "\n"


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_index(root: Path, day: date, cik: int) -> None:
    row = f"{cik}|A Co|10-K|{day:%Y%m%d}|edgar/data/{cik}/0000000001-26-000001.txt\n"
    write(root / urls.daily_index("www.sec.gov", day), (HEAD + row).encode())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A mirror whose archives were made early on Friday, with the indexes of Friday and Monday."""
    for place in (urls.submissions_archive("www.sec.gov"), urls.companyfacts_archive("www.sec.gov")):
        write(tmp_path / "edgar" / place, b"")
        with zipfile.ZipFile(tmp_path / "edgar" / place, "w") as archive:
            archive.writestr("CIK0000000008.json", b"{}")
        os.utime(tmp_path / "edgar" / place, (MADE.timestamp(),) * 2)
    for day in (FRIDAY, MONDAY):
        write_index(tmp_path / "edgar", day, FILED)
    return tmp_path / "edgar"


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RawStore]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    yield RawStore(tmp_path / "raw")


def source(root: Path, raw: RawStore, refresh_before: datetime) -> Source:
    with (
        loopback_edgar.serve(root, rate=1000) as edgar,
        EdgarClient("Ann Example ann@example.com", edgar.data_url, edgar.www_url, Unlimited()) as client,
    ):
        found, problems = with_archives(client, raw, refresh_before, NOW - timedelta(days=30), lambda held, total: None)
    assert problems == ()
    return found


def test_old_archives_stand_for_whom_no_index_names_through_the_day_before(root: Path, raw: RawStore) -> None:
    found = source(root, raw, NOW - timedelta(hours=12))
    assert (found.archive_made(QUIET), found.archive_made(FILED)) == (MADE, None)
    assert found.through == MONDAY


def test_they_stand_for_nobody_while_the_index_of_the_day_before_is_late(root: Path, raw: RawStore) -> None:
    (root / urls.daily_index("www.sec.gov", MONDAY)).unlink()
    found = source(root, raw, NOW - timedelta(hours=12))
    assert (found.archive_made(QUIET), found.archive_made(FILED), found.through) == (None, None, None)


def test_young_ones_stand_for_all_through_the_day_before_they_were_made(root: Path, raw: RawStore) -> None:
    found = source(root, raw, MADE - timedelta(hours=1))
    assert (found.archive_made(QUIET), found.archive_made(FILED)) == (MADE, MADE)
    assert found.through == FRIDAY - timedelta(days=1)
