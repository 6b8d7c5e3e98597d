"""Embedding that is killed at random moments, and read meanwhile: no passage torn, twice, or without a vector."""

import json
import random
import subprocess
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from flow.command import finish, p3, start
from flow.trees import assert_whole, link_models
from many_documents import build, options

from p3.data.store import Store
from p3.data.tables import FILINGS

PAGES = 8 * 2  # passages of a company
QUESTION = ("search", "Did the net income of the company grow?", "-k", "5")


def settings(model: Path) -> dict[str, str]:
    """Return the settings: commits are small, so that there is something between two of them to lose."""
    return {"P3_EMBEDDING__MODEL": str(model), "P3_WORKFLOW__BATCH": "5"}


def killed_until_done(tree: Path, command: list[str], chosen: Mapping[str, str], kills: int, seconds: float) -> None:
    """Run ``command`` and kill it, so many times within ``seconds`` of its start, then let it end."""
    lot, killed = random.Random(1907), 0
    while killed < kills:
        process = start(tree, *command, settings=chosen)
        try:
            process.wait(timeout=lot.uniform(0.2, 1.0) * seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        ran = finish(process)
        assert ran.code in (0, -9), ran.stderr
        killed += ran.code == -9
        assert_whole(tree)
        assert counts(tree) <= {0, PAGES}
        if ran.code == 0:
            command = [*command, "--rebuild"]
    ran = p3(tree, *command, settings=chosen)
    assert ran.code == 0, ran.stderr


def counts(tree: Path) -> set[int]:
    """Return how many passages companies have, 0 for those without."""
    held = Store(tree)
    if held.index.version() is None:
        return {0}
    numbers = held.index.passages(None).group_by("cik").len()["len"].to_list()
    return {*numbers, *([0] if len(numbers) < held.rows(FILINGS)["cik"].n_unique() else [])}


def assert_all_there(tree: Path, companies: int, chosen: Mapping[str, str]) -> None:
    assert_whole(tree)
    assert Store(tree).index.passages(None).height == companies * PAGES
    assert counts(tree) == {PAGES}
    told = p3(tree, "doctor", settings=chosen)
    assert (told.code, told.json["drift"]) == (0, []), told.stderr


def vectors(tree: Path) -> pl.DataFrame:
    return Store(tree).index.passages(None).select("passage_id", "text", "vector").sort("passage_id")


@pytest.mark.slow
def test_a_few_companies_killed_twice_have_each_passage_once(tmp_path: Path, models: Path, tiny: Path) -> None:
    tree, chosen = link_models(tmp_path / "build_data", models), settings(tiny)
    build(tree, 4)
    killed_until_done(tree, ["embed", *options(4)], chosen, kills=2, seconds=3)
    assert_all_there(tree, 4, chosen)


@pytest.mark.slow
def test_a_hundred_companies_killed_ten_times_have_each_passage_once(tmp_path: Path, models: Path, tiny: Path) -> None:
    tree, chosen, command = link_models(tmp_path / "build_data", models), settings(tiny), ["embed", *options(100)]
    build(tree, 100)
    killed_until_done(tree, command, chosen, kills=10, seconds=30)
    assert_all_there(tree, 100, chosen)
    undisturbed = link_models(tmp_path / "other" / "build_data", models)
    build(undisturbed, 100)
    assert p3(undisturbed, *command, settings=chosen).code == 0
    assert vectors(tree).equals(vectors(undisturbed))


@pytest.mark.slow
@pytest.mark.parametrize("flags", [[], ["--rebuild"]], ids=["the first embedding", "a rebuild"])
def test_a_search_meanwhile_sees_all_of_a_company_or_nothing(
    tmp_path: Path, models: Path, tiny: Path, flags: list[str]
) -> None:
    tree, chosen, command = link_models(tmp_path / "build_data", models), settings(tiny), ["embed", *options(30)]
    build(tree, 30)
    if flags:
        assert p3(tree, *command, settings=chosen).code == 0
    allowed = {PAGES} if flags else {0, PAGES}
    writer, searches = start(tree, *command, *flags, settings=chosen), 0
    while writer.poll() is None:
        assert counts(tree) <= allowed
        if (tree / "ledger").exists():
            ran = p3(tree, *QUESTION, settings=chosen)
            assert ran.code == 0 or (ran.code == 4 and not flags), ran.stderr
            searches += ran.code == 0
            assert ran.code == 4 or len(json.loads(ran.stdout)["passages"]) == 5
    assert finish(writer).code == 0
    assert searches or not flags
    assert_all_there(tree, 30, chosen)
