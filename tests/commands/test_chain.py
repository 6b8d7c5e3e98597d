"""`p3 ask`, `chain` and `review`: an answer is kept with how it came about, given again, replayed, and judged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from other_process import Ended

from p3.data.store import Store
from p3.data.tables import LINE_ITEMS

P3 = Callable[..., Ended]
MARGIN = "What was NVIDIA's gross margin in fiscal 2024?"
ALIKE = "NVIDIA gross margin FY2024"


@pytest.fixture
def run(p3: P3, tree: Path) -> Callable[..., Any]:
    """Run p3 with --json on a tree of the sample's line items and return what it printed, of one that is done."""

    def run(*arguments: object) -> Any:
        ended = p3(*arguments, "--data-dir", tree, "--json")
        assert ended.code == 0, ended
        return json.loads(ended.out)

    return run


def test_the_same_request_is_answered_from_memory_and_not_when_told_so(run: Callable[..., Any]) -> None:
    first, again, anew = run("ask", MARGIN), run("ask", ALIKE), run("ask", MARGIN, "--no-cache")
    assert [each["cached"] for each in (first, again, anew)] == [False, True, False]
    assert again["reasoning_id"] == first["reasoning_id"] != anew["reasoning_id"]
    assert first["value"] == again["value"] == anew["value"]


def test_what_was_remembered_is_not_given_before_it_was_known_nor_after_data_changed(
    run: Callable[..., Any], p3: P3, tree: Path
) -> None:
    run("ask", MARGIN)
    earlier = run("ask", MARGIN, "--as-of", "2023-06-30")
    assert (earlier["status"], earlier["cached"]) == ("abstained", False)
    store = Store(tree)
    rows = store.rows(LINE_ITEMS).with_columns(pl.col("value") * 2)
    store.tables.replace(LINE_ITEMS, rows["cik"].unique().to_list(), rows)
    assert run("ask", MARGIN)["cached"] is False


def test_a_chain_tells_how_and_its_replay_gives_the_same_from_the_data_of_then(
    run: Callable[..., Any], tree: Path
) -> None:
    asked = run("ask", MARGIN)
    (chain,) = run("chain", "show", asked["reasoning_id"])["chains"]
    assert chain["ask"] == asked
    assert chain["steps"]["request"]["formula"] == "gross_profit / revenue"
    assert set(chain["versions"]) >= {"companies", "line_items"}
    store = Store(tree)
    rows = store.rows(LINE_ITEMS).with_columns(pl.col("value") * 2)
    store.tables.replace(LINE_ITEMS, rows["cik"].unique().to_list(), rows)
    replayed = run("chain", "replay", asked["reasoning_id"])
    assert replayed["differs"] == []
    assert replayed["now"]["value"] == asked["value"]
    listed = [each["ask"]["reasoning_id"] for each in run("chain", "list")["chains"]]
    assert listed == [replayed["now"]["reasoning_id"], asked["reasoning_id"]]


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("chain", "show"), "no answer is named"),
        (("chain", "replay", "chain-none"), "no answer 'chain-none'"),
        (("review", "approve"), "no answer is named"),
        (("review", "approve", "chain-none"), "'chain-none' does not wait for review"),
        (("review", "correct", "chain-none"), "a correction needs the answer"),
        (("review", "correct", "chain-none", "--answer", "x", "--value", "1"), "--value and --unit belong together"),
        (("review", "reject", "chain-none", "--answer", "x"), "do not go with reject"),
    ],
)
def test_what_makes_no_sense_is_told(p3: P3, tree: Path, arguments: tuple[str, ...], wrong: str) -> None:
    ended = p3(*arguments, "--data-dir", tree)
    assert (ended.code, ended.out) == (2, "")
    assert wrong in ended.err
    assert len(ended.err.splitlines()) == 2
