import json
from datetime import UTC, date, datetime

import polars as pl
import pytest
import tiny_mirror
from shared_data import shared

from p3 import clock
from p3.data.tables import COMPANIES, FILINGS
from p3.errors import DataError
from p3.sec.lists import submissions


def filings(rows: list[tuple[str, ...]]) -> pl.DataFrame:
    return submissions.parse(tiny_mirror.submissions(rows), [], "edgar")[1]


def row(form: str, filed: str, accepted: str, accession: str = tiny_mirror.ANNUAL) -> tuple[str, ...]:
    return (accession, form, filed, "", accepted, "", "a.htm")


def test_the_frames_have_the_tables_columns() -> None:
    companies, listed = submissions.parse(tiny_mirror.submissions(), [], "edgar")
    assert companies.schema == COMPANIES.schema
    assert listed.schema == FILINGS.schema
    assert companies.row(0, named=True) == {
        "cik": tiny_mirror.CIK,
        "ticker": "TINY",
        "name": "Tiny Corp",
        "former_names": ["SMALL CORP"],
        "sic": "3571",
        "exchange": "Nasdaq",
        "fiscal_year_end": "1231",
        "origin": "edgar",
    }
    assert listed.row(0, named=True) == {
        "cik": tiny_mirror.CIK,
        "accession": tiny_mirror.ANNUAL,
        "form": "10-K",
        "filed": date(2024, 2, 15),
        "period": date(2023, 12, 31),
        "fiscal_year": None,
        "accepted": datetime(2024, 2, 15, 21, 31, 7, tzinfo=UTC),
        "accepted_exact": True,
        "items": "",
        "document": "tiny-20231231.htm",
        "type": "10-K",
        "url": "https://www.sec.gov/Archives/edgar/data/1234567/000123456724000010/tiny-20231231.htm",
        "document_sha": None,
        "status": "listed",
        "origin": "edgar",
    }


def test_older_pages_are_added_and_overlaps_counted_once() -> None:
    older = row("10-K", "2020-02-14", "2020-02-14T21:30:00.000Z", "0001234567-20-000001")
    _, listed = submissions.parse(tiny_mirror.submissions(), [tiny_mirror.page([tiny_mirror.ROWS[-1], older])], "edgar")
    assert listed["accession"].to_list() == [each[0] for each in [*tiny_mirror.ROWS, older]]


def test_a_list_that_prints_utc_is_read_as_utc() -> None:
    """16:31 and 18:05 in New York: the second, filed the next day, would be odd at 22:05 New York time as well."""
    evening = row("4", "2024-03-01", "2024-03-02T01:30:00.000Z", "0001234567-24-000011")  # 20:30 in New York
    listed = filings([*tiny_mirror.ROWS, evening])
    accepted = dict(listed.select("accession", "accepted").iter_rows())
    assert accepted[tiny_mirror.ANNUAL] == datetime(2024, 2, 15, 21, 31, 7, tzinfo=UTC)
    assert accepted["0001234567-24-000011"] == datetime(2024, 3, 2, 1, 30, tzinfo=UTC)


def test_a_list_that_prints_new_york_time_is_read_as_new_york_time() -> None:
    """As AAPL's list does: an annual report of 18:08 that got the next day's filing date cannot be one of 14:08."""
    rows = [
        row("10-K", "2023-11-03", "2023-11-02T18:08:27.000Z", "0001234567-23-000106"),
        row("10-Q", "2025-08-01", "2025-08-01T06:00:42.000Z", "0001234567-25-000073"),
        row("8-K", "2025-07-31", "2025-07-31T16:30:25.000Z", "0001234567-25-000071"),
    ]
    assert filings(rows)["accepted"].to_list() == [
        datetime(2025, 8, 1, 10, 0, 42, tzinfo=UTC),
        datetime(2025, 7, 31, 20, 30, 25, tzinfo=UTC),  # after the close at 20:00 UTC, not before it
        datetime(2023, 11, 2, 22, 8, 27, tzinfo=UTC),
    ]


def test_without_evidence_the_later_reading_holds() -> None:
    assert filings([row("8-K", "2025-07-31", "2025-07-31T16:30:25.000Z")])["accepted"].item() == datetime(
        2025, 7, 31, 20, 30, 25, tzinfo=UTC
    )


def test_a_row_that_contradicts_its_list_is_read_by_itself() -> None:
    rows = [
        *(
            row("10-Q", f"2024-05-{day:02}", f"2024-05-{day:02}T06:05:00.000Z", f"0001234567-24-0001{day}")
            for day in (14, 15, 16)
        ),
        row("8-K", "2025-02-20", "2025-02-20T22:15:00.000Z", "0001234567-25-000002"),
    ]
    listed = filings(rows)
    assert listed["accepted"][0] == datetime(2025, 2, 20, 22, 15, tzinfo=UTC)  # EDGAR is closed at 22:15 in New York
    assert listed["accepted"][-1] == datetime(2024, 5, 14, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "printed",
    ["", "2024-02-15T00:00:00.000Z", "2024-02-15T05:00:00.000Z", "2024-02-15T23:59:59.000Z"],
    ids=["empty", "midnight", "midnight in New York", "a second before midnight"],
)
def test_a_day_without_a_time_is_known_at_its_end(printed: str) -> None:
    listed = filings([row("10-K", "2024-02-15", printed)])
    assert listed["accepted"].item() == clock.end_of_day(date(2024, 2, 15))
    assert listed["accepted_exact"].item() is False


