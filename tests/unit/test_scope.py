"""Scopes and tickers, from the shipped files and from hostile ones."""

import csv
import json
from collections import defaultdict
from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from shared_data import shared

from p3 import scope
from p3.errors import ConfigurationError, InputMissingError, UsageError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    return tmp_path


@pytest.mark.parametrize(("name", "size"), [("f2", 2), ("m7", 7), ("n100", 100)])
def test_the_shipped_scopes(name: str, size: int) -> None:
    found = scope.load(name)
    assert (found.name, len(found.companies)) == (name, size)
    assert all(company.cik and company.name for company in found.companies)
    assert len({company.cik for company in found.companies}) == size


def test_a_scope_that_is_a_rule_needs_edgar_s_list_and_does_not_hinder_others() -> None:
    with pytest.raises(InputMissingError, match="v3k come from EDGAR's list") as caught:
        scope.load("v3k")
    assert "p3 fetch-sec v3k" in caught.value.remedy
    assert scope.find("NOSUCH") is None


def test_a_rule_takes_one_share_class_a_company_from_its_exchanges() -> None:
    listing = [
        scope.Listed("GOOGL", 1652044, "Alphabet", "Nasdaq"),
        scope.Listed("PINK", 2, "Elsewhere", "OTC"),
        scope.Listed("GOOG", 1652044, "Alphabet", "Nasdaq"),
        scope.Listed("BAD TICKER", 3, "Odd", "NYSE"),
        scope.Listed("BRK-B", 1067983, "Berkshire", "NYSE"),
    ]
    assert scope.load("v3k", listing=lambda: listing).tickers == ["GOOGL", "BRK-B"]


def test_a_company_is_found_in_any_scope() -> None:
    found = scope.find("NVDA")
    assert found is not None
    assert found.cik == 1045810


@pytest.mark.parametrize(
    "name", ["f3", "", "F2", "../f2", "f2.toml", "/etc/passwd", "f2\n", "f2 ", "__init__", "f" * 400, "\x00", "*"]
)
def test_an_unknown_scope_is_told_with_those_that_there_are(name: str) -> None:
    with pytest.raises(UsageError, match="unknown scope") as caught:
        scope.load(name)
    assert "f2, m7, n100, v3k" in caught.value.remedy
    assert len(caught.value.message) < 80


@pytest.mark.parametrize(
    ("text", "ticker"),
    [("msft", "MSFT"), (" NVDA ", "NVDA"), ("BRK-B", "BRK-B"), ("brk.b", "BRK.B"), ("A", "A"), ("GOOGL", "GOOGL")],
)
def test_a_ticker(text: str, ticker: str) -> None:
    assert scope.ticker_of(text) == ticker


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-B",
        "1A",
        "TOOLONGX",
        "BRK-",
        "BRK-BBB",
        "A B",
        "MSFT\nNVDA",
        "MSFT;DROP",
        "M'SFT",
        "../etc",
        "a/b",
        "..",
        "%2e%2e",
        "ß",
        "ﬀ",
        "ＭＳＦＴ",
        "МSFT",  # its first letter is Cyrillic
        "\x00",
        "$MSFT",
        "*",
        "x" * 5000,
    ],
)
def test_what_is_no_ticker(text: str) -> None:
    with pytest.raises(UsageError, match="is not a ticker") as caught:
        scope.ticker_of(text)
    assert len(caught.value.message) < 250
    assert "\n" not in caught.value.message


def test_narrowing_keeps_the_scope_s_order_and_counts_a_ticker_once() -> None:
    assert scope.load("f2", ["nvda", "MSFT", "NVDA"]).tickers == ["MSFT", "NVDA"]
    assert scope.load("f2", ["NVDA"]).tickers == ["NVDA"]


def test_a_stranger_is_told_with_the_members() -> None:
    with pytest.raises(UsageError, match="AAPL is not in f2") as caught:
        scope.load("f2", ["AAPL", "MSFT"])
    assert "MSFT, NVDA" in caught.value.remedy


def test_the_fingerprint_tells_the_membership() -> None:
    assert scope.load("f2").fingerprint == scope.load("f2").fingerprint
    assert scope.load("f2").fingerprint != scope.load("f2", ["NVDA"]).fingerprint


