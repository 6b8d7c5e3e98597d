"""`p3 e2e` on the sample as far as its line items: what it does, does again, and says that it would do."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

P3 = Callable[..., Any]
SAMPLE = ("e2e", "f2", "--source", "sample", "--until", "facts", "--json", "--data-dir")


def stages(ended: Any) -> dict[str, str]:
    return {stage["name"]: stage["status"] for stage in json.loads(ended.out)["stages"]}


def test_a_second_run_does_nothing(p3: P3, tree: Path) -> None:
    ended = p3(*SAMPLE, tree)
    assert ended.code == 0, ended.err
    assert stages(ended) == dict.fromkeys(("fetch-sec", "fetch-prices", "facts"), "fresh")


def test_a_dry_run_says_why_and_changes_nothing(p3: P3, tmp_path: Path) -> None:
    ended = p3(*SAMPLE, tmp_path / "new", "--dry-run")
    assert ended.code == 0, ended.err
    steps = json.loads(ended.out)["steps"]
    assert {(step["stage"], step["why"]) for step in steps} == {
        ("fetch-sec", "never run"),
        ("fetch-prices", "never run"),
        ("facts", "fetch-sec runs first"),
    }
    assert not list((tmp_path / "new").rglob("*.parquet"))


def test_a_ticker_given_twice_is_one_company(p3: P3, tree: Path) -> None:
    ended = p3("facts", "-t", "NVDA", "-t", "nvda", "--force", "--json", "--data-dir", tree)
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["stage"]["units"] == {"NVDA": "ran"}


def test_the_sample_is_marked_in_everything(p3: P3, tree: Path) -> None:
    for arguments in (("facts", "NVDA"), ("e2e", "f2", "--source", "sample", "--until", "facts")):
        ended = p3(*arguments, "--json", "--data-dir", tree)
        assert json.loads(ended.out)["origin"] == "sample"


def test_a_failing_company_is_listed_and_the_exit_code_tells(p3: P3, tree: Path) -> None:
    ended = p3("fetch-sec", "-t", "NVDA", "-t", "AAPL", "--source", "sample", "--json", "--data-dir", tree)
    assert ended.code == 1, ended.err
    found = {company["ticker"]: company for company in json.loads(ended.out)["companies"]}
    assert (found["AAPL"]["status"], found["NVDA"]["status"]) == ("failed", "fresh")
    assert found["AAPL"]["error"] == "the sample has no AAPL"


def test_json_is_all_that_stdout_gets(p3: P3, tree: Path) -> None:
    ended = p3("dcf", "--json", "-v", "--data-dir", tree)
    json.loads(ended.out)
    for line in ended.err.splitlines():
        assert line.startswith(("{", "The prices end"))


def test_tables_that_are_gone_are_made_again(p3: P3, tree: Path) -> None:
    """What the ledger remembers is fresh only while it is there."""
    shutil.rmtree(tree / "facts" / "tables" / "line_items")
    ended = p3("e2e", "f2", "--source", "sample", "--until", "facts", "--json", "--data-dir", tree)
    assert ended.code == 0, ended.err
    stages = {stage["name"]: stage["status"] for stage in json.loads(ended.out)["stages"]}
    assert stages == {"fetch-sec": "fresh", "fetch-prices": "fresh", "facts": "ran"}
