"""Runs that are killed, that meet each other, that find no network: nothing torn, and the next run completes."""

import random
import re
import socket
import subprocess
import time
from pathlib import Path

import polars as pl
import pytest
from flow.command import Ran, finish, p3, start
from flow.trees import E2E, SampleTree, assert_whole, link_models, rows
from polars.testing import assert_frame_equal

from p3.data.store import Store
from p3.data.tables import FACTS, FILINGS, LINE_ITEMS, PRICES

UNTIL_FACTS = (*E2E, "--until", "facts")
KNOWLEDGE = (LINE_ITEMS, FILINGS, FACTS, PRICES)
EARLIER = (*E2E, "--from", "dcf", "--as-of", "2025-06-27")  # a Friday: the sample's weekly close is that day's


def seconds_of(tree: Path, command: tuple[str, ...]) -> float:
    """Return how long ``command`` takes undisturbed; the moments of the kills are spread over it."""
    started = time.monotonic()
    assert p3(tree, *command).code == 0
    return time.monotonic() - started


def run_and_kill(tree: Path, command: tuple[str, ...], after: float) -> bool:
    """Start ``command``, kill it as `kill -9` does after so many seconds, and return whether it was still running."""
    process = start(tree, *command)
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        process.kill()
    finish(process)
    return process.returncode < 0


def assert_same_knowledge(tree: Path, undisturbed: Path) -> None:
    for table in KNOWLEDGE:
        assert_frame_equal(rows(tree, table), rows(undisturbed, table))


def orders(tree: Path) -> pl.DataFrame:
    return Store(tree).ledger.frame("orders")


def assert_ordered_once(tree: Path, account: str) -> None:
    """Fail unless each ticker has one order, filled once, and the account holds just what was bought."""
    placed = orders(tree).filter(pl.col("account_id") == account)
    assert placed.height > 0
    assert placed["ticker"].is_unique().all()
    assert set(placed["status"]) == {"filled"}
    filled = Store(tree).ledger.frame("audit").filter(pl.col("kind") == "simulated fill")
    assert filled.filter(pl.col("subject").is_in(placed["client_order_id"].to_list()))["subject"].is_unique().all()


def test_a_fetch_killed_at_random_moments_loses_and_doubles_nothing(sample: SampleTree, tmp_path: Path) -> None:
    moments = random.Random(20240601)
    length = seconds_of(tmp_path / "measured", UNTIL_FACTS)
    tree = tmp_path / "build_data"
    for third in range(3):
        run_and_kill(tree, UNTIL_FACTS, length * (third + moments.random()) / 3)
        assert_whole(tree)
    completed = p3(tree, *UNTIL_FACTS)
    assert completed.code == 0, completed.stderr
    assert_same_knowledge(tree, sample.path)
    assert not list((tree / "raw").rglob(".tmp-*"))


def test_a_run_killed_on_its_way_to_orders_places_each_once(sample: SampleTree, tmp_path: Path) -> None:
    tree = sample.copy(tmp_path / "build_data")
    run_and_kill(tree, EARLIER, random.Random(7).uniform(1.5, 4))
    assert_whole(tree)
    completed = p3(tree, *EARLIER)
    assert completed.code == 0, completed.stderr
    assert_whole(tree)
    accounts = orders(tree)["account_id"].unique().to_list()
    assert len(accounts) == 2  # that of the sample's tree, and that of the earlier as-of
    for account in accounts:
        assert_ordered_once(tree, account)


@pytest.mark.slow
def test_ten_kills_anywhere_in_the_whole_run(sample: SampleTree, tmp_path: Path, models: Path) -> None:
    moments, killed, attempt = random.Random(20090103), 0, 0
    length = seconds_of(link_models(tmp_path / "measured", models), E2E)
    while killed < 10:
        attempt += 1
        tree = link_models(tmp_path / f"build_data_{attempt}", models)
        while killed < 10 and run_and_kill(tree, E2E, moments.uniform(0.3, length)):
            killed += 1
            assert_whole(tree)
        completed = p3(tree, *E2E)
        assert completed.code == 0, completed.stderr
        assert_whole(tree)
        assert_same_knowledge(tree, sample.path)
        assert_ordered_once(tree, "sim-f2")
        names = ("ticker", "side", "quantity", "filled_quantity", "average_price")
        assert_frame_equal(orders(tree).select(names).sort("ticker"), orders(sample.path).select(names).sort("ticker"))


