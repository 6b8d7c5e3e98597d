"""The client in bad weather, in processes and threads: paced together, blocked once, nothing lost or changed."""

import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fetching_process
import httpx
import loopback_edgar
from flow.command import environment
from loopback_edgar import Fault, LoopbackEdgar, random_faults

from p3.sec.net.client import EdgarClient, Retry
from p3.sec.net.governor import Unlimited, remaining

IDENTITY = "Ann Example ann@example.com"
OTHER = "/submissions/other.json"
ARCHIVES = "/www.sec.gov/Archives/edgar/data/1"


def documents(root: Path, count: int, size: int = 20_000) -> dict[str, str]:
    """Write invented documents, and return the SHA-256 of each by its path."""
    lot, found = random.Random(9), {}
    for number in range(count):
        path = f"{ARCHIVES}/{number:018d}/report.htm"
        content = b"<html><body>" + lot.randbytes(lot.randrange(size // 2)).hex().encode() + b"</body></html>"
        (root / path.lstrip("/")).parent.mkdir(parents=True)
        (root / path.lstrip("/")).write_bytes(content)
        found[path] = hashlib.sha256(content).hexdigest()
    return found


@dataclass
class Fetching:
    """Processes that fetch at once from one server, paced by one state."""

    edgar: LoopbackEdgar
    pace: Path
    rate: float = 8
    freeze_seconds: float = 600

    def start(self, paths: Sequence[str], pace: Path | None = None) -> "subprocess.Popen[str]":
        base = self.edgar.data_url.removesuffix("/data.sec.gov")
        options = [str(pace or self.pace), str(self.rate), str(self.freeze_seconds), base]
        command = [sys.executable, fetching_process.__file__, *options, *paths]
        return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)


def ended(process: "subprocess.Popen[str]") -> dict[str, Any]:
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return dict(json.loads(stdout))


def shares(paths: Sequence[str], number: int) -> list[list[str]]:
    return [list(paths[start::number]) for start in range(number)]


def test_four_processes_at_once_are_never_refused(tmp_path: Path) -> None:
    source = documents(tmp_path, 32)
    with loopback_edgar.serve(tmp_path, rate=10) as edgar:
        fetching, parts = Fetching(edgar, tmp_path / "pace"), shares(list(source), 4)
        outcomes = [ended(process) for process in [fetching.start(part) for part in parts]]
    assert not edgar.refused
    assert [outcome["bodies"] for outcome in outcomes] == [[source[path] for path in part] for part in parts]
    assert len(edgar.log) == 32


def test_processes_that_know_nothing_of_each_other_would_be(tmp_path: Path) -> None:
    """That the server sees it when the pace is not kept: it does keep the four processes apart, above."""
    source = documents(tmp_path, 32)
    with loopback_edgar.serve(tmp_path, rate=10, block_seconds=0.2) as edgar:
        fetching, parts = Fetching(edgar, tmp_path / "pace", freeze_seconds=0.3), shares(list(source), 4)
        for process in [fetching.start(part, tmp_path / f"pace{each}") for each, part in enumerate(parts)]:
            ended(process)
    assert edgar.refused


def blocked_once(path: str, before: int) -> Fault | None:
    return Fault.RATE_PAGE if path.endswith(f"{3:018d}/report.htm") and before == 0 else None


def test_a_block_freezes_every_process_until_it_is_over(tmp_path: Path) -> None:
    source = documents(tmp_path, 8)
    paths = list(source)
    with loopback_edgar.serve(tmp_path, faults=blocked_once) as edgar:
        fetching = Fetching(edgar, tmp_path / "pace", freeze_seconds=3)
        first = fetching.start(paths[:6])
        while not edgar.refused:
            assert first.poll() is None
        while remaining(tmp_path / "pace") is None:
            assert first.poll() is None
        outcomes = [ended(fetching.start(paths[6:])), ended(first)]  # one that began within the block, on its own
    assert outcomes[0]["bodies"] == [source[path] for path in paths[6:]]
    assert outcomes[1]["bodies"] == [source[path] for path in paths[:6]]
    assert outcomes[0]["told"][0].startswith("EDGAR has blocked this address; ")
    (block,) = edgar.refused
    after = [request.at for request in edgar.log if request.at > block.at]
    assert min(after) >= block.at + 3
    assert edgar.asked(block.path) == 2


def exceed_the_limit(edgar: LoopbackEdgar) -> None:
    """Ask as another program of the same user may: as fast as it can."""
    for _ in range(edgar.rate + 1):
        httpx.get(edgar.data_url + OTHER, headers={"User-Agent": IDENTITY})


def test_a_block_that_others_brought_about_is_met_once_and_sat_out(tmp_path: Path) -> None:
    source = documents(tmp_path, 16)
    parts = shares(list(source), 2)
    with loopback_edgar.serve(tmp_path, block_seconds=1.5) as edgar:
        fetching = Fetching(edgar, tmp_path / "pace", freeze_seconds=2)
        processes = [fetching.start(part) for part in parts]
        while len(edgar.log) < 4:
            assert processes[0].poll() is None
        exceed_the_limit(edgar)
        outcomes = [ended(process) for process in processes]
    assert [outcome["bodies"] for outcome in outcomes] == [[source[path] for path in part] for part in parts]
    ours = [request for request in edgar.log if not request.path.endswith(OTHER)]
    refused = [request for request in ours if request.refused]
    assert 1 <= len(refused) <= 2  # one in flight of each process
    assert refused[-1].at - refused[0].at < 1
    assert not [request for request in ours if refused[-1].at < request.at < refused[0].at + 2]


def test_a_killed_process_takes_no_more_than_its_slot(tmp_path: Path) -> None:
    source = documents(tmp_path, 30)
    paths = list(source)
    with loopback_edgar.serve(tmp_path, rate=10) as edgar:
        fetching = Fetching(edgar, tmp_path / "pace")
        killed = fetching.start(paths[:20])
        while len(edgar.log) < 3:
            assert killed.poll() is None
        killed.kill()
        killed.communicate()
        outcome = ended(fetching.start(paths[20:]))
    assert outcome["bodies"] == [source[path] for path in paths[20:]]
    assert not edgar.refused


def assert_asked_until_it_came(edgar: LoopbackEdgar, source: dict[str, str]) -> None:
    """Fail unless each document was asked for until it came whole, and no more; some must have failed at first."""
    assert len(edgar.log) > len(source)
    for path in source:
        came = [request.status == 200 and request.whole for request in edgar.log if request.path == path]
        assert came == [False] * (len(came) - 1) + [True]


def test_every_document_comes_whole_through_random_faults(tmp_path: Path) -> None:
    source, quick = documents(tmp_path, 300), Retry(first_wait=0.01, longest_wait=0.1)
    with (
        loopback_edgar.serve(tmp_path, rate=10_000, faults=random_faults(0.05, seed=17)) as edgar,
        EdgarClient(IDENTITY, edgar.data_url, edgar.www_url, Unlimited(), retry=quick) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        base = edgar.data_url.removesuffix("/data.sec.gov")
        contents = list(pool.map(lambda path: client.get(base + path).content, source))
    assert [hashlib.sha256(content).hexdigest() for content in contents] == list(source.values())
    assert_asked_until_it_came(edgar, source)
