"""Who filed lately, from the indexes of a loopback EDGAR."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import loopback_edgar
import pytest
from loopback_edgar import LoopbackEdgar

from p3 import clock
from p3.data.raw import RawStore
from p3.errors import DataError
from p3.sec import urls
from p3.sec.lists.dailyindex import filed_since
from p3.sec.net.client import EdgarClient
from p3.sec.net.governor import Unlimited

IDENTITY = "Ann Example ann@example.com"
HEAD = """Description:           Daily Index of EDGAR Dissemination Feed
Last Data Received:    Nov 20, 2026
Comments:              webmaster@sec.gov
Anonymous FTP:         ftp://ftp.sec.gov/edgar/



CIK|Company Name|Form Type|Date Filed|File Name
--------------------------------------------------------------------------------
"""
WEDNESDAY, THURSDAY, FRIDAY = date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)
SATURDAY, SUNDAY = date(2026, 11, 21), date(2026, 11, 22)
MONDAY, LATER = date(2026, 11, 23), datetime(2026, 11, 30, 12, tzinfo=clock.NEW_YORK)


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=clock.NEW_YORK)


def index(*ciks: int) -> bytes:
    rows = (f"{cik}|Séché & Co|10-K|20261120|edgar/data/{cik}/0000000001-26-000001.txt\n" for cik in ciks)
    return (HEAD + "".join(rows)).encode("latin-1")


def write(root: Path, day: date, body: bytes) -> None:
    path = root / urls.daily_index("www.sec.gov", day)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for day, ciks in {WEDNESDAY: (1, 2), THURSDAY: (2, 3), FRIDAY: (4,)}.items():
        write(tmp_path / "edgar", day, index(*ciks))
    return tmp_path / "edgar"


@pytest.fixture
def raw(tmp_path: Path) -> RawStore:
    return RawStore(tmp_path / "raw")


@contextmanager
def talking(root: Path) -> Iterator[tuple[EdgarClient, LoopbackEdgar]]:
    with (
        loopback_edgar.serve(root, rate=1000) as edgar,
        EdgarClient(IDENTITY, edgar.data_url, edgar.www_url, Unlimited()) as client,
    ):
        yield client, edgar


def asked(edgar: LoopbackEdgar) -> list[str]:
    return [request.path.removesuffix(".idx")[-8:] for request in edgar.log]


def test_the_address_of_a_day() -> None:
    url = urls.daily_index("https://www.sec.gov", date(2026, 1, 5))
    assert url == "https://www.sec.gov/Archives/edgar/daily-index/2026/QTR1/master.20260105.idx"
    assert "/QTR4/" in urls.daily_index("", date(2026, 12, 31))


def test_who_filed_from_a_day_in_new_york_on(root: Path, raw: RawStore) -> None:
    with talking(root) as (client, edgar):
        since = datetime.fromisoformat("2026-11-20T03:00:00Z")  # still Thursday in New York
        assert filed_since(client, raw, since, at(FRIDAY, 23)) == frozenset({2, 3, 4})
        assert asked(edgar) == ["20261119", "20261120"]


def test_a_weekend_is_not_asked_for_and_a_holiday_is_nobody(root: Path, raw: RawStore) -> None:
    with talking(root) as (client, edgar):
        (root / urls.daily_index("www.sec.gov", THURSDAY)).unlink()
        assert filed_since(client, raw, at(THURSDAY, 3), at(MONDAY, 23)) == frozenset({4})
        assert asked(edgar) == ["20261119", "20261120", "20261123"]


@pytest.mark.parametrize(("now", "told"), [(at(FRIDAY, 23), True), (at(SATURDAY, 9), None), (at(SUNDAY, 9), True)])
def test_the_index_of_a_day_just_past_may_be_late_and_until_it_is_settled_nobody_knows(
    root: Path, raw: RawStore, now: datetime, told: bool | None
) -> None:
    """On the evening itself it is not due yet; a day after its day has gone by, there was no business."""
    (root / urls.daily_index("www.sec.gov", FRIDAY)).unlink()
    with talking(root) as (client, _):
        assert filed_since(client, raw, at(WEDNESDAY, 3), now) == (frozenset({1, 2, 3}) if told else None)


@pytest.mark.parametrize(("newest", "knows"), [(24, True), (20, False)])
def test_indexes_that_stopped_know_nothing(root: Path, raw: RawStore, newest: int, knows: bool) -> None:
    """On Sunday the 29th the week's days are settled: three without business can be, five can not."""
    for day in (MONDAY, date(2026, 11, 24)):
        if day.day <= newest:
            write(root, day, index(5))
    with talking(root) as (client, _):
        found = filed_since(client, raw, at(FRIDAY, 3), at(date(2026, 11, 29), 9))
    assert found == (frozenset({4, 5}) if knows else None)


