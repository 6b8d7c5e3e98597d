"""Scopes and tickers, from the shipped files and from hostile ones."""

from importlib import resources
from pathlib import Path

import pytest

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