@pytest.mark.parametrize(
    "content",
    [
        "",
        "members = [",
        'title = "x"',
        'members = [{ ticker = "A" }]',
        'title = "x"\nmembers = []',
        'title = "x"\nmembers = 5',
        'title = "x"\nmembers = ["MSFT"]',
        'title = "x"\nmembers = [{ cik = 5 }]',
        'title = "x"\nmembers = [{ ticker = 5 }]',
        'title = "x"\nmembers = [{ ticker = "not a ticker" }]',
        'title = "x"\nmembers = [{ ticker = "A", cik = "many" }]',
        'title = "x"\nmembers = [{ ticker = "A", cik = [1] }]',
        'title = "x"\nmembers = [{ ticker = "A" }, { ticker = "a" }]',
        'title = "x"\nmembers = [{ ticker = "A", to = 2020-01-02 }, { ticker = "A", from = 2020-01-01 }]',
        'title = "x"\nmembers = [{ ticker = "A", from = 2020-01-02, to = 2020-01-02 }]',
        'title = "x"\nmembers = [{ ticker = "A", from = "2020-01-02" }]',
        'title = "x"\nmembers = [{ ticker = "A", to = 2020-01-02T00:00:00 }]',
        'title = "x"\nknown_from = 2020\nmembers = [{ ticker = "A" }]',
        b"\xff\xfe",
    ],
)
def test_a_malformed_file_is_told_by_name(folder: Path, content: str | bytes) -> None:
    (folder / "mine.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigurationError, match=r"scopes/mine\.toml is malformed"):
        scope.load("mine")


def test_a_file_of_one_s_own(folder: Path) -> None:
    (folder / "mine.toml").write_text('title = "Mine"\nmembers = [{ ticker = "abc" }, { ticker = "D", cik = 7 }]')
    found = scope.load("mine")
    assert [(company.ticker, company.cik) for company in found.companies] == [("ABC", None), ("D", 7)]


DATED = """
title = "Mine"
known_from = 2015-01-01
members = [
  { ticker = "IN", cik = 1 },
  { ticker = "NEW", cik = 2, from = 2020-06-01 },
  { ticker = "OLD", cik = 3, to = 2020-06-01 },
  { ticker = "BACK", cik = 4, from = 2016-01-01, to = 2017-01-01 },
  { ticker = "BACK", cik = 4, from = 2019-01-01 },
  { ticker = "USED", cik = 5, to = 2016-01-01 },
  { ticker = "USED", cik = 6, from = 2018-01-01, to = 2018-02-01 },
]
"""


@pytest.mark.parametrize(
    ("day", "members"),
    [
        (None, {"IN": 1, "NEW": 2, "BACK": 4}),
        (date(2026, 1, 1), {"IN": 1, "NEW": 2, "BACK": 4}),
        (date(2020, 6, 1), {"IN": 1, "NEW": 2, "BACK": 4}),  # the first day in, and the first day out
        (date(2020, 5, 31), {"IN": 1, "OLD": 3, "BACK": 4}),
        (date(2018, 1, 1), {"IN": 1, "OLD": 3, "USED": 6}),
        (date(2016, 1, 1), {"IN": 1, "OLD": 3, "BACK": 4}),
        (date(2015, 1, 1), {"IN": 1, "OLD": 3, "USED": 5}),
        (date(1999, 1, 1), {"IN": 1, "OLD": 3, "USED": 5}),  # before what is known: as on its first day
    ],
)
def test_the_members_of_a_day(folder: Path, day: date | None, members: dict[str, int]) -> None:
    (folder / "mine.toml").write_text(DATED)
    found = scope.load("mine", as_of=day)
    assert {company.ticker: company.cik for company in found.companies} == members
    assert (found.known_from, found.whole, found.label) == (date(2015, 1, 1), True, "mine")


def test_only_a_member_of_that_day_can_be_chosen(folder: Path) -> None:
    (folder / "mine.toml").write_text(DATED)
    assert scope.load("mine", ["OLD"], as_of=date(2019, 1, 1)).tickers == ["OLD"]
    with pytest.raises(UsageError, match="OLD is not in mine"):
        scope.load("mine", ["OLD"])


def test_membership_of_different_days_has_different_fingerprints(folder: Path) -> None:
    (folder / "mine.toml").write_text(DATED)
    assert scope.load("mine").fingerprint == scope.load("mine", as_of=date(2021, 1, 1)).fingerprint
    assert scope.load("mine").fingerprint != scope.load("mine", as_of=date(2019, 1, 1)).fingerprint


def test_a_former_member_s_ticker_is_not_taken_for_its_holder_of_today(folder: Path) -> None:
    (folder / "mine.toml").write_text(DATED)
    assert scope.find("USED") is None
    assert scope.company_of("used") == scope.Company("USED", None)
    then = scope.company_of("used", date(2018, 1, 15))
    assert (then.cik, then.since, then.until) == (6, date(2018, 1, 1), date(2018, 2, 1))


@pytest.mark.parametrize("text", ["CIK0001731289", "cik1731289", "1731289", " CIK1731289 ", "0001731289"])
def test_a_company_by_its_cik(text: str) -> None:
    assert scope.company_of(text) == scope.Company("CIK0001731289", 1731289)


def test_a_cik_that_a_scope_knows_has_its_ticker() -> None:
    assert scope.company_of("CIK789019") == scope.find("MSFT") == scope.company_of("msft")


@pytest.mark.parametrize("text", ["0", "CIK0", "CIK0000000000", "12345678901", "CIK00001731289", "9" * 5000])
def test_what_is_no_cik(text: str) -> None:
    with pytest.raises(UsageError, match="is not a CIK") as caught:
        scope.company_of(text)
    assert len(caught.value.message) < 80


@pytest.mark.parametrize(
    "text", ["", "CIK 1731289", "CIK--1", "1731289.5", "-1731289", "１７３１２８９", "CIK1731289\n7", "²"]
)
def test_what_is_neither_ticker_nor_cik(text: str) -> None:
    with pytest.raises(UsageError, match="is not a ticker"):
        scope.company_of(text)


def test_the_ticker_cik_is_a_ticker() -> None:
    assert scope.company_of("CIK") == scope.Company("CIK", None)


def test_narrowing_by_cik() -> None:
    assert scope.load("f2", ["CIK789019", "MSFT"]).tickers == ["MSFT"]
    with pytest.raises(UsageError, match="CIK0001731289 is not in f2"):
        scope.load("f2", ["1731289"])


SHARE_CLASSES = {"GOOG": "GOOGL", "DISCK": "DISCA", "FOX": "FOXA", "LBTYK": "LBTYA", "LMCK": "LMCA"}
TRACKING_STOCKS = {"LILA": "LBTYA", "LILAK": "LBTYA", "BATRA": "LMCA", "BATRK": "LMCA"}
FORMER_TICKERS = {"FB": "META", "CTRP": "TCOM"}


def test_the_nasdaq_100_of_each_day_is_that_of_its_history() -> None:
    """Held against the members listed at each New Year, and against each addition and removal in between."""
    company = SHARE_CLASSES | TRACKING_STOCKS | FORMER_TICKERS
    listed: dict[date, set[str]] = defaultdict(set)
    for row in csv.DictReader(shared("market-data", "universe", "nasdaq100_history.csv").open()):
        day, ticker = date.fromisoformat(row["date"]), company.get(row["ticker"], row["ticker"])
        if row["event"] == "member":
            listed[day].add(ticker)
        elif row["ticker"] not in company:
            assert (ticker in scope.load("n100", as_of=day).tickers) == (row["event"] == "add"), row
    assert len(listed) == 12
    for day, members in listed.items():
        found = scope.load("n100", as_of=day)
        assert set(found.tickers) == members
        assert len(found.companies) == len({each.cik for each in found.companies}) == 100


def test_members_of_the_nasdaq_100_have_the_cik_that_edgar_lists() -> None:
    """Of the former members those that are still listed; a ticker that another company has now is told apart."""
    entries = json.loads(shared("edgar-mirror", "www.sec.gov", "files", "company_tickers.json").read_bytes()).values()
    edgar = {entry["ticker"]: entry["cik_str"] for entry in entries}
    assert {each.ticker: each.cik for each in scope.load("n100").companies}.items() <= edgar.items()
    past = {each for year in range(2015, 2026) for each in scope.load("n100", as_of=date(year, 1, 1)).companies}
    assert {each.ticker for each in past if edgar.get(each.ticker, each.cik) != each.cik} == {"BBBY", "FOXA", "SNDK"}