def test_that_nobody_filed_yet_is_not_that_nobody_knows(root: Path, raw: RawStore) -> None:
    with talking(root) as (client, _):
        assert filed_since(client, raw, at(MONDAY, 3), at(MONDAY, 12)) == frozenset()


def test_a_mirror_without_indexes_knows_nothing(tmp_path: Path, raw: RawStore) -> None:
    with talking(tmp_path) as (client, _):
        assert filed_since(client, raw, at(WEDNESDAY, 3), at(FRIDAY, 23)) is None


def test_so_does_everyone_after_a_quarter(root: Path, raw: RawStore) -> None:
    with talking(root) as (client, edgar):
        assert filed_since(client, raw, at(date(1999, 1, 4), 3), at(FRIDAY, 23)) is None
        assert asked(edgar) == []


def keep(raw: RawStore, client: EdgarClient, day: date, body: bytes, status: int, fetched: datetime) -> None:
    raw.put(urls.daily_index(client.www_url, day), body, status, {}, fetched)


def test_a_settled_index_is_not_asked_for_again(root: Path, raw: RawStore) -> None:
    with talking(root) as (client, edgar):
        keep(raw, client, WEDNESDAY, index(7), 200, LATER)
        keep(raw, client, THURSDAY, b"<Code>AccessDenied</Code>", 403, LATER)
        assert filed_since(client, raw, at(WEDNESDAY, 3), at(SATURDAY, 9)) == frozenset({7, 4})
        assert asked(edgar) == ["20261120"]


def test_one_that_came_while_it_could_still_change_is_asked_for_again(root: Path, raw: RawStore) -> None:
    with talking(root) as (client, edgar):
        keep(raw, client, THURSDAY, index(7), 200, at(THURSDAY, 22))
        keep(raw, client, FRIDAY, b"<Code>AccessDenied</Code>", 403, at(FRIDAY, 22))
        assert filed_since(client, raw, at(THURSDAY, 3), at(FRIDAY, 23)) == frozenset({2, 3, 4})
        assert asked(edgar) == ["20261119", "20261120"]


@pytest.mark.parametrize(
    "row",
    [
        "7|A | B|10-K|20261120|edgar/data/7/1.txt",
        "7|A|10-K|2026-11-20|edgar/data/7/1.txt\r",
        "0000000007|A|10-K|20261120|edgar/data/7/1.txt\n\n",
    ],
)
def test_rows_as_they_come(root: Path, raw: RawStore, row: str) -> None:
    write(root, FRIDAY, (HEAD + row).encode())
    with talking(root) as (client, _):
        assert filed_since(client, raw, at(FRIDAY, 3), at(FRIDAY, 23)) == frozenset({7})


@pytest.mark.parametrize(
    "body",
    [
        "<html><body>SEC.gov</body></html>",
        HEAD + "7|A|10-K|20261120|edgar/data/7/1.txt\n8|B|10-",
        HEAD + "seven|A|10-K|20261120|edgar/data/7/1.txt",
        HEAD + "7" * 5000 + "|A|10-K|20261120|edgar/data/7/1.txt",
        HEAD + "|" * 1_000_000,
        HEAD.replace("|", ";"),
    ],
    ids=["page", "cut", "no number", "no CIK", "bars", "no head"],
)
def test_another_shape_is_a_data_error(root: Path, raw: RawStore, body: str) -> None:
    write(root, FRIDAY, body.encode())
    with talking(root) as (client, _), pytest.raises(DataError, match=r"master\.20261120\.idx"):
        filed_since(client, raw, at(FRIDAY, 3), at(FRIDAY, 23))
