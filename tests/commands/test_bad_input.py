"""Bad input: the right exit code, one line that says what is wrong and one that says what to do, nothing changed."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

P3 = Callable[..., Any]


def listing(folder: Path) -> dict[str, int]:
    """Return every file's size, but for the ledger's working files and its lock files."""
    skipped = (".sqlite-wal", ".sqlite-shm")
    return {
        str(path.relative_to(folder)): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(skipped)
    }


def says(ended: Any, code: int, wrong: str, remedy: str) -> None:
    lines = ended.err.splitlines()
    assert (ended.code, ended.out) == (code, ""), ended
    assert len(lines) == 2, ended.err
    assert lines[0].startswith("error: ")
    assert wrong in lines[0]
    assert lines[1].startswith("  ")
    assert remedy in lines[1]


USAGE: dict[tuple[str, ...], tuple[str, str]] = {
    ("e2e", "f9"): ("unknown scope 'f9'", "f2, m7, n100"),
    ("dcf", "../f2"): ("unknown scope", "f2, m7, n100"),
    ("facts", "X!"): ("'X!' is not a ticker", "MSFT"),
    ("dcf", "f2", "-t", "AAPL"): ("AAPL is not in f2", "MSFT, NVDA"),
    ("facts", "MSFT", "-t", "NVDA"): ("two ways to name a company", "p3 facts TICKER"),
    ("facts", "MSFT", "--annual", "--ttm"): ("more than one kind of period", "one of"),
    ("facts", "MSFT", "--as-of", "2999-01-01"): ("has not come yet", "past date"),
    ("facts", "MSFT", "--as-of", "someday"): ("--as-of 'someday' is not a date", "2024-06-30"),
    ("facts", "MSFT", "--as-of", ""): ("is not a date", "2024-06-30"),
    ("ask", " \t "): ("the question is empty", "Write one"),
    ("e2e", "--from", "nosuch"): ("unknown stage 'nosuch'", "fetch-sec"),
    ("e2e", "--force", "nosuch"): ("unknown stage 'nosuch'", "fetch-sec"),
    ("e2e", "--from", "trade", "--until", "facts"): ("trade comes after facts", "fetch-sec"),
    ("sql", "DROP VIEW facts"): ("takes one query", "SELECT"),
    ("sql", "SELECT * FROM read_text('/etc/hostname')"): ("Permission Error", "SHOW TABLES"),
    ("sql", "SELECT 1", "--export", "x.duckdb"): ("every table", "Leave out"),
    ("trace", "nosuch"): ("no order 'nosuch'", "orders"),
}


def test_usage(together: Callable[..., list[Any]], sample: Path) -> None:
    before = listing(sample)
    for ended, (wrong, remedy) in zip(together(*USAGE, tree=sample), USAGE.values(), strict=True):
        says(ended, 2, wrong, remedy)
    assert listing(sample) == before


@pytest.mark.parametrize(
    ("option", "value", "wrong"),
    [("--strategy", "../value", "no strategy '../value'"), ("--start", "soon", "'soon' is not a date")],
)
def test_an_argument_of_a_stage_that_makes_no_sense_is_remembered_of_no_company(
    p3: P3, tree: Path, option: str, value: str, wrong: str
) -> None:
    says(p3("backtest", option, value, "--data-dir", tree), 2, wrong, "")
    with sqlite3.connect(tree / "ledger" / "ledger.sqlite") as ledger:
        assert ledger.execute("SELECT count(*) FROM dead_letters").fetchone() == (0,)


def test_what_is_not_there_yet_names_the_command(p3: P3, tree: Path) -> None:
    says(p3("search", "revenue", "--data-dir", tree), 4, "no passages are indexed yet", "p3 embed")
    says(p3("sql", "SELECT * FROM passages", "--data-dir", tree), 4, "no passages", "p3 embed")


NO_DATA = {
    ("facts", "MSFT"): "p3 fetch-sec",
    ("dcf",): "p3 ",
    ("embed",): "p3 fetch-sec",
    ("trade",): "p3 ",
    ("ask", "What was NVIDIA's revenue in fiscal 2024?"): "p3 fetch-sec",
}


def test_no_data_yet(together: Callable[..., list[Any]], tmp_path: Path) -> None:
    for ended, remedy in zip(together(*NO_DATA, tree=tmp_path / "new"), NO_DATA.values(), strict=True):
        says(ended, 4, "", remedy)


def test_without_an_identity_both_ways_out_are_told(p3: P3, tmp_path: Path) -> None:
    for arguments in (["fetch-sec"], ["e2e", "--prices", "sample"]):
        ended = p3(*arguments, "--data-dir", tmp_path / "new")
        says(ended, 3, "no identity is set", "P3_SEC__IDENTITY")
        assert "--source sample" in ended.err


def test_no_source_of_prices(p3: P3, tmp_path: Path) -> None:
    says(p3("fetch-prices", "--data-dir", tmp_path / "new"), 3, "no source of prices", "sample")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("[sec", "malformed"), ("[sek]\nrate = 1", "sek is not a section"), ("[sec]\nx = 1", "sec.x")],
)
def test_the_user_s_file(p3: P3, sample: Path, tmp_path: Path, text: str, wrong: str) -> None:
    path = tmp_path / "config" / "p3" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    ended = p3("sql", "SELECT 1", "--data-dir", sample)
    says(ended, 3, wrong, "")
    assert str(path) in ended.err


def test_variables(p3: P3, sample: Path) -> None:
    says(p3("sql", "SELECT 1", "--data-dir", sample, P3_SEC__RATE="fast"), 3, "sec.rate (environment)", "")
    ended = p3("sql", "SELECT 1", "--data-dir", sample, P3_ALPACA='{"key": ["hunter2"]}')
    says(ended, 3, "alpaca.key", "")
    assert "hunter2" not in ended.err


def test_no_tree(p3: P3) -> None:
    says(p3("sql", "SELECT 1"), 3, "no build_data/", "--data-dir")


def test_a_tree_named_by_nothing(p3: P3) -> None:
    says(p3("env-status", "--data-dir", ""), 2, "--data-dir is empty", "leave it out")
    says(p3("env-status", P3_DATA_DIR=""), 2, "P3_DATA_DIR is empty", "leave it out")


def test_a_tree_whose_name_is_no_text(p3: P3, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/x\xff")
    says(p3("env-status", "--data-dir", path), 3, "is not UTF-8", "--data-dir")
    says(p3("env-status", P3_DATA_DIR=path), 3, "is not UTF-8", "--data-dir")


def test_a_variable_that_is_no_setting_is_told(p3: P3, sample: Path) -> None:
    misspelt = {"P3_SECC__RATE": "2", "P3_NOSUCH": "secret", "P3_SEC__RATE": "2", "P3_DATA_DIR": str(sample)}
    ended = p3("sql", "SELECT 1", **misspelt)
    assert ended.code == 0
    told = ended.err.splitlines()
    assert [line.split()[0] for line in told] == ["P3_NOSUCH", "P3_SECC__RATE"]
    assert "secret" not in ended.err
    assert p3("sql", "SELECT 1", "-q", **misspelt).err == ""


def test_a_tree_that_is_a_file(p3: P3, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    says(p3("facts", "MSFT", "--data-dir", tmp_path / "file"), 3, "is a file", "--data-dir")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="permission bits do not bind root")
def test_a_tree_that_cannot_be_written(p3: P3, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    says(p3("fetch-sec", "--source", "sample", "--data-dir", tmp_path / "closed"), 3, "cannot write", "--data-dir")


def test_a_tree_where_none_can_be(p3: P3) -> None:
    begun = p3("fetch-sec", "--source", "sample", "--data-dir", "/proc/p3")
    says(begun, 3, "cannot write to the data directory", "--data-dir")


def test_what_only_reads_begins_no_tree(p3: P3, tmp_path: Path) -> None:
    for words in (("facts", "MSFT"), ("sql", "SELECT 1"), ("dcf",), ("trace", "x")):
        says(p3(*words, "--data-dir", tmp_path / "none"), 4, "there are no data in", "p3 e2e f2 --source sample")
    assert not (tmp_path / "none").exists()


def test_an_export_never_overwrites(p3: P3, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.duckdb").write_text("mine")
    ended = p3("sql", "--export", tmp_path / "mine.duckdb", "--data-dir", tree)
    says(ended, 2, "exists already", "another file")
    says(p3("sql", "--export", tmp_path / "no" / "x.duckdb", "--data-dir", tree), 3, "cannot write", "another file")
    assert (tmp_path / "mine.duckdb").read_text() == "mine"


def test_what_the_command_line_does_not_know(together: Callable[..., list[Any]], tmp_path: Path) -> None:
    unknown = [("facts", "--nosuch"), ("search",), ("e2e", "--source", "nosuch"), ("search", "x", "-k", "0")]
    for ended in together(*unknown, tree=tmp_path / "new"):
        assert (ended.code, ended.out) == (2, "")
        assert "Traceback" not in ended.err
        assert "-h" in ended.err


def test_a_bug_says_how_to_see_it(p3: P3, sample: Path) -> None:
    """--debug shows where an error came from; without it there is no traceback."""
    ended = p3("facts", "X!", "--data-dir", sample, "--debug")
    assert ended.code == 2
    assert "Traceback" in ended.err
