"""`p3 sql`'s reader: every table is a view, one query at a time, and nothing outside the tree."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from rate_rows import rates

from p3.data.store import Store
from p3.data.tables import COMPANIES, RATES, TABLES
from p3.errors import ConfigurationError, InputMissingError, UsageError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "tree")
    made.tables.replace(RATES, ["A", "B"], rates("A", "B"))
    return made


def ask(store: Store, statement: str) -> pl.DataFrame:
    return store.query().sql(statement, store.views())


def files(store: Store) -> set[str]:
    return {os.path.relpath(path, store.directories.root) for path in store.directories.root.rglob("*")}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) AS n FROM rates",
        "select COUNT(*) from RATES;",
        "WITH r AS (FROM rates) SELECT count(*) FROM r",
        "SELECT count(*) FROM rates LEFT JOIN units ON unit = series",
        "/* counted */ SELECT count(*) FROM rates -- twice",
    ],
)
def test_a_query(store: Store, statement: str) -> None:
    assert ask(store, statement).item() == 2


@pytest.mark.parametrize("statement", ["SHOW TABLES", "SELECT table_name FROM information_schema.tables"])
def test_every_table_is_listed_before_anything_was_embedded(store: Store, statement: str) -> None:
    listed = set(ask(store, statement).to_series())
    assert set(TABLES) | {"units", "runs", "audit", "orders"} <= listed
    assert "passages" not in listed


def test_describe(store: Store) -> None:
    assert ask(store, "DESCRIBE rates")["column_name"].to_list() == list(RATES.schema)


def test_passages_before_there_are_any_name_the_command(store: Store) -> None:
    with pytest.raises(InputMissingError) as caught:
        ask(store, "SELECT count(*) FROM passages")
    assert "p3 embed" in caught.value.remedy


def test_a_table_of_the_ledger(store: Store) -> None:
    assert ask(store, "SELECT name FROM migrations").height > 0


def test_a_table_that_was_never_written_is_empty(store: Store) -> None:
    assert ask(store, "SELECT * FROM valuations").height == 0


@pytest.mark.parametrize(
    "statement",
    [
        "",
        ";",
        "SELECT 1; SELECT 2",
        "DELETE FROM rates",
        "INSERT INTO rates SELECT * FROM rates",
        "UPDATE rates SET value = 0",
        "DROP VIEW rates",
        "CREATE TABLE mine AS SELECT 1",
        "COPY rates TO '{tree}/out.csv'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{tree}/out.csv'",
        "ATTACH '{tree}/out.duckdb'",
        "EXPORT DATABASE '{tree}/out'",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "INSTALL httpfs",
        "CALL pragma_version()",
    ],
)
def test_anything_but_one_query_is_refused(store: Store, statement: str) -> None:
    ask(store, "SELECT count(*) FROM rates, units")
    before = files(store)
    with pytest.raises(UsageError):
        ask(store, statement.format(tree=store.directories.root))
    assert files(store) == before


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('{outside}')",
        "SELECT * FROM '{outside}'",
        "SELECT * FROM read_csv('{tree}/../outside.csv')",
        "SELECT * FROM read_csv('{tree}-beside/outside.csv')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_csv('http://localhost:9/x.csv')",
        "SELECT * FROM nosuchtable",
        "SELECT nosuchcolumn FROM rates",
        "SELEC",
        "SELECT * FROM statement",
        "SELECT * FROM store",
    ],
)
def test_what_is_not_in_the_tree_is_not_read(store: Store, statement: str) -> None:
    root = store.directories.root
    outside = root.parent / "outside.csv"
    outside.write_text("a\n1\n")
    beside = root.with_name("tree-beside")
    beside.mkdir()
    (beside / "outside.csv").write_text("a\n1\n")
    with pytest.raises(UsageError) as caught:
        ask(store, statement.format(outside=outside, tree=root))
    assert caught.value.message.count("\n") == 0


def test_rows_take_parameters_and_never_their_text(store: Store) -> None:
    assert store.rows(RATES, "series = ?", ["A"])["series"].to_list() == ["A"]
    assert store.rows(RATES, "series = ?", ["A' OR '1'='1"]).height == 0


FEBRUARY = datetime(2024, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("condition", "where", "parameters"),
    [
        (pl.col("series") == "A", "series = ?", ["A"]),
        (pl.col("series").is_in(["A", "C"]), "series IN ('A', 'C')", []),
        (pl.col("series").is_in([]), "series IN (NULL)", []),
        (pl.col("known_from") <= FEBRUARY, "known_from <= ?", [FEBRUARY]),
        (pl.col("value") > 0.04, "value > 0.04", []),  # null for one: neither engine returns it
    ],
)
@pytest.mark.parametrize("as_of", [None, FEBRUARY])
def test_a_condition_means_the_same_to_both_engines(
    store: Store, condition: pl.Expr, where: str, parameters: list[object], as_of: datetime | None
) -> None:
    store.tables.replace(RATES, ["C"], rates("C", value=None))
    store.tables.replace(RATES, ["D"], rates("D", value=0.05, known_from=datetime(2024, 3, 1, tzinfo=UTC)))
    without, by_duckdb = (
        store.query(as_of).filtered(RATES, condition),
        store.query(as_of).rows(RATES, where, parameters),
    )
    assert without.schema == by_duckdb.schema == RATES.schema
    assert_frame_equal(without, by_duckdb, check_row_order=False)


def test_a_table_that_was_never_written_has_no_row_that_meets_a_condition(store: Store) -> None:
    assert_frame_equal(store.filtered(COMPANIES, pl.col("cik") == 1), pl.DataFrame(schema=COMPANIES.schema))


def test_a_column_that_an_older_p3_did_not_write_is_null(store: Store) -> None:
    older = replace(RATES, schema=pl.Schema({name: kind for name, kind in RATES.schema.items() if name != "origin"}))
    store.tables.replace(older, ["old"], rates("old").drop("origin"))
    assert store.filtered(RATES, pl.col("series") == "old")["origin"].to_list() == [None]
    assert store.filtered(RATES, pl.col("origin") == "test")["series"].sort().to_list() == ["A", "B"]


def test_a_condition_is_met_without_loading_duckdb_or_pyarrow(store: Store) -> None:
    """Their imports would be a fifth of what a cold question costs."""
    code = (
        "import sys, polars as pl; from pathlib import Path; from p3.data.store import Store;"
        "from p3.data.tables import RATES; rows = Store(Path(sys.argv[1])).filtered(RATES, pl.col('series') == 'A');"
        "sys.exit(rows.height != 1 or 'duckdb' in sys.modules or 'pyarrow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(store.directories.root)], check=False).returncode == 0


def test_a_reader_sees_the_tables_as_they_were_when_it_first_looked(store: Store) -> None:
    reader = store.query()
    assert reader.rows(RATES).height == 2
    store.tables.replace(RATES, ["A"], rates("A").clear())
    assert reader.rows(RATES).height == 2
    assert store.rows(RATES).height == 1


def test_an_export_is_a_plain_database_of_all_there_is(store: Store, tmp_path: Path) -> None:
    store.ledger.start_run("r", "c", "f2", datetime(2024, 1, 1, tzinfo=UTC))
    path = tmp_path / "it's out.duckdb"
    names = store.query().export(str(path), store.views())
    assert set(TABLES) | {"units", "runs"} <= set(names)
    assert "passages" not in names
    with duckdb.connect(str(path), read_only=True) as exported:
        assert exported.sql("SELECT count(*) FROM rates").fetchall() == [(2,)]
        assert exported.sql("SELECT run_id FROM runs").fetchall() == [("r",)]
        assert {row[0] for row in exported.sql("SHOW TABLES").fetchall()} == set(names)


def test_an_export_to_nowhere_is_told_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "missing" / "out.duckdb"
    with pytest.raises(ConfigurationError, match="cannot write"):
        store.query().export(str(path), store.views())
    assert not path.parent.exists()


TEXTS = [
    ("INTERVAL 2 HOUR + INTERVAL 1 MONTH", "1 month 02:00:00"),
    ("max(date) - min(date)::TIMESTAMP", "00:00:00"),
    ("NULL::INTERVAL", None),
    ("[INTERVAL 1 DAY]", "[1 day]"),
    ("{'a': [INTERVAL 1 DAY]}", "{'a': [1 day]}"),
    ("map {'a': INTERVAL 1 DAY}", "{a=1 day}"),
    ("array_value(INTERVAL 1 DAY, INTERVAL 2 DAY)", "[1 day, 2 days]"),
    ("union_value(a := 1)", "1"),
    ("'1010'::BIT", "1010"),
]


@pytest.mark.parametrize(("value", "text"), TEXTS)
def test_what_a_frame_cannot_hold_is_text(store: Store, value: str, text: str | None) -> None:
    """The other columns, the order of rows and names that have to be quoted stay."""
    columns = f'{value} AS "a ""text""", g AS "#1", [g]::INT[1] AS a'
    found = ask(store, f"SELECT {columns} FROM rates, range(3) AS r (g) GROUP BY g ORDER BY g DESC")
    assert found.columns == ['a "text"', "#1", "a"]
    assert found.to_series().to_list() == [text] * 3
    assert found["#1"].to_list() == [2, 1, 0]
    assert found.schema["a"] == pl.Array(pl.Int32, 1)
