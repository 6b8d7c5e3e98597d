"""Real processes killed with SIGKILL at every point between journal, send, acknowledgement and record; then resumed."""

import json
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from loopback_alpaca import Exchange, serve
from sqlite_ledger import SqliteLedger
from worlds import PACE, alpaca_broker, decision, exchange, simulated_broker

from p3.trading.execute import execute
from p3.trading.lifecycle import OrderStatus

HERE = Path(__file__).parent
TESTS = HERE.parent.parent


class Driver:
    """The process that forks what is to be killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, ledger: Path, plan: Path, url: str | None, kill_at: int | None) -> int:
        """Start a job and return its process id."""
        assert self._process.stdin is not None
        job = {"ledger": str(ledger), "plan": str(plan), "url": url, "kill_at": kill_at}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return self._number()

    def killed(self) -> bool:
        """Wait for the job; return whether SIGKILL ended it, else it must have ended well."""
        status = self._number()
        assert status in (0, signal.SIGKILL), f"the child ended with wait status {status}"
        return status == signal.SIGKILL

    def _number(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    paths = os.pathsep.join(map(str, (TESTS.parent, TESTS, HERE)))
    with subprocess.Popen(
        [sys.executable, str(HERE / "crash_driver.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        yield Driver(process)


def pickled(tmp_path: Path, plan: Any) -> Path:
    path = tmp_path / "plan.pickle"
    path.write_bytes(pickle.dumps(plan))
    return path


def assert_done_once(market: Exchange, ledger: SqliteLedger) -> None:
    assert (market.positions, market.cash) == ({"MSFT": 35, "NVDA": 700}, 56_000)
    assert market.posts() == 2  # nothing was even sent a second time
    assert [record.status for record in ledger.records("PA3LOOPBACK", "d1")] == [OrderStatus.FILLED] * 2


def test_killed_at_every_point_at_alpaca(driver: Driver, tmp_path: Path) -> None:
    points = 0
    while True:
        market, ledger = exchange(), SqliteLedger(tmp_path / f"{points}.sqlite")
        with serve(market) as url:
            driver.start(tmp_path / f"{points}.sqlite", pickled(tmp_path, decision()), url, points)
            killed = driver.killed()
            execute(decision(), alpaca_broker(url), ledger, PACE)
        assert_done_once(market, ledger)
        if not killed:
            break
        points += 1
    assert points >= 15


def test_killed_at_every_point_at_the_simulated_broker(driver: Driver, tmp_path: Path) -> None:
    points = 0
    while True:
        path = tmp_path / f"{points}.sqlite"
        ledger = SqliteLedger(path)
        driver.start(path, pickled(tmp_path, decision()), None, points)
        killed = driver.killed()
        broker = simulated_broker(ledger)
        records = execute(decision(), broker, ledger, PACE)
        assert [record.status for record in records] == [OrderStatus.FILLED] * 2
        assert (broker.positions(), broker.account().cash) == ({"MSFT": 35, "NVDA": 700}, 56_000)
        assert ledger.fill_count() == 2
        if not killed:
            break
        points += 1
    assert points > 20


@pytest.mark.parametrize(("nth", "fault"), [(1, ""), (1, "drop-after"), (1, "504-after"), (1, "slow-after"), (2, "")])
def test_killed_by_the_server_the_moment_it_accepts(driver: Driver, tmp_path: Path, nth: int, fault: str) -> None:
    """The purest crash: the order is taken, its sender is dead before a byte of the answer is written."""
    market, path = exchange(), tmp_path / "ledger.sqlite"
    pids: SimpleQueue[int] = SimpleQueue()

    def kill(_order: dict[str, Any]) -> None:
        if len(market.orders) == nth:
            os.kill(pids.get(timeout=10), signal.SIGKILL)

    market.on_accept, market.post_faults = kill, deque([fault])
    with serve(market) as url:
        pids.put(driver.start(path, pickled(tmp_path, decision()), url, None))
        assert driver.killed()
        market.released.set()
        ledger = SqliteLedger(path)
        assert ledger.records("PA3LOOPBACK", "d1")[nth - 1].status is OrderStatus.SENDING
        execute(decision(), alpaca_broker(url), ledger, PACE)
    assert_done_once(market, ledger)


@pytest.mark.slow
def test_killed_twice(driver: Driver, tmp_path: Path) -> None:
    """The run that resumes is killed at every point too, after each second point of the first."""
    for first in range(0, 15, 2):
        second, killed = 0, True
        while killed:
            path = tmp_path / f"{first}-{second}.sqlite"
            market, plan = exchange(), pickled(tmp_path, decision())
            with serve(market) as url:
                driver.start(path, plan, url, first)
                assert driver.killed()
                driver.start(path, plan, url, second)
                killed = driver.killed()
                execute(decision(), alpaca_broker(url), SqliteLedger(path), PACE)
            assert_done_once(market, SqliteLedger(path))
            second += 1
