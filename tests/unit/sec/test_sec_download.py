"""Files streamed to disk, from a loopback EDGAR that breaks off, changes its files and sends pages in their place."""

import fcntl
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import loopback_edgar
import pytest
from loopback_edgar import Fault, LoopbackEdgar

from p3.errors import BusyError, ConfigurationError, DataError, UpstreamError
from p3.sec.net.client import EdgarClient, Retry
from p3.sec.net.governor import SharedWindow, Unlimited
from p3.sec.net.responses import BlockedError, MissingError

IDENTITY = "Ann Example ann@example.com"
QUICK = Retry(attempts=3, first_wait=0.001, longest_wait=0.002)
NAME = "/www.sec.gov/Archives/edgar/daily-index/xbrl/companyfacts.zip"


def archive(root: Path, seed: int = 1, size: int = 300_000) -> bytes:
    """Write the archive that the server has, and return its bytes."""
    path = root / NAME.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(random.Random(seed).randbytes(size))
    return path.read_bytes()


@contextmanager
def talking(root: Path, **options: Any) -> Iterator[tuple[EdgarClient, LoopbackEdgar, str]]:
    with (
        loopback_edgar.serve(root, **{"rate": 1000} | options) as edgar,
        EdgarClient(IDENTITY, edgar.data_url, edgar.www_url, Unlimited(), retry=QUICK) as client,
    ):
        yield client, edgar, edgar.www_url + NAME.removeprefix("/www.sec.gov")


