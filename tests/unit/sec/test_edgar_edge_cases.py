"""What becomes of each file of ../shared/edgar-edge-cases, in one table a kind.

The expected counts, values and words were read from the raw files with the json and re modules alone.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl
import pytest
from shared_data import shared

from p3.errors import ConfigurationError, P3Error, UpstreamError
from p3.sec.documents import reading
from p3.sec.lists import companyfacts, submissions
from p3.sec.net.responses import MissingError, Reply, refusal
from p3.sec.selection import FetchPolicy, choose

NOW = datetime(2026, 8, 1, tzinfo=UTC)
NO_FILINGS = pl.DataFrame(schema={"accession": pl.String, "accepted": pl.Datetime("us", "UTC")})


@dataclass(frozen=True)
class Facts:
    """A companyfacts file: its facts by form and taxonomy, and some values.

    ``values`` are (concept, start, end) -> {accession: (value, unit)}; each accession that states the value is named.
    """

    cik: int
    forms: dict[str, int]
    taxonomies: set[str]
    money: str
    newest: date
    values: dict[tuple[str, date | None, date], dict[str, tuple[float, str]]]


FACTS = {
    # No dei facts at all, so no share count of the cover page; three years in one 10-K.
    "CIK0000320193-no-dei.json": Facts(
        320193,
        {"10-Q": 1161, "10-K": 425},
        {"us-gaap"},
        "USD",
        date(2026, 5, 1),
        {
            ("NetIncomeLoss", date(2024, 9, 29), date(2025, 9, 27)): {"0000320193-25-000079": (112_010_000_000, "USD")},
            ("NetIncomeLoss", date(2022, 9, 25), date(2023, 9, 30)): {"0000320193-25-000079": (96_995_000_000, "USD")},
        },
    ),
    # Celadon: reports end in February 2017, before the restatement that never came.
    "CIK0000865941-stops-2017.json": Facts(
        865941,
        {"10-K": 2542, "10-Q": 4594, "10-Q/A": 406},
        {"dei", "us-gaap"},
        "USD",
        date(2017, 2, 10),
        {("NetIncomeLoss", date(2015, 7, 1), date(2016, 6, 30)): {"0001008886-16-000363": (24_844_000, "USD")}},
    ),
    # ASML: annual reports on Form 20-F, in euros.
    "CIK0000937966-20F-EUR.json": Facts(
        937966,
        {"20-F": 10_529, "20-F/A": 852},
        {"dei", "us-gaap"},
        "EUR",
        date(2026, 2, 25),
        {
            ("NetIncomeLoss", date(2024, 1, 1), date(2024, 12, 31)): {
                "0000937966-25-000009": (7_571_600_000, "EUR"),
                "0001628280-26-011378": (7_571_600_000, "EUR"),
            },
        },
    ),
    # Under Armour: the quarter to March 2022 is a transition period, on Form 10-QT; revised two annual reports later.
    "CIK0001336917-fiscal-year-change.json": Facts(
        1336917,
        {"10-K": 2719, "10-K/A": 178, "10-Q": 5459, "10-QT": 117},
        {"dei", "us-gaap"},
        "USD",
        date(2026, 5, 19),
        {
            ("NetIncomeLoss", date(2022, 1, 1), date(2022, 3, 31)): {
                "0001336917-22-000017": (-59_610_000, "USD"),
                "0001336917-23-000021": (-59_610_000, "USD"),
                "0001336917-24-000073": (-63_146_000, "USD"),
            },
        },
    ),
    # MiMedx: 2016 as first reported, and as restated three years later without an amendment.
    "CIK0001376339-restated.json": Facts(
        1376339,
        {"10-Q": 4883, "10-K": 2393, "10-K/A": 2, "DEF 14A": 5},
        {"dei", "us-gaap"},
        "USD",
        date(2026, 4, 29),
        {
            ("NetIncomeLoss", date(2016, 1, 1), date(2016, 12, 31)): {
                "0001376339-17-000042": (11_974_000, "USD"),
                "0001376339-20-000009": (390_000, "USD"),
            },
        },
    ),
    # Logistic Properties of the Americas: IFRS alone, values in four currencies, a CIK with leading zeros.
    "CIK0001997711-ifrs-20F.json": Facts(
        1997711,
        {"20-F": 767, "20-F/A": 1},
        {"dei", "ifrs-full"},
        "USD",
        date(2025, 4, 7),
        {
            ("Revenue", date(2024, 1, 1), date(2024, 12, 31)): {"0001997711-25-000030": (43_862_372, "USD")},
            ("ProfitLoss", date(2024, 1, 1), date(2024, 12, 31)): {"0001997711-25-000030": (-19_426_051, "USD")},
            ("Assets", None, date(2024, 12, 31)): {"0001997711-25-000030": (607_019_578, "USD")},
        },
    ),
}


@pytest.mark.parametrize("name", FACTS)
def test_companyfacts(name: str) -> None:
    expected = FACTS[name]
    body = shared("edgar-edge-cases", "companyfacts", name).read_bytes()
    facts, ignored = companyfacts.parse(body, NO_FILINGS, expected.cik, "edgar")
    assert not any(ignored.values())
    assert Counter(facts["form"].to_list()) == expected.forms
    assert set(facts["taxonomy"]) == expected.taxonomies
    currencies = facts.filter(pl.col("unit").str.contains("^[A-Z]{3}$"))["unit"]
    assert Counter(currencies.to_list()).most_common(1)[0][0] == expected.money
    assert facts["filed"].max() == expected.newest
    for (concept, start, end), stated in expected.values.items():
        rows = facts.filter(concept=concept, end=end).filter(pl.col("start").eq_missing(start))
        found = {row["accession"]: (row["value"], row["unit"]) for row in rows.iter_rows(named=True)}
        assert found == stated


@dataclass(frozen=True)
class Registrant:
    """A submissions file; none of these names a ticker, an exchange or a report to fetch."""

    cik: int
    name: str
    former_names: int
    filings: list[tuple[str, str, str]]  # form, accession, document


SUBMISSIONS = {
    # A test registrant of EDGAR: nothing filed, and a name of punctuation.
    "CIK0000350001-no-filings.json": Registrant(350001, "Company Name Three `!#$(),:;=.-;\\|@/{}&'\\WA\\", 19, []),
    # A shareholder, not an issuer: its two filings are about another company.
    "CIK0001911716-no-ticker-entity.json": Registrant(
        1911716,
        "Cool Japan Fund Inc.",
        0,
        [
            ("SC 13G/A", "0001489000-23-000002", "coolJapan_Sc13G_01132023.txt"),
            ("SC 13G", "0001437749-22-003539", "cjfi20220214_sc13g.htm"),
        ],
    ),
}


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_submissions(name: str) -> None:
    expected = SUBMISSIONS[name]
    body = shared("edgar-edge-cases", "submissions", name).read_bytes()
    companies, filings = submissions.parse(body, [], "edgar")
    company = companies.row(0, named=True)
    assert (company["cik"], company["name"]) == (expected.cik, expected.name)
    assert len(company["former_names"]) == expected.former_names
    assert company["ticker"] is company["exchange"] is None
    assert list(filings.select("form", "accession", "document").iter_rows()) == expected.filings
    assert choose(filings, FetchPolicy(), NOW).is_empty()
    assert choose(filings, FetchPolicy(since=date(1993, 1, 1)), NOW).is_empty()


@dataclass(frozen=True)
class Text:
    """A document: what its text begins and ends with, what else is in it, and what is not."""

    begins: str
    ends: str
    holds: tuple[str, ...]
    lacks: tuple[str, ...]
    sections: tuple[str, ...]  # among those found, in order
    pages: int | None = None  # None: not stated here


DOCUMENTS = {
    # Apple, 2000: plain text in a full submission; four exhibits and the privacy-enhanced mail header are left out.
    "0000912057-00-023442.txt": Text(
        "UNITED STATES",
        "Financial Data Schedule.",
        ("$  1,945", "$    233", "DISCLOSURES ABOUT MARKET RISK"),
        ("PRIVACY-ENHANCED", "<PAGE>", "<TYPE>", "CONFORMED SUBMISSION TYPE"),
        (
            *("Part I Item 1", "Part I Item 2", "Part I Item 3"),
            *("Part II Item 1", "Part II Item 4", "Part II Item 6"),
        ),
        23,
    ),
    # Of 1999: HTML in upper case, headings with a colon.
    "0000950153-99-001234.html": Text(
        "UNITED STATES",
        "Filed herewith",
        ("For the fiscal year ended June 30, 1999", "File No. 0-18443", "Company’s Quarterly Report"),
        ("<FONT", "&nbsp;", "&#146;", "\x92"),
        ("Item 1", "Item 2", "Item 3", "Item 7", "Item 7A", "Item 8", "Item 9", "Item 14"),
    ),
    # An issuer of asset-backed securities: Items that are omitted, no financial statements; six exhibits left out.
    "0001779026-23-000027.txt": Text(
        "UNITED STATES",
        "(File No. 333-107925 and File No. 333-228379-03).",
        ("CarMax Auto Owner Trust 2019-3", "For the fiscal year ended February 28, 2023"),
        ("Document created using Wdesk", "ASSET-BACKED SECURITIES [6189]", "<div"),
        ("Item 1", "Item 1A", "Item 7", "Item 7A", "Item 8", "Item 9A", "Item 15", "Item 16"),
    ),
    # A form that EDGAR rendered: tables straight under <html>, without <body>.
    "HtmlWithNoBody.html": Text(
        "Form TA-1 Filer Information",
        "03/13/2024",
        ("Filer CIK: | 0001018490", "Bradley Cook", "904-645-1304"),
        ("font-weight", "SDR_print.css", "<td"),
        (),
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents(name: str) -> None:
    expected = DOCUMENTS[name]
    document = reading.to_text(shared("edgar-edge-cases", "documents", name).read_bytes(), name)
    text = document.text.strip()
    assert text.startswith(expected.begins)
    assert text.endswith(expected.ends)
    assert [words for words in expected.holds if words not in text] == []
    assert [words for words in expected.lacks if words in text] == []
    found = [section.name for section in document.sections]
    assert [name for name in found if name in expected.sections] == list(expected.sections)
    assert bool(found) == bool(expected.sections)
    if expected.pages is not None:
        assert document.pages is not None
        assert len(document.pages) == expected.pages


@dataclass(frozen=True)
class Refusal:
    """A page that EDGAR sent with ``status``: the error it amounts to, and a word of what it says."""

    status: int
    error: type[P3Error]
    message: str
    remedy: str


HTTP = {
    "403-accessdenied.xml": Refusal(403, MissingError, "has nothing at", ""),
    "404-nosuchkey.xml": Refusal(404, MissingError, "has nothing at", ""),
    "403-request-rate-threshold-exceeded.html": Refusal(403, UpstreamError, "too many a second", "Wait 10 minutes"),
    "403-undeclared-automated-tool.html": Refusal(403, ConfigurationError, "identity", "P3_SEC__IDENTITY"),
    "503-service-unavailable.html": Refusal(503, UpstreamError, "503", "Try again later"),
}


@pytest.mark.parametrize("name", HTTP)
def test_http(name: str) -> None:
    expected = HTTP[name]
    body = shared("edgar-edge-cases", "http", name).read_bytes()
    found = refusal(Reply("https://www.sec.gov/x", expected.status, {}, body, NOW))
    assert isinstance(found, expected.error)
    assert expected.message in found.message
    assert expected.remedy in found.remedy


@pytest.mark.parametrize(
    ("folder", "table"),
    [("companyfacts", FACTS), ("submissions", SUBMISSIONS), ("documents", DOCUMENTS), ("http", HTTP)],
)
def test_every_file_has_its_row(folder: str, table: dict[str, object]) -> None:
    assert {path.name for path in shared("edgar-edge-cases", folder).iterdir()} == set(table)