@pytest.mark.parametrize("day", [date(2024, 3, 9), date(2024, 3, 10), date(2024, 11, 3), date(1996, 7, 1)])
def test_the_end_of_a_day_is_that_of_the_clock_even_when_clocks_change(day: date) -> None:
    assert filings([row("10-K", day.isoformat(), "")])["accepted"].item() == clock.end_of_day(day)


def test_a_company_without_tickers_exchange_or_former_names() -> None:
    body = tiny_mirror.submissions(tickers=None, exchanges=[None], formerNames=[{"name": None}, {"from": "2001"}])
    row = submissions.parse(body, [], "edgar")[0].row(0, named=True)
    assert (row["ticker"], row["exchange"], row["former_names"]) == (None, None, [])


def test_a_list_that_lacks_a_column_is_not_taken_for_one_without_values() -> None:
    """Without ``items`` no 8-K would announce results, in silence."""
    body = json.loads(tiny_mirror.submissions())
    del body["filings"]["recent"]["items"]
    with pytest.raises(DataError, match="items is not a JSON array"):
        submissions.parse(json.dumps(body).encode(), [], "edgar")


def test_no_document_name_means_no_address() -> None:
    listed = filings([(tiny_mirror.ANNUAL, "10-K", "2024-02-15", "", "", "", "")])
    assert (listed["document"].item(), listed["url"].item()) == ("", None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"cik": "0001234567", "filings"',
        b"<html>",
        b"[" * 100_000,
        tiny_mirror.submissions(cik="../../etc"),
        tiny_mirror.submissions(cik=None),
        tiny_mirror.submissions(filings={"recent": [], "files": []}),
        tiny_mirror.submissions(filings={"recent": {"accessionNumber": ["1"]}, "files": []}),
        tiny_mirror.submissions([row("10-K", "15 Feb 2024", "")]),
        tiny_mirror.submissions([row("10-K", "2024-02-15", "soon")]),
        tiny_mirror.submissions([row("10-K", "2024-02-15", "", "1-2-3")]),
        tiny_mirror.submissions([(tiny_mirror.ANNUAL, "10-K", "2024-02-15", "", "", "", "../../x")]),
        tiny_mirror.submissions(formerNames=["x"]),
    ],
)
def test_a_malformed_list_is_a_data_error(body: bytes) -> None:
    with pytest.raises(DataError):
        submissions.parse(body, [], "edgar")


def test_arrays_of_different_lengths_are_a_data_error() -> None:
    body = json.loads(tiny_mirror.submissions())
    body["filings"]["recent"]["form"].pop()
    with pytest.raises(DataError, match="different lengths"):
        submissions.parse(json.dumps(body).encode(), [], "edgar")


@pytest.mark.parametrize("name", ["../x.json", "CIK0001234567-submissions-001.json/../x", "http://elsewhere/x"])
def test_a_page_name_cannot_lead_elsewhere(name: str) -> None:
    with pytest.raises(DataError):
        submissions.page_names(tiny_mirror.submissions(files=[name]))


def real(cik: int) -> pl.DataFrame:
    path = shared("edgar-mirror", "data.sec.gov", "submissions", f"CIK{cik:010d}.json")
    return submissions.parse(path.read_bytes(), [], "edgar")[1]


@pytest.mark.parametrize(
    ("cik", "accession", "accepted"),
    [
        # Results announced at 16:30, 16:08 and 16:22 in New York, after the close.
        (320193, "0000320193-25-000071", datetime(2025, 7, 31, 20, 30, 25, tzinfo=UTC)),
        (789019, "0000950170-25-100226", datetime(2025, 7, 30, 20, 8, 53, tzinfo=UTC)),
        (1045810, "0001045810-25-000207", datetime(2025, 8, 27, 20, 22, 14, tzinfo=UTC)),
        # 18:05 on the eve of the filing date.
        (320193, "0000320193-23-000106", datetime(2023, 11, 2, 22, 8, 27, tzinfo=UTC)),
    ],
)
def test_real_lists_in_either_zone_give_the_real_moment(cik: int, accession: str, accepted: datetime) -> None:
    assert real(cik).filter(pl.col("accession") == accession)["accepted"].item() == accepted


@pytest.mark.parametrize("cik", [320193, 789019, 1018724, 1045810, 1318605, 1652044, 1731289])
def test_real_filings_are_accepted_on_their_filing_date_or_the_evening_before(cik: int) -> None:
    """After 17:30 a filing gets the next business day's date: up to four days later, at a long weekend.

    Left out: what the Commission wrote itself, at night or with an earlier date.
    """
    listed = real(cik).filter(pl.col("accepted_exact") & ~pl.col("form").is_in(["EFFECT", "NO ACT", "UPLOAD"]))
    local = listed["accepted"].dt.convert_time_zone("America/New_York")
    ahead = (listed["filed"] - local.dt.date()).dt.total_days()
    assert ahead.is_between(0, 4).mean() > 0.997
    early = (local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute()) <= 17 * 60 + 30
    assert (ahead.filter(early) == 0).mean() > 0.98