def left_behind(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_comes_whole_with_its_headers(tmp_path: Path) -> None:
    content, told = archive(tmp_path), []
    with talking(tmp_path) as (client, edgar, url):
        stored = client.download(
            url, tmp_path / "bulk" / "facts.zip", progress=lambda held, total: told.append((held, total))
        )
        assert (stored.status, stored.size, stored.url) == (200, len(content), url)
        assert stored.headers["etag"]
        assert edgar.log[0].headers["Accept-Encoding"] == "identity"
        assert client.bytes == len(content)
        assert client.requests == 1
    assert (tmp_path / "bulk" / "facts.zip").read_bytes() == content
    assert left_behind(tmp_path / "bulk") == {"facts.zip"}
    assert told[0] == (0, len(content))
    assert told[-1] == (len(content), len(content))


def test_a_file_that_did_not_change_does_not_come_again(tmp_path: Path) -> None:
    content, path = archive(tmp_path), tmp_path / "bulk" / "facts.zip"
    with talking(tmp_path) as (client, _, url):
        marks = client.download(url, path).headers
        by_tag = client.download(url, path, etag=marks["etag"])
        by_date = client.download(url, path, last_modified=marks["last-modified"])
        assert (by_tag.status, by_date.status) == (304, 304)
        assert client.bytes == len(content)
        changed = archive(tmp_path, seed=2)
        assert client.download(url, path, etag=marks["etag"]).status == 200
    assert path.read_bytes() == changed
    assert left_behind(path.parent) == {"facts.zip"}


def test_a_validator_of_a_file_that_is_gone_is_not_asked_about(tmp_path: Path) -> None:
    archive(tmp_path)
    with talking(tmp_path) as (client, _, url):
        marks = client.download(url, tmp_path / "facts.zip").headers
        (tmp_path / "facts.zip").unlink()
        assert client.download(url, tmp_path / "facts.zip", etag=marks["etag"]).status == 200


def test_what_broke_off_is_continued_where_it_stopped(tmp_path: Path) -> None:
    content, path = archive(tmp_path), tmp_path / "bulk" / "facts.zip"
    with talking(tmp_path, faults=lambda name, before: Fault.TRUNCATED if before < 2 else None) as (client, edgar, url):
        client.download(url, path)
        assert [request.headers.get("Range") for request in edgar.log] == [None, "bytes=150000-", "bytes=225000-"]
        assert client.bytes == len(content)
    assert path.read_bytes() == content
    assert left_behind(path.parent) == {"facts.zip"}


def test_what_an_earlier_run_left_is_continued(tmp_path: Path) -> None:
    content, path = archive(tmp_path), tmp_path / "bulk" / "facts.zip"
    with talking(tmp_path, faults=lambda name, before: Fault.TRUNCATED if before < 3 else None) as (client, edgar, url):
        with pytest.raises(UpstreamError, match="after 3 attempts"):
            client.download(url, path)
        assert left_behind(path.parent) == {"facts.zip.part", "facts.zip.part.json"}
        client.download(url, path)
        assert edgar.log[-1].headers["Range"] == "bytes=262500-"
        assert client.bytes == len(content)
    assert path.read_bytes() == content


def test_a_file_that_changed_meanwhile_is_begun_anew(tmp_path: Path) -> None:
    archive(tmp_path)
    path = tmp_path / "bulk" / "facts.zip"
    with talking(tmp_path, faults=lambda name, before: Fault.TRUNCATED if before < 3 else None) as (client, edgar, url):
        with pytest.raises(UpstreamError):
            client.download(url, path)
        changed = archive(tmp_path, seed=2)
        client.download(url, path)
        assert edgar.log[-1].status == 200
    assert path.read_bytes() == changed


@pytest.mark.parametrize("mark", [None, "{", "[]", '{"url": "http://other", "version": "x"}', '{"url": 1}'])
def test_a_part_of_unknown_origin_is_not_continued(tmp_path: Path, mark: str | None) -> None:
    content, path = archive(tmp_path), tmp_path / "bulk" / "facts.zip"
    path.parent.mkdir()
    path.with_name("facts.zip.part").write_bytes(b"x" * 1000)
    if mark is not None:
        path.with_name("facts.zip.part.json").write_text(mark)
    with talking(tmp_path) as (client, edgar, url):
        client.download(url, path)
        assert "Range" not in edgar.log[0].headers
    assert path.read_bytes() == content


def part_of(path: Path, url: str, version: str, content: bytes) -> None:
    path.with_name(path.name + ".part").write_bytes(content)
    path.with_name(path.name + ".part.json").write_text(json.dumps({"url": url, "version": version}))


def test_a_part_that_is_all_of_it_is_begun_anew(tmp_path: Path) -> None:
    content, path = archive(tmp_path), tmp_path / "facts.zip"
    with talking(tmp_path) as (client, edgar, url):
        client.download(url, path)
        part_of(path, url, client.download(url, path).headers["etag"], content)
        client.download(url, path)
        assert [request.status for request in edgar.log[-2:]] == [416, 200]
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "headers",
    [
        {"content-range": "bytes 0-9/10", "etag": '"a"'},
        {"content-range": "bytes 5-9/10", "etag": '"b"'},
        {"content-range": "pages 5-9/10", "etag": '"a"'},
        {},
    ],
)
def test_a_part_that_does_not_fit_is_not_appended(tmp_path: Path, headers: dict[str, str]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "range" in request.headers:
            return httpx.Response(206, headers=headers, content=b"56789")
        return httpx.Response(200, headers={"etag": '"b"'}, content=b"the whole new")

    path, url = tmp_path / "facts.zip", "https://www.sec.gov/facts.zip"
    part_of(path, url, '"a"', b"01234")
    transport = httpx.MockTransport(answer)
    with EdgarClient(IDENTITY, "https://data.sec.gov", "https://www.sec.gov", Unlimited(), transport, retry=QUICK) as c:
        c.download(url, path)
    assert path.read_bytes() == b"the whole new"


def test_a_weak_validator_continues_nothing(tmp_path: Path) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.headers))
        return httpx.Response(200, headers={"etag": 'W/"a"', "content-length": "10"}, content=b"01234")

    path, transport = tmp_path / "facts.zip", httpx.MockTransport(answer)
    with (
        EdgarClient(IDENTITY, "https://data.sec.gov", "https://www.sec.gov", Unlimited(), transport, retry=QUICK) as c,
        pytest.raises(UpstreamError, match="5 bytes in place of 10"),
    ):
        c.download("https://www.sec.gov/facts.zip", path)
    assert all("range" not in headers for headers in asked)
    assert not path.exists()


