"""No space left: one clear error with exit code 3, what was there stays whole, with room again the work completes."""

import io
import logging
import os
from collections.abc import Callable
from contextlib import redirect_stderr
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from flow.command import p3
from flow.trees import E2E, SampleTree, assert_whole, rows
from polars.testing import assert_frame_equal
from small_disk import fill, grow, small_disk

from p3.cli import logs
from p3.data.store import Store
from p3.data.tables import FACTS, FILINGS, LINE_ITEMS, PRICES
from p3.errors import ConfigurationError
from p3.settings import load
from p3.workflow.session import Session

UNTIL_FACTS = (*E2E, "--until", "facts")
BODY = os.urandom(200_000)  # as poorly compressible as a picture in a filing
MOMENT = datetime(2024, 5, 1, tzinfo=UTC)


def put_raw(store: Store) -> None:
    store.raw.put("https://www.sec.gov/a.htm", BODY, 200, {}, MOMENT)


def replace_table(store: Store) -> None:
    held = store.rows(LINE_ITEMS)
    store.tables.replace(LINE_ITEMS, held["cik"].unique().to_list(), held)


def write_ledger(store: Store) -> None:
    with store.ledger.transaction() as connection:
        store.ledger.append_audit(connection, "note", "full", {"text": BODY.hex()})


def replace_passages(store: Store) -> None:
    held = store.index.passages(None)
    cik = held["cik"][0]
    store.index.replace(cik, held.filter(pl.col("cik") == cik), store.index.model())


@pytest.mark.parametrize("room", [0, 16_384])
@pytest.mark.parametrize("write", [put_raw, replace_table, write_ledger, replace_passages])
def test_each_store_says_so_and_keeps_what_it_had(
    sample: SampleTree, tmp_path: Path, write: Callable[[Store], None], room: int
) -> None:
    with small_disk(tmp_path / "disk", "64m") as disk:
        tree = sample.copy(disk / "build_data")
        Store(tree).ledger.verify_audit()
        fill(disk, but=room)
        with pytest.raises(ConfigurationError, match=r"(?i)space|full|disk|cannot"):
            write(Store(tree))
        grow(disk)
        assert_whole(tree)
        assert_frame_equal(rows(tree, LINE_ITEMS), rows(sample.path, LINE_ITEMS))
        write(Store(tree))
        assert_whole(tree)


def test_an_index_line_cut_short_is_an_error_and_does_not_spoil_the_next(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        store = Store(disk / "build_data")
        url = "https://data.sec.gov/submissions/CIK0000000001.json"
        headers = {"etag": "x" * 1000}
        store.raw.put(url, b"old", 200, headers, MOMENT)
        while True:  # one line of the url's index after the other, until one meets the end of the disk
            fill(disk, but=4096)
            try:
                for _ in range(8):
                    store.raw.put(url, b"old", 200, headers, MOMENT)
            except ConfigurationError:
                break
        grow(disk)
        store.raw.put(url, b"new", 200, headers, MOMENT)
        found = store.raw.find(url)
        assert found is not None
        assert found.content == b"new"


def test_a_log_that_cannot_be_written_is_silent(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        store = Store(disk / "build_data")
        session = Session(store=store, settings=load().settings, as_of=MOMENT)
        log = logging.getLogger("p3.test")
        logger = logging.getLogger("p3")
        kept = (logger.handlers, logger.level, logger.propagate)
        try:
            logs.configure(store.directories.log, session, verbose=False)
            log.info("opened")
            fill(disk, but=0)
            with redirect_stderr(io.StringIO()) as said:
                for _ in range(100):
                    log.error("no room for this %s", "x" * 500)
            assert said.getvalue() == ""
        finally:
            logger.handlers, logger.level, logger.propagate = kept


@pytest.mark.parametrize("size", ["8k", "300k", "440k"])
def test_a_run_says_so_and_completes_with_room_again(sample: SampleTree, tmp_path: Path, size: str) -> None:
    with small_disk(tmp_path / "disk", size) as disk:
        tree = disk / "build_data"
        refused = p3(tree, *UNTIL_FACTS)
        assert refused.code == 3, refused.stderr
        assert len(refused.errors) == 1, refused.stderr
        assert "Traceback" not in refused.stderr
        assert "pace" in refused.stderr  # "No space left", "Free space"
        grow(disk)
        assert_whole(tree)
        completed = p3(tree, *UNTIL_FACTS)
        assert completed.code == 0, completed.stderr
        assert_whole(tree)
        for table in (LINE_ITEMS, FILINGS, FACTS, PRICES):
            assert_frame_equal(rows(tree, table), rows(sample.path, table))
