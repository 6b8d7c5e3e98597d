"""`p3 sql`: every table, as JSON, as a table, into a pipe that closes, as a file."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from other_process import command, environment

P3 = Callable[..., Any]


def test_a_query_as_json(p3: P3, sample: Path) -> None:
    ended = p3("sql", "SELECT ticker, origin FROM companies ORDER BY ticker", "--json", "--data-dir", sample)
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["rows"] == [
        {"ticker": "MSFT", "origin": "sample"},
        {"ticker": "NVDA", "origin": "sample"},
    ]


STATEMENTS = [
    "SHOW TABLES",
    "SELECT * FROM line_items LIMIT 3",
    "SELECT * FROM units",
    "SELECT max(accepted) - min(accepted) AS span FROM filings",
    "SELECT sum(volume), 'NaN'::DOUBLE, 1::HUGEINT, 1::DECIMAL(9, 2), TIME '10:00', NULL, [1], {'a': 1} FROM prices",
]


def test_whatever_a_query_gives_is_json(together: Callable[..., list[Any]], sample: Path) -> None:
    for ended in together(*[("sql", statement, "--json") for statement in STATEMENTS], tree=sample):
        assert (ended.code, ended.err) == (0, "")
        assert json.loads(ended.out)["rows"]


def test_a_reader_that_has_seen_enough(sample: Path, tmp_path: Path) -> None:
    """As `p3 sql … | head -0` does: the pipe is closed before anything is written to it."""
    process = subprocess.Popen(
        command("sql", "SELECT * FROM facts", "--json", "--data-dir", sample),
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 0


def test_an_export(p3: P3, tree: Path, tmp_path: Path) -> None:
    ended = p3("sql", "--export", tmp_path / "out.duckdb", "--data-dir", tree)
    assert (ended.code, ended.err) == (0, "")
    with duckdb.connect(str(tmp_path / "out.duckdb"), read_only=True) as exported:
        (found,) = exported.sql("SELECT count(*) FROM companies").fetchall()
    assert found == (2,)
