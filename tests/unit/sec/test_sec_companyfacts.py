import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import tiny_mirror
from shared_data import shared

from p3 import clock
from p3.data.tables import FACTS
from p3.errors import DataError
from p3.sec import companyfacts, submissions

_, LISTED = submissions.parse(tiny_mirror.submissions(), [], "edgar")


def parsed(*entries: object, unit: str = "USD") -> tuple[pl.DataFrame, dict[str, int]]:
    body = tiny_mirror.companyfacts(list(entries), unit)
    return companyfacts.parse(body, LISTED, tiny_mirror.CIK, "edgar")


def test_a_fact_is_known_from_the_acceptance_of_its_filing() -> None:
    facts, ignored = parsed(tiny_mirror.fact(1000))
    assert facts.schema == FACTS.schema
    assert ignored == {}
    assert facts.row(0, named=True) == {
        "cik": tiny_mirror.CIK,
        "taxonomy": "us-gaap",
        "concept": "Revenues",
        "unit": "USD",
        "start": date(2023, 1, 1),
        "end": date(2023, 12, 31),
        "value": 1000.0,
        "accession": tiny_mirror.ANNUAL,
        "form": "10-K",
        "filed": date(2024, 2, 15),
        "accepted": datetime(2024, 2, 15, 21, 31, 7, tzinfo=UTC),
        "origin": "edgar",
    }


def test_a_fact_of_an_unlisted_filing_is_known_at_the_end_of_its_filing_day() -> None:
    facts, _ = parsed(tiny_mirror.fact(1000, accession="0001234567-26-000001", filed="2026-02-10"))
    assert facts["accepted"].item() == clock.end_of_day(date(2026, 2, 10))


def test_zero_is_a_number_and_an_instant_has_no_start() -> None:
    facts, _ = parsed(
        {"val": 0, "accn": tiny_mirror.ANNUAL, "form": "10-K", "end": "2023-12-31", "filed": "2024-02-15"}
    )
    assert (facts["value"].item(), facts["start"].item()) == (0.0, None)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (tiny_mirror.fact(float("nan")), "not a number"),
        (tiny_mirror.fact(float("inf")), "not a number"),
        (tiny_mirror.fact(10**400), "not a number"),
        (tiny_mirror.fact("12"), "not a number"),
        (tiny_mirror.fact(None), "not a number"),
        (tiny_mirror.fact(True), "not a number"),
        (tiny_mirror.fact(1, start="2024-01-01"), "end before start"),
        (tiny_mirror.fact(1, end=None), "malformed"),
        (tiny_mirror.fact(1, start="2023"), "malformed"),
        (tiny_mirror.fact(1, filed="2024-02-31"), "malformed"),
        (tiny_mirror.fact(1, accession="../x"), "malformed"),
        (tiny_mirror.fact(1, accession=None), "malformed"),  # type: ignore[arg-type]
        ("a string", "malformed"),
        (tiny_mirror.fact(1000), "duplicate"),
    ],
)
def test_unsound_entries_are_counted_and_left_out(entry: object, reason: str) -> None:
    facts, ignored = parsed(tiny_mirror.fact(1000), entry)
    assert facts["value"].to_list() == [1000.0]
    assert ignored == {reason: 1}


def test_a_value_without_a_unit_is_left_out() -> None:
    facts, ignored = parsed(tiny_mirror.fact(1), tiny_mirror.fact(2, end="2023-11-30"), unit="")
    assert (facts.height, ignored) == (0, {"no unit": 2})


def test_the_filings_own_period_plays_no_part() -> None:
    """A quarter's value inside a 10-K carries fp FY: only start and end say what it is."""
    quarter = tiny_mirror.fact(250, start="2023-10-01")
    other = quarter | {"fy": 1999, "fp": "Q2", "frame": "CY1999Q2"}
    assert parsed(quarter)[0].equals(parsed(other)[0])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        tiny_mirror.companyfacts([tiny_mirror.fact(1)])[:-20],
        tiny_mirror.companyfacts([tiny_mirror.fact(1)], cik=7),
        b'{"cik": 1234567, "facts": {"us-gaap": []}}',
        b'{"cik": 1234567, "facts": {"us-gaap": {"Revenues": {"units": {"USD": {}}}}}}',
        b"<html><title>SEC.gov</title></html>",
    ],
)
def test_a_misshapen_body_is_a_data_error(body: bytes) -> None:
    with pytest.raises(DataError):
        companyfacts.parse(body, LISTED, tiny_mirror.CIK, "edgar")


def test_a_company_without_facts_has_none() -> None:
    facts, _ = companyfacts.parse(b'{"cik": 1234567, "facts": {}}', LISTED, tiny_mirror.CIK, "edgar")
    assert facts.schema == FACTS.schema
    assert facts.height == 0


def real_files() -> list[Path]:
    folder = shared("edgar-mirror").parent
    return sorted(folder.glob("edgar-*/**/companyfacts/*.json"))


def test_every_real_value_arrives() -> None:
    for path in real_files():
        body = json.loads(path.read_bytes())
        entries = sum(
            len(rows)
            for concepts in body["facts"].values()
            for concept in concepts.values()
            for rows in concept["units"].values()
        )
        facts, ignored = companyfacts.parse(path.read_bytes(), LISTED, int(body["cik"]), "edgar")
        assert (facts.height, ignored) == (entries, {}), path.name


def test_a_restatement_stands_beside_what_it_restates() -> None:
    """AAPL's 10-K/A of January 2010 took fiscal 2009's net income from 5,704 to 8,235 million."""
    mirror = shared("edgar-mirror", "data.sec.gov")
    body = (mirror / "api" / "xbrl" / "companyfacts" / "CIK0000320193.json").read_bytes()
    facts, _ = companyfacts.parse(body, LISTED, 320193, "edgar")
    year = facts.filter(
        pl.col("concept").is_in(["NetIncomeLoss"])
        & (pl.col("start") == date(2008, 9, 28))
        & (pl.col("end") == date(2009, 9, 26))
    ).sort("accepted")
    assert year.select("form", "value").rows()[:2] == [("10-K", 5704e6), ("10-K/A", 8235e6)]
