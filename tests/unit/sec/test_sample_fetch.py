"""The product's own client fetches the sample as it would EDGAR."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
import pytest

from p3.clock import end_of_day
from p3.sec.documents.reading import to_text
from p3.sec.fetch import fetch_company
from p3.sec.net.client import EdgarClient
from p3.sec.net.governor import Unlimited
from p3.sec.sample import ORIGIN, SAMPLE_END, SAMPLE_POLICY, SampleTransport
from p3.sec.visit import Visit

MSFT, NVDA = 789019, 1045810
AS_OF = end_of_day(SAMPLE_END)


@dataclass
class Kept:
    sha: str
    content: bytes
    status: int
    headers: dict[str, str]
    fetched: datetime


class Shelf:
    """Keeps replies in memory."""

    def __init__(self):
        self.kept = {}

    def find(self, url):
        return self.kept.get(url)

    def put(self, url, content, status, headers, fetched):
        sha = hashlib.sha256(content).hexdigest()
        self.kept[url] = Kept(sha, content, status, dict(headers), fetched)
        return sha


@pytest.fixture
def client():
    hosts = "https://data.sec.gov", "https://www.sec.gov"
    with EdgarClient("A Person a@example.com", *hosts, Unlimited(), SampleTransport()) as client:
        yield client


@pytest.mark.parametrize("cik", [MSFT, NVDA])
def test_a_company_is_fetched_without_a_problem(client, cik):
    shelf = Shelf()
    fetched = fetch_company(Visit(client, shelf, ORIGIN), cik, SAMPLE_POLICY, AS_OF)
    assert fetched.problems == []
    assert fetched.ignored == {}
    assert fetched.filings.filter(pl.col("status") == "stored").height == 4
    for frame in (fetched.companies, fetched.filings, fetched.facts):
        assert frame["origin"].unique().to_list() == [ORIGIN]
    assert fetched.facts["accepted"].max() <= AS_OF


def test_a_second_visit_brings_nothing(client):
    shelf = Shelf()
    first = fetch_company(Visit(client, shelf, ORIGIN), NVDA, SAMPLE_POLICY, AS_OF)
    received = client.bytes
    again = fetch_company(Visit(client, shelf, ORIGIN), NVDA, SAMPLE_POLICY, AS_OF)
    assert client.bytes == received
    assert again.fingerprint == first.fingerprint


def test_a_filing_without_a_time_is_known_from_the_end_of_its_day(client):
    filings = fetch_company(Visit(client, Shelf(), ORIGIN), MSFT, SAMPLE_POLICY, AS_OF).filings
    old = filings.filter(accession="0001564590-17-014900").row(0, named=True)
    assert (old["accepted"], old["accepted_exact"]) == (datetime(2017, 8, 3, 3, 59, 59, 999999, UTC), False)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("10-K", ["Item 1", "Item 1A", "Item 7", "Item 7A", "Item 8"]),
        ("10-Q", ["Part I Item 1", "Part I Item 2", "Part I Item 3", "Part II Item 1A"]),
    ],
)
def test_the_sections_of_the_digests_are_found(client, form, expected):
    shelf = Shelf()
    filings = fetch_company(Visit(client, shelf, ORIGIN), NVDA, SAMPLE_POLICY, AS_OF).filings
    bodies = {kept.sha: kept.content for kept in shelf.kept.values()}
    for row in filings.filter(form=form, status="stored").iter_rows(named=True):
        document = to_text(bodies[row["document_sha"]], row["document"])
        assert [section.name for section in document.sections] == expected
        assert all(section.end - section.start > 500 for section in document.sections)