@pytest.mark.slow
def test_kills_while_orders_are_placed(sample: SampleTree, tmp_path: Path) -> None:
    """The last seconds of a run, where it trades; each time for another as-of, so that there is something to place."""
    moments = random.Random(1792)
    tree = sample.copy(tmp_path / "build_data")
    for day in ("2025-08-22", "2025-08-15", "2025-08-08", "2025-08-01", "2025-07-25", "2025-07-18"):
        dated = ("--as-of", day)
        assert p3(tree, "dcf", "f2", *dated).code == 0
        run_and_kill(tree, ("trade", "f2", *dated), moments.uniform(0.6, 1.6))
        assert_whole(tree)
        completed = p3(tree, "trade", "f2", *dated)
        assert completed.code == 0, completed.stderr
    assert_whole(tree)
    for account in orders(tree)["account_id"].unique():
        assert_ordered_once(tree, account)


def assert_ended_well(ran: Ran) -> None:
    """Fail unless the run succeeded, or stood back naming the process that it met."""
    assert ran.code in (0, 6), ran.stderr
    if ran.code == 6:
        assert len(ran.errors) == 1
        assert re.search(r"process \d+ \(`.+`\)", ran.stderr), ran.stderr


def test_two_runs_at_once_never_tear_or_double(sample: SampleTree, tmp_path: Path) -> None:
    tree = tmp_path / "build_data"
    both = [start(tree, *UNTIL_FACTS) for _ in range(2)]
    ended = [finish(process) for process in both]
    for ran in ended:
        assert_ended_well(ran)
    assert 0 in {ran.code for ran in ended}
    assert_whole(tree)
    assert p3(tree, *UNTIL_FACTS).code == 0
    assert_same_knowledge(tree, sample.path)


def test_two_traders_at_once_place_each_order_once(sample: SampleTree, tmp_path: Path) -> None:
    tree, dated = sample.copy(tmp_path / "build_data"), ("--as-of", "2025-08-22")
    assert p3(tree, "dcf", "f2", *dated).code == 0
    both = [start(tree, "trade", "f2", *dated) for _ in range(2)]
    ended = [finish(process) for process in both]
    for ran in ended:
        assert_ended_well(ran)
    assert 0 in {ran.code for ran in ended}
    assert_whole(tree)
    for account in orders(tree)["account_id"].unique():
        assert_ordered_once(tree, account)


def test_a_reader_during_writes_sees_whole_tables(tmp_path: Path) -> None:
    tree = tmp_path / "build_data"
    writer = start(tree, *UNTIL_FACTS)
    seen = set()
    while writer.poll() is None:
        if (tree / "facts").exists():
            held = rows(tree, LINE_ITEMS)
            seen.add((held.height, held["cik"].n_unique()))
    assert finish(writer).code == 0
    final = rows(tree, LINE_ITEMS)
    assert seen <= {(0, 0), (final.height, final["cik"].n_unique())}


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_no_network_is_one_clear_error(tmp_path: Path) -> None:
    base = f"http://127.0.0.1:{closed_port()}"
    settings = {
        "P3_SEC__IDENTITY": "Ann Example ann@example.com",
        "P3_SEC__DATA_URL": f"{base}/data",
        "P3_SEC__WWW_URL": f"{base}/www",
    }
    tree = tmp_path / "build_data"
    refused = p3(tree, "fetch-sec", "f2", "-t", "MSFT", settings=settings)
    assert refused.code == 5, refused.stderr
    assert len(refused.errors) == 1
    assert "Traceback" not in refused.stderr
    assert_whole(tree)
    assert not Store(tree).versions()