def test_nothing_there_is_missing_and_leaves_nothing(tmp_path: Path) -> None:
    with talking(tmp_path) as (client, _, url), pytest.raises(MissingError):
        client.download(url, tmp_path / "bulk" / "facts.zip")
    assert not left_behind(tmp_path / "bulk")


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.RESET, Fault.EMPTY, Fault.STALL])
def test_a_passing_failure_is_tried_again(tmp_path: Path, fault: Fault) -> None:
    content, path = archive(tmp_path), tmp_path / "facts.zip"
    faults = {"faults": lambda name, before: fault if before == 0 else None, "stall_seconds": 0.1}
    with talking(tmp_path, **faults) as (client, _, url):
        client.download(url, path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("fault", [Fault.RATE_PAGE, Fault.RATE_PAGE_AS_200, Fault.TOO_MANY])
def test_the_block_page_is_no_archive(tmp_path: Path, fault: Fault) -> None:
    archive(tmp_path)
    governor = SharedWindow(tmp_path / "pace", freeze_seconds=0.1)
    with (
        loopback_edgar.serve(tmp_path, faults=lambda name, before: fault) as edgar,
        EdgarClient(IDENTITY, edgar.data_url, edgar.www_url, governor, retry=QUICK) as client,
        pytest.raises(BlockedError),
    ):
        client.download(edgar.www_url + NAME.removeprefix("/www.sec.gov"), tmp_path / "facts.zip")
    assert len(edgar.log) == 2
    assert not (tmp_path / "facts.zip").exists()


def test_another_page_in_its_place_is_no_archive(tmp_path: Path) -> None:
    page = httpx.MockTransport(lambda request: httpx.Response(200, html="<p>Welcome</p>"))
    with (
        EdgarClient(IDENTITY, "https://data.sec.gov", "https://www.sec.gov", Unlimited(), page, retry=QUICK) as client,
        pytest.raises(UpstreamError, match="a page in place of the file"),
    ):
        client.download("https://www.sec.gov/facts.zip", tmp_path / "facts.zip")
    assert not left_behind(tmp_path)


def test_two_at_once_do_not_mix(tmp_path: Path) -> None:
    archive(tmp_path)
    path = tmp_path / "facts.zip"
    with talking(tmp_path) as (client, edgar, url), path.with_name("facts.zip.part").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(BusyError):
            client.download(url, path)
        assert not edgar.log


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with talking(tmp_path) as (client, _, url), pytest.raises(ConfigurationError, match=r"file/facts\.zip"):
        client.download(url, tmp_path / "file" / "facts.zip")


def test_other_addresses_are_refused(tmp_path: Path) -> None:
    with talking(tmp_path) as (client, _, _), pytest.raises(DataError):
        client.download("https://example.com/facts.zip", tmp_path / "facts.zip")


STOPPED = """
import sys, time
from pathlib import Path
from p3.sec.net.client import EdgarClient
from p3.sec.net.governor import Unlimited
def hear(held, total):
    if held > 1_000_000:
        print(held, flush=True)
        time.sleep(600)
with EdgarClient("Ann Example ann@example.com", sys.argv[1], sys.argv[2], Unlimited()) as client:
    client.download(sys.argv[3], Path(sys.argv[4]), progress=hear)
"""


def test_what_a_killed_process_left_is_continued(tmp_path: Path) -> None:
    content, path = archive(tmp_path, size=3_000_000), tmp_path / "facts.zip"
    with talking(tmp_path) as (client, edgar, url):
        command = [sys.executable, "-c", STOPPED, edgar.data_url, edgar.www_url, url, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            held = int(process.stdout.readline())
            process.kill()
        assert not path.exists()
        client.download(url, path)
        assert edgar.log[-1].headers["Range"] == f"bytes={held}-"
        assert client.bytes == len(content) - held
    assert path.read_bytes() == content


MEASURED = """
import resource, sys
from pathlib import Path
from p3.sec.net.client import EdgarClient
from p3.sec.net.governor import Unlimited
with EdgarClient("Ann Example ann@example.com", sys.argv[1], sys.argv[2], Unlimited()) as client:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = client.download(sys.argv[3], Path(sys.argv[4])).size
    print(size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    archive(tmp_path)
    with (tmp_path / NAME.lstrip("/")).open("r+b") as file:
        file.truncate(200 * 1024 * 1024)
    with talking(tmp_path) as (_, edgar, url):
        command = [sys.executable, "-c", MEASURED, edgar.data_url, edgar.www_url, url, str(tmp_path / "facts.zip")]
        size, grown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert int(size) == 200 * 1024 * 1024
    assert int(grown) < 20 * 1024  # kilobytes
