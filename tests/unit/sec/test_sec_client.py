"""The client against a loopback EDGAR that answers, refuses and breaks off as the real one does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import loopback_edgar
import pytest
import tiny_mirror
from loopback_edgar import Fault, LoopbackEdgar

from p3.errors import ConfigurationError, DataError, UpstreamError
from p3.sec import urls
from p3.sec.net.breaker import Breaker, CircuitOpenError
from p3.sec.net.client import EdgarClient, Retry
from p3.sec.net.governor import SharedWindow, Unlimited
from p3.sec.net.responses import BlockedError, MissingError

IDENTITY = "Ann Example ann@example.com"
QUICK = Retry(attempts=3, first_wait=0.001, longest_wait=0.002)
FACTS = f"/data.sec.gov/api/xbrl/companyfacts/CIK{tiny_mirror.CIK:010d}.json"


@contextmanager
def talking(root: Path, **options: Any) -> Iterator[tuple[EdgarClient, LoopbackEdgar]]:
    with (
        loopback_edgar.serve(tiny_mirror.build(root), **{"rate": 1000} | options) as edgar,
        EdgarClient(IDENTITY, edgar.data_url, edgar.www_url, Unlimited(), retry=QUICK) as client,
    ):
        yield client, edgar


def facts_url(client: EdgarClient) -> str:
    return urls.companyfacts(client.data_url, tiny_mirror.CIK)


def test_a_body_comes_back_whole_with_its_headers(tmp_path: Path) -> None:
    with talking(tmp_path) as (client, edgar):
        reply = client.get(facts_url(client))
        assert (reply.status, reply.content) == (200, tiny_mirror.companyfacts([tiny_mirror.fact(1000)]))
        assert reply.headers["etag"]
        assert edgar.log[0].headers["User-Agent"] == IDENTITY
        assert client.requests == 1
        assert 0 < client.bytes < len(reply.content)  # gzip on the wire


def test_what_did_not_change_is_not_sent_again(tmp_path: Path) -> None:
    with talking(tmp_path) as (client, _):
        first = client.get(facts_url(client))
        by_tag = client.get(facts_url(client), etag=first.headers["etag"])
        by_date = client.get(facts_url(client), last_modified=first.headers["last-modified"])
        changed = client.get(facts_url(client), etag='"another"')
    assert (by_tag.status, by_tag.content) == (304, b"")
    assert by_date.status == 304
    assert changed.content == first.content


def test_an_unknown_company_is_missing(tmp_path: Path) -> None:
    with talking(tmp_path) as (client, _), pytest.raises(MissingError) as caught:
        client.get(urls.submissions(client.data_url, 1))
    assert caught.value.reply.status == 404


def test_a_missing_document_is_missing_though_edgar_calls_it_forbidden(tmp_path: Path) -> None:
    with talking(tmp_path) as (client, _), pytest.raises(MissingError) as caught:
        client.get(urls.document(client.www_url, tiny_mirror.CIK, tiny_mirror.ANNUAL, "other.htm"))
    assert caught.value.reply.status == 403


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.RESET, Fault.TRUNCATED, Fault.TRUNCATED_GZIP, Fault.EMPTY])
def test_a_passing_failure_is_tried_again(tmp_path: Path, fault: Fault) -> None:
    with talking(tmp_path, faults=lambda path, before: fault if before < 2 else None) as (client, edgar):
        assert client.get(facts_url(client)).content == tiny_mirror.companyfacts([tiny_mirror.fact(1000)])
        assert client.requests == edgar.asked(FACTS) == 3


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.RESET, Fault.TRUNCATED_GZIP])
def test_a_lasting_failure_is_given_up_as_upstream(tmp_path: Path, fault: Fault) -> None:
    with talking(tmp_path, faults=lambda path, before: fault) as (client, edgar):
        with pytest.raises(UpstreamError, match="after 3 attempts"):
            client.get(facts_url(client))
        assert edgar.asked(FACTS) == 3


def test_a_stall_is_waited_out(tmp_path: Path) -> None:
    stalls = {"faults": lambda path, before: Fault.STALL, "stall_seconds": 2.0}
    with talking(tmp_path, **stalls) as (client, _):
        assert client.get(facts_url(client)).status == 200
        assert client.requests == 1


@pytest.mark.slow
def test_a_stall_that_does_not_end_is_tried_again(tmp_path: Path) -> None:
    stall = {"faults": lambda path, before: Fault.STALL if before == 0 else None, "stall_seconds": 31.0}
    with talking(tmp_path, **stall) as (client, _):
        assert client.get(facts_url(client)).status == 200
        assert client.requests == 2


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    with talking(tmp_path, faults=lambda path, before: Fault.REDIRECT) as (client, _):
        with pytest.raises(UpstreamError):
            client.get(facts_url(client))
        assert client.requests == 1


@contextmanager
def paced(edgar: LoopbackEdgar, path: Path, **options: Any) -> Iterator[EdgarClient]:
    governor = SharedWindow(path, 10, **options)
    with EdgarClient(IDENTITY, edgar.data_url, edgar.www_url, governor, retry=QUICK) as client:
        yield client


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.RATE_PAGE, Fault.RATE_PAGE_AS_200])
def test_a_blocked_request_is_sent_once_more_when_the_block_is_over(tmp_path: Path, fault: Fault) -> None:
    faults = {"faults": lambda path, before: fault if before == 0 else None, "retry_after": "1"}
    with loopback_edgar.serve(tiny_mirror.build(tmp_path), **faults) as edgar:
        with paced(edgar, tmp_path / "pace") as client:
            assert client.get(facts_url(client)).status == 200
        assert len(edgar.log) == 2
        assert edgar.log[1].at - edgar.log[0].at > 1


def test_without_a_word_on_how_long_the_block_lasts_as_long_as_ever(tmp_path: Path) -> None:
    faults = {"faults": lambda path, before: Fault.RATE_PAGE if before == 0 else None}
    with loopback_edgar.serve(tiny_mirror.build(tmp_path), **faults) as edgar:
        with paced(edgar, tmp_path / "pace", freeze_seconds=0.7) as client:
            assert client.get(facts_url(client)).status == 200
        assert edgar.log[1].at - edgar.log[0].at > 0.7


def test_a_block_that_waiting_does_not_lift_is_given_up(tmp_path: Path) -> None:
    with loopback_edgar.serve(tiny_mirror.build(tmp_path), faults=lambda path, before: Fault.RATE_PAGE) as edgar:
        with paced(edgar, tmp_path / "pace", freeze_seconds=0.3) as client:
            with pytest.raises(BlockedError) as caught:
                client.get(facts_url(client))
            with pytest.raises(UpstreamError, match="again"):  # whoever comes now does not ask
                client.get(facts_url(client))
        assert len(edgar.log) == 2
    assert "10 minutes" in caught.value.remedy


def test_the_governor_keeps_the_client_under_the_limit(tmp_path: Path) -> None:
    with loopback_edgar.serve(tiny_mirror.build(tmp_path), rate=10) as edgar:
        with paced(edgar, tmp_path / "pace") as client:
            for _ in range(11):
                client.get(facts_url(client))
        assert {request.status for request in edgar.log} == {200}


def test_connections_are_kept(tmp_path: Path) -> None:
    with talking(tmp_path) as (client, edgar):
        for _ in range(3):
            client.get(facts_url(client))
        assert len({request.connection for request in edgar.log}) == 1


def test_each_request_departs_once_its_connection_is_open_and_has_arrived_by_its_answer(tmp_path: Path) -> None:
    events = []

    class Watching(Unlimited):
        def wait(self) -> None:
            events.append("wait")

        def depart(self) -> float:
            events.append(f"depart {len(edgar.log)}")
            return float(len(edgar.log))

        def answered(self, left_at: float) -> None:
            events.append(f"answered {left_at:.0f}")

    with (
        loopback_edgar.serve(tiny_mirror.build(tmp_path), rate=1000) as edgar,
        EdgarClient(IDENTITY, edgar.data_url, edgar.www_url, Watching()) as client,
    ):
        client.get(facts_url(client))
        client.get(facts_url(client))
    assert events == ["wait", "depart 0", "answered 0", "wait", "depart 1", "answered 1"]


def test_threads_lose_no_count(tmp_path: Path) -> None:
    with talking(tmp_path) as (client, edgar), ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda number: client.get(facts_url(client)), range(80)))
        assert {reply.status for reply in replies} == {200}
        assert client.requests == len(edgar.log) == 80


def test_who_fails_on_and_on_is_left_alone(tmp_path: Path) -> None:
    with talking(tmp_path, faults=lambda path, before: Fault.UNAVAILABLE) as (client, edgar):
        for _ in range(10):
            with pytest.raises(UpstreamError, match="after 3 attempts"):
                client.get(facts_url(client))
        with pytest.raises(CircuitOpenError):
            client.get(facts_url(client))
        assert len(edgar.log) == 30


def test_a_request_that_could_not_leave_says_nothing_of_edgar(tmp_path: Path) -> None:
    """Between failures in a row, it does not begin the count anew."""

    class Broken(Unlimited):
        broken = False

        def depart(self) -> float:
            if self.broken:
                raise ConfigurationError("cannot write the pace")
            return super().depart()

    governor, breaker = Broken(), Breaker(failures=2)
    with (
        loopback_edgar.serve(tiny_mirror.build(tmp_path), faults=lambda path, before: Fault.UNAVAILABLE) as edgar,
        EdgarClient(IDENTITY, edgar.data_url, edgar.www_url, governor, retry=QUICK, breaker=breaker) as client,
    ):
        for governor.broken, error in ((False, UpstreamError), (True, ConfigurationError), (False, UpstreamError)):
            with pytest.raises(error):
                client.get(facts_url(client))
        with pytest.raises(CircuitOpenError):
            client.get(facts_url(client))
        assert len(edgar.log) == 6


def test_what_is_missing_is_no_failure_of_the_service(tmp_path: Path) -> None:
    with talking(tmp_path) as (client, edgar):
        for _ in range(12):
            with pytest.raises(MissingError):
                client.get(urls.submissions(client.data_url, 1))
        assert len(edgar.log) == 12


def test_an_identity_that_edgar_refuses_is_a_matter_of_configuration(tmp_path: Path) -> None:
    with loopback_edgar.serve(tiny_mirror.build(tmp_path)) as edgar:
        page = httpx.get(edgar.data_url + "/x", headers={"User-Agent": "curl"})
    answer = httpx.MockTransport(lambda request: httpx.Response(403, content=page.content))
    client = EdgarClient(IDENTITY, urls.DATA_URL, urls.WWW_URL, Unlimited(), answer)
    with client, pytest.raises(ConfigurationError) as caught:
        client.get(facts_url(client))
    assert "P3_SEC__IDENTITY" in caught.value.remedy


@pytest.mark.parametrize(
    "identity", ["", "  ", "Ann", "ann@example.com", "Ann ann@example", "Ann ann@example.com\r\nX: y", "Änn a@b.de"]
)
def test_an_identity_without_name_and_mail_is_refused_before_any_request(identity: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        EdgarClient(identity, urls.DATA_URL, urls.WWW_URL, Unlimited())
    assert "P3_SEC__IDENTITY" in caught.value.remedy
    assert "--source sample" in caught.value.remedy


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/elsewhere",
        "https://data.sec.gov.example.com/submissions/CIK0000000001.json",
        "file:///etc/passwd",
        "https://data.sec.gov/submissions/../secret",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with EdgarClient(IDENTITY, urls.DATA_URL, urls.WWW_URL, Unlimited()) as client, pytest.raises(DataError):
        client.get(url)
    assert client.requests == 0


@pytest.mark.parametrize("base", ["", "data.sec.gov", "ftp://data.sec.gov"])
def test_a_base_that_is_no_web_address_is_named(base: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        EdgarClient(IDENTITY, base, urls.WWW_URL, Unlimited())
    assert "P3_SEC__DATA_URL" in caught.value.remedy


@pytest.mark.parametrize("name", ["../x.htm", "a/b.htm", "/etc/passwd", ".hidden", "", "a\\b", "a\nb"])
def test_document_names_cannot_leave_their_folder(name: str) -> None:
    with pytest.raises(DataError):
        urls.document(urls.WWW_URL, 1, tiny_mirror.ANNUAL, name)


def test_odd_but_real_document_names_are_quoted() -> None:
    url = urls.document(urls.WWW_URL, 320187, tiny_mirror.ANNUAL, "nike.inc..cl b.txt")
    assert url.endswith("/edgar/data/320187/000123456724000010/nike.inc..cl%20b.txt")
