"""The sample answers as EDGAR does."""

import httpx
import pytest

from p3.sec.sample import SAMPLE_END, SampleTransport

MSFT, NVDA = 789019, 1045810
LAST_DAY = "2025-08-31"
FIRST_DAY_WITH_TIMES = "2019-11-20"


@pytest.fixture
def client():
    with httpx.Client(transport=SampleTransport(), base_url="https://data.sec.gov") as client:
        yield client


def filings(client, cik):
    recent = client.get(f"/submissions/CIK{cik:010d}.json").json()["filings"]["recent"]
    return [dict(zip(recent, row, strict=True)) for row in zip(*recent.values(), strict=True)]


def document_url(cik, filing):
    accession = filing["accessionNumber"].replace("-", "")
    return f"https://www.sec.gov/Archives/edgar/data/{cik}/{accession}/{filing['primaryDocument']}"


def test_tickers_have_edgars_shape(client):
    assert client.get("https://www.sec.gov/files/company_tickers.json").json() == {
        "0": {"cik_str": MSFT, "ticker": "MSFT", "title": "MICROSOFT CORP"},
        "1": {"cik_str": NVDA, "ticker": "NVDA", "title": "NVIDIA CORP"},
    }


@pytest.mark.parametrize(("cik", "ticker", "sic"), [(MSFT, "MSFT", "7372"), (NVDA, "NVDA", "3674")])
def test_submissions_name_the_company(client, cik, ticker, sic):
    body = client.get(f"/submissions/CIK{cik:010d}.json").json()
    assert (body["cik"], body["tickers"], body["sic"]) == (f"{cik:010d}", [ticker], sic)
    assert body["filings"]["files"] == []


@pytest.mark.parametrize("cik", [MSFT, NVDA])
def test_filings_stop_with_the_sample_and_come_newest_first(client, cik):
    days = [filing["filingDate"] for filing in filings(client, cik)]
    assert days == sorted(days, reverse=True)
    assert days[0] <= LAST_DAY
    assert SAMPLE_END.isoformat() <= LAST_DAY


@pytest.mark.parametrize("cik", [MSFT, NVDA])
def test_a_time_of_acceptance_is_given_where_it_is_known_and_never_made_up(client, cik):
    for filing in filings(client, cik):
        assert bool(filing["acceptanceDateTime"]) == (filing["filingDate"] >= FIRST_DAY_WITH_TIMES)


@pytest.mark.parametrize("cik", [MSFT, NVDA])
def test_each_fact_stands_under_a_listed_filing(client, cik):
    listed = {f["accessionNumber"]: (f["form"], f["filingDate"]) for f in filings(client, cik)}
    body = client.get(f"/api/xbrl/companyfacts/CIK{cik:010d}.json").json()
    rows = [
        row
        for concepts in body["facts"].values()
        for concept in concepts.values()
        for unit in concept["units"].values()
        for row in unit
    ]
    assert len(rows) > 1000
    assert all(listed[row["accn"]] == (row["form"], row["filed"]) for row in rows)
    assert all(row.get("start", "") < row["end"] for row in rows)


@pytest.mark.parametrize("cik", [MSFT, NVDA])
def test_the_newest_filings_have_digests_that_say_what_they_are(client, cik):
    listed = [filing for filing in filings(client, cik) if filing["primaryDocument"]]
    assert sorted(filing["form"] for filing in listed) == ["10-K", "10-K", "10-K", "10-Q"]
    for filing in listed:
        reply = client.get(document_url(cik, filing))
        assert reply.headers["content-type"] == "text/html"
        body = reply.text.split("<body>")[1].lstrip()
        assert body.startswith("<p><b>This is a digest written for p3")
        assert filing["accessionNumber"] in body[:600]


def test_everything_is_marked_as_sample(client):
    for path in ("/files/company_tickers.json", f"/submissions/CIK{MSFT:010d}.json", "/nowhere"):
        assert client.get(path).headers["x-p3-origin"] == "sample"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/submissions/CIK0000320193.json", 404, "NoSuchKey"),
        ("/api/xbrl/companyfacts/CIK0000320193.json", 404, "NoSuchKey"),
        ("/files/company_tickers_exchange.json", 404, "NoSuchKey"),
        ("/Archives/edgar/data/789019/000095017025100235/other.htm", 403, "AccessDenied"),
        ("/Archives/edgar/data/1045810/000095017025100235/msft-20250630.htm", 403, "AccessDenied"),
        ("/Archives/edgar/data/789019/000095017025100235/..%2f..%2fREADME.md", 403, "AccessDenied"),
    ],
)
def test_what_is_missing_is_missing_as_at_edgar(client, path, status, code):
    reply = client.get(path)
    assert reply.status_code == status
    assert f"<Code>{code}</Code>" in reply.text


def test_a_known_copy_is_not_sent_again(client):
    path = f"/submissions/CIK{MSFT:010d}.json"
    first = client.get(path)
    by_tag = client.get(path, headers={"if-none-match": first.headers["etag"]})
    by_date = client.get(path, headers={"if-modified-since": first.headers["last-modified"]})
    assert [reply.status_code for reply in (first, by_tag, by_date)] == [200, 304, 304]
    assert by_tag.content == by_date.content == b""


@pytest.mark.parametrize(
    "headers",
    [
        {"if-none-match": '"another"'},
        {"if-none-match": '"another"', "if-modified-since": "Sun, 31 Aug 2025 00:00:00 GMT"},
        {"if-modified-since": "Sat, 30 Aug 2025 00:00:00 GMT"},
        {"if-modified-since": "not a date"},
    ],
)
def test_another_copy_is_replaced(client, headers):
    assert client.get(f"/submissions/CIK{MSFT:010d}.json", headers=headers).status_code == 200


def test_the_host_does_not_matter():
    path = f"/submissions/CIK{NVDA:010d}.json"
    with httpx.Client(transport=SampleTransport()) as client:
        bodies = {client.get(base + path).content for base in ("https://data.sec.gov", "http://mirror.example/data")}
    assert len(bodies) == 1
