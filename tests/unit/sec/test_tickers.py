"""EDGAR's lists of tickers, from a loopback server that answers conditional requests as EDGAR does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tiny_mirror
from loopback_edgar import LoopbackEdgar, serve
from shared_data import shared

from p3 import clock
from p3.errors import DataError, UsageError
from p3.scope import Listed
from p3.sec import urls
from p3.sec.lists import tickers
from p3.sec.net.client import EdgarClient
from p3.sec.net.governor import Unlimited

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def body(**ciks: int) -> bytes:
    entries = [{"cik_str": cik, "ticker": ticker.replace("_", "-"), "title": ticker} for ticker, cik in ciks.items()]
    return json.dumps({str(at): entry for at, entry in enumerate(entries)}).encode()


@pytest.fixture
def edgar(tmp_path: Path) -> Iterator[LoopbackEdgar]:
    """A server that lists TINY alone."""
    with serve(tmp_path) as server:
        publish(server, TINY=1234567)
        yield server


def publish(edgar: LoopbackEdgar, **ciks: int) -> None:
    folder = edgar.root / "www.sec.gov" / "files"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "company_tickers.json").write_bytes(body(**ciks))


@pytest.fixture
def client(edgar: LoopbackEdgar) -> Iterator[EdgarClient]:
    with EdgarClient("Tests tests@example.com", edgar.data_url, edgar.www_url, Unlimited()) as asking:
        yield asking


def test_a_ticker_is_looked_up_in_the_list_that_is_kept(client: EdgarClient, edgar: LoopbackEdgar) -> None:
    raw = tiny_mirror.MemoryStore()
    assert [tickers.find_cik(client, raw, name, LONG_AGO) for name in ("TINY", "tiny")] == [1234567] * 2
    assert [request.status for request in edgar.log] == [200]


def test_either_spelling_of_a_share_class(client: EdgarClient, edgar: LoopbackEdgar) -> None:
    publish(edgar, BRK_B=1067983)
    raw = tiny_mirror.MemoryStore()
    assert [tickers.find_cik(client, raw, name, LONG_AGO) for name in ("BRK.B", "BRK-B")] == [1067983] * 2


def test_a_ticker_that_the_kept_list_lacks_is_looked_up_in_the_newest(
    client: EdgarClient, edgar: LoopbackEdgar
) -> None:
    raw = tiny_mirror.MemoryStore()
    tickers.find_cik(client, raw, "TINY", LONG_AGO)
    publish(edgar, TINY=1234567, LATER=7)
    assert tickers.find_cik(client, raw, "LATER", LONG_AGO) == 7


def test_a_ticker_that_was_given_to_another_company_is_looked_up_anew_once_the_list_is_old(
    client: EdgarClient, edgar: LoopbackEdgar
) -> None:
    raw = tiny_mirror.MemoryStore()
    tickers.find_cik(client, raw, "TINY", LONG_AGO)
    publish(edgar, TINY=7654321)
    assert tickers.find_cik(client, raw, "TINY", LONG_AGO) == 1234567
    assert tickers.find_cik(client, raw, "TINY", clock.now()) == 7654321


def test_an_old_list_that_did_not_change_is_young_again(client: EdgarClient, edgar: LoopbackEdgar) -> None:
    raw = tiny_mirror.MemoryStore()
    tickers.find_cik(client, raw, "TINY", LONG_AGO)
    since = clock.now()
    for _ in range(2):
        assert tickers.find_cik(client, raw, "TINY", since) == 1234567
    assert [request.status for request in edgar.log] == [200, 304]


def test_an_unknown_ticker_costs_no_second_download(client: EdgarClient, edgar: LoopbackEdgar) -> None:
    raw = tiny_mirror.MemoryStore()
    for _ in range(2):
        with pytest.raises(UsageError, match="no company with the ticker GONE") as caught:
            tickers.find_cik(client, raw, "GONE", LONG_AGO)
    assert [request.status for request in edgar.log] == [200, 304]
    assert "-t CIK0001731289" in caught.value.remedy


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"0": 1}', b'{"0": {"ticker": "A"}}', b'{"0": {"cik_str": "x"}}'])
def test_a_malformed_list(content: bytes) -> None:
    with pytest.raises(DataError, match="the list of tickers"):
        tickers.parse(content)


def listing(content: bytes) -> list[Listed]:
    raw = tiny_mirror.MemoryStore()
    raw.put(urls.company_tickers_exchange(urls.WWW_URL), content, 200, {}, None)  # type: ignore[arg-type]
    return tickers.listing(raw, urls.WWW_URL)


def test_the_list_of_exchanges_keeps_its_order() -> None:
    fields = ["cik", "name", "ticker", "exchange"]
    data = [[2, "Big", "BIG", "NYSE"], [1, "Odd", "ODD", None]]
    found = listing(json.dumps({"fields": fields, "data": data}).encode())
    assert found == [Listed("BIG", 2, "Big", "NYSE"), Listed("ODD", 1, "Odd", "")]


@pytest.mark.parametrize("content", [b"{}", b'{"fields": ["cik"], "data": []}', b'{"fields": 1, "data": 2}'])
def test_a_malformed_list_of_exchanges(content: bytes) -> None:
    with pytest.raises(DataError, match="is malformed"):
        listing(content)


def test_what_was_not_there_is_no_list() -> None:
    raw = tiny_mirror.MemoryStore()
    assert tickers.listing(raw, urls.WWW_URL) == []
    raw.put(urls.company_tickers_exchange(urls.WWW_URL), b"<Error/>", 404, {}, None)  # type: ignore[arg-type]
    assert tickers.listing(raw, urls.WWW_URL) == []


def test_the_real_lists() -> None:
    """Entries counted with the json module; NKLA went bankrupt and is not listed."""
    folder = shared("edgar-mirror", "www.sec.gov", "files")
    found = tickers.parse((folder / "company_tickers.json").read_bytes())
    content = json.loads((folder / "company_tickers.json").read_bytes())
    assert len(found) == len(content)
    assert (found["AAPL"], found["BRK-B"], found.get("NKLA")) == (320193, 1067983, None)
    every = listing((folder / "company_tickers_exchange.json").read_bytes())
    assert len(every) == len(json.loads((folder / "company_tickers_exchange.json").read_bytes())["data"])
