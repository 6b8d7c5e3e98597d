"""p3 fetch-sec in bad weather: answers that fail, processes that are killed, that run at once, that are blocked."""

import random
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path

import loopback_edgar
import many_filings
import pytest
from flow.command import finish, p3, start
from flow.trees import assert_whole, rows
from loopback_edgar import LoopbackEdgar, random_faults

from p3.data.store import Store
from p3.data.tables import FACTS, FILINGS
from p3.sec import urls
from p3.sec.net.governor import remaining
from p3.sec.source import pace_file

FETCH = many_filings.COMMAND


def settings(edgar: LoopbackEdgar, **more: str) -> dict[str, str]:
    """Return the settings for ``edgar``: at the highest rate, and soon over with a block, which no test waits for."""
    base = {"IDENTITY": "Ann Example ann@example.com", "DATA_URL": edgar.data_url, "WWW_URL": edgar.www_url}
    return {f"P3_SEC__{name}": value for name, value in {**base, "RATE": "10", "FREEZE_SECONDS": "5", **more}.items()}


def assert_never_refused(edgar: LoopbackEdgar) -> None:
    """Fail where EDGAR's limit was exceeded: the server blocks for good, so nothing after that tells anything."""
    refused = [request.path for request in edgar.refused]
    assert not refused, f"EDGAR's limit was exceeded, and it blocked {refused}"


def held(tree: Path, edgar: LoopbackEdgar, documents: dict[str, bytes]) -> dict[str, bytes]:
    """Return the documents that RAW holds, by their path on the server."""
    if not (tree / "raw").exists():
        return {}
    raw, base = Store(tree).raw, edgar.www_url.removesuffix("/www.sec.gov")
    found = {path: raw.find(base + path) for path in documents}
    return {path: kept.content for path, kept in found.items() if kept is not None}


def assert_all_there(tree: Path, edgar: LoopbackEdgar, documents: dict[str, bytes]) -> None:
    assert held(tree, edgar, documents) == documents
    assert_whole(tree)
    filings = rows(tree, FILINGS)
    assert filings.height == len(documents)
    assert set(filings["status"]) == {"stored"}
    stored = {url.removeprefix(urls.WWW_URL) for url in filings["url"]}
    assert stored == {path.removeprefix("/www.sec.gov") for path in documents}
    assert rows(tree, FACTS).height == len(set(filings["cik"]))


def whole(edgar: LoopbackEdgar, documents: dict[str, bytes]) -> Counter[str]:
    """Return how often each document was sent whole."""
    return Counter(
        request.path for request in edgar.log if request.path in documents and request.status == 200 and request.whole
    )


def kill_now_and_then(
    tree: Path, edgar: LoopbackEdgar, documents: dict[str, bytes], arguments: list[str], requests: tuple[int, int]
) -> int:
    """Fetch, kill -9, look what RAW holds, and so on until it completes; return the number of kills.

    Each kill comes after a number of requests drawn from the range ``requests``: by then there is something to lose.
    Fails where a document is asked for that RAW held at a kill.
    """
    lot, kills = random.Random(1933), 0
    while True:
        had, before = held(tree, edgar, documents), len(edgar.log)
        process = start(tree, *arguments, settings=settings(edgar))
        last = before + lot.randint(*requests)
        while process.poll() is None and len(edgar.log) < last:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.01)
        if process.poll() is None:
            process.kill()
            kills += 1
        ran = finish(process)
        assert_never_refused(edgar)
        asked = {request.path for request in edgar.log[before:]}
        assert not asked & had.keys(), "a document was asked for again after it was kept"
        if ran.code >= 0:
            assert ran.code == 0, ran.stderr
            return kills


def test_killed_in_bad_weather_every_document_arrives_and_none_twice(tmp_path: Path) -> None:
    documents = many_filings.build(tmp_path / "mirror", companies=3, reports=8)
    faults, tree = random_faults(0.1, seed=3), tmp_path / "build_data"
    with loopback_edgar.serve(tmp_path / "mirror", faults=faults, stall_seconds=0.3) as edgar:
        kills = kill_now_and_then(tree, edgar, documents, [*FETCH, *many_filings.tickers(3)], (8, 16))
        assert_all_there(tree, edgar, documents)
    assert kills >= 1


