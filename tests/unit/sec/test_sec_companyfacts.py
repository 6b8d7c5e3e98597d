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
from p3.sec.lists import companyfacts, submissions

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
        tiny_mirror.companyfacts([tiny_mirror.fact(1)]).replace(b"Tiny", b"Ti\xffy"),
        tiny_mirror.companyfacts([tiny_mirror.fact(1)]).replace(b'"fy"', b'"f\xff"'),
        tiny_mirror.companyfacts([tiny_mirror.fact(1, form="\ud800")]),
        tiny_mirror.companyfacts([tiny_mirror.fact(1)]).replace(b"Revenues", b"\\ud800"),
        b'{"cik": 1234567, "facts": {}, "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        tiny_mirror.companyfacts([tiny_mirror.fact(1)]) + b"}",
    ],
)
def test_a_misshapen_body_is_a_data_error(body: bytes) -> None:
    with pytest.raises(DataError):
        companyfacts.parse(body, LISTED, tiny_mirror.CIK, "edgar")


@pytest.mark.parametrize("key", ["start", "end", "accn", "form", "filed", "val", "more"])
@pytest.mark.parametrize("odd", [True, 5, 5.5, 10**400, [], {}, float("nan")], ids=repr)
def test_one_odd_entry_changes_no_other(key: str, odd: object) -> None:
    """It makes all of the body be read another way, which has to come to the same."""
    sound = [tiny_mirror.fact(1000), tiny_mirror.fact(-0.5, start="2023-10-01"), tiny_mirror.fact(7, end="2023-06-30")]
    odd_one = tiny_mirror.fact(9, end="2023-03-31") | {key: odd}
    expected, _ = parsed(*sound)
    facts, _ = parsed(*sound[:2], odd_one, *sound[2:])
    assert facts.filter(pl.col("end") != date(2023, 3, 31)).equals(expected)


@pytest.mark.parametrize(
    ("listed", "value"),
    [
        (b"9007199254740993", 9007199254740992.0),
        (b"123456789012345678901234567890", 123456789012345678901234567890.0),
        (b"0.1", 0.1),
        (b"1E3", 1000.0),
        (b'"a", "val": 3', 3.0),
        (b'3, "val": 4', 4.0),
    ],
)
def test_a_number_is_the_nearest_to_what_is_listed_last(listed: bytes, value: float) -> None:
    body = tiny_mirror.companyfacts([tiny_mirror.fact(1)]).replace(b'"val": 1', b'"val": ' + listed)
    facts, ignored = companyfacts.parse(body, LISTED, tiny_mirror.CIK, "edgar")
    assert (facts["value"].item(), ignored) == (value, {})


def test_of_a_key_listed_twice_the_first_stays() -> None:
    later = tiny_mirror.fact(2, accession="0001234567-25-000001", filed="2025-02-10")
    facts, ignored = parsed(later, tiny_mirror.fact(1000), tiny_mirror.fact(3), later | {"val": 4})
    assert facts["value"].to_list() == [1000.0, 2.0]
    assert ignored == {"duplicate": 2}


def test_facts_are_in_the_order_of_their_keys() -> None:
    first, second = tiny_mirror.fact(1), tiny_mirror.fact(2, end="2022-12-31", start="2022-01-01")
    units = {"shares": [first], "USD": [first, second, first | {"start": None}]}
    concepts = {name: {"units": units} for name in ("Revenues", "Assets", "Équité")}
    body = json.dumps({"cik": tiny_mirror.CIK, "facts": {"us-gaap": concepts, "dei": concepts}}).encode()
    facts, _ = companyfacts.parse(body, LISTED, tiny_mirror.CIK, "edgar")
    assert facts.equals(facts.sort("taxonomy", "concept", "unit", "start", "end", "accession"))
    assert facts.height == 24


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


def test_real_values_arrive_the_same_where_one_is_odd() -> None:
    path = shared("edgar-mirror", "data.sec.gov") / "api" / "xbrl" / "companyfacts" / "CIK0000320187.json"
    body = json.loads(path.read_bytes())
    expected, _ = companyfacts.parse(path.read_bytes(), LISTED, body["cik"], "edgar")
    next(iter(body["facts"]["us-gaap"].values()))["units"]["USD"] += ["no entry"]
    facts, ignored = companyfacts.parse(json.dumps(body).encode(), LISTED, body["cik"], "edgar")
    assert facts.equals(expected)
    assert ignored == {"malformed": 1}


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