@pytest.mark.slow
def test_three_hundred_documents_in_bad_weather(tmp_path: Path) -> None:
    """5 % of the answers fail: 503, reset, half a body, a stall of 2 seconds."""
    documents = many_filings.build(tmp_path / "mirror", companies=30, reports=10)
    with loopback_edgar.serve(tmp_path / "mirror", faults=random_faults(0.05, seed=1), stall_seconds=2.0) as edgar:
        ran = p3(tmp_path / "build_data", *FETCH, *many_filings.tickers(30), settings=settings(edgar))
        assert_never_refused(edgar)
        assert ran.code == 0, ran.stderr
        assert_all_there(tmp_path / "build_data", edgar, documents)
        assert set(whole(edgar, documents).values()) == {1}
        assert len(edgar.log) > len(documents) + 60  # some had to be asked for again


@pytest.mark.slow
def test_three_hundred_documents_in_bad_weather_killed_now_and_then(tmp_path: Path) -> None:
    documents = many_filings.build(tmp_path / "mirror", companies=30, reports=10)
    tree = tmp_path / "build_data"
    with loopback_edgar.serve(tmp_path / "mirror", faults=random_faults(0.05, seed=2), stall_seconds=2.0) as edgar:
        kills = kill_now_and_then(tree, edgar, documents, [*FETCH, *many_filings.tickers(30)], (25, 70))
        assert_all_there(tree, edgar, documents)
    assert kills >= 3


def test_processes_at_once_share_the_companies_of_a_tree(tmp_path: Path) -> None:
    documents = many_filings.build(tmp_path / "mirror", companies=4, reports=4)
    tree, arguments = tmp_path / "build_data", [*FETCH, *many_filings.tickers(4)]
    with loopback_edgar.serve(tmp_path / "mirror") as edgar:
        processes = [start(tree, *arguments, settings=settings(edgar)) for _ in range(4)]
        ended = [finish(process) for process in processes]
        assert_never_refused(edgar)
        assert [ran.code for ran in ended] == [0] * 4, [ran.stderr for ran in ended]
        assert_all_there(tree, edgar, documents)
        assert set(whole(edgar, documents).values()) == {1}
    statuses = [Counter(company["status"] for company in ran.json["companies"]) for ran in ended]
    assert sum(each["updated"] for each in statuses) == 4
    assert sum(each["fresh"] for each in statuses) == 12


def test_the_block_page_freezes_processes_of_other_trees_too(tmp_path: Path) -> None:
    """The first request is blocked for 5 seconds; a second process, begun within these, asks nothing until they end."""
    documents = many_filings.build(tmp_path / "mirror", companies=1, reports=3)
    blocking = lambda path, before: loopback_edgar.Fault.RATE_PAGE if before == 0 and "submissions" in path else None  # noqa: E731
    trees = [tmp_path / name / "build_data" for name in ("one", "other")]
    with loopback_edgar.serve(tmp_path / "mirror", faults=blocking) as edgar:
        own = {**settings(edgar), "XDG_STATE_HOME": str(tmp_path / "state")}
        processes = []
        for tree in trees:
            tree.parent.mkdir()
            processes.append(start(tree, *FETCH, "-t", "CIK9000001", settings=own))
            while remaining(pace_file(tmp_path / "state" / "p3", edgar.data_url, edgar.www_url)) is None:
                assert processes[0].poll() is None, finish(processes[0]).stderr
        ran = [finish(process) for process in processes]
        assert [each.code for each in ran] == [0, 0], [each.stderr for each in ran]
        for tree in trees:
            assert held(tree, edgar, documents) == documents
        (block,) = edgar.refused
        assert min(request.at for request in edgar.log if request.at > block.at) >= block.at + 5
        assert "EDGAR has blocked this address" in ran[0].stderr
