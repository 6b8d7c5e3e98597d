"""Delta tables: a unit's rows are replaced as a whole, by whoever comes, whatever it is called."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from processes import together
from rate_rows import rates

from p3.data.delta import DeltaTables
from p3.data.layers import DirectoryManager
from p3.data.ledger_schema import MIGRATIONS
from p3.data.store import Store
from p3.data.tables import COMPANIES, LINE_ITEMS, RATES, TABLES
from p3.errors import ConfigurationError, DataError

WRITER = """
from pathlib import Path
from rate_rows import rates
from p3.data.store import Store
from p3.data.tables import RATES
store, name, times = Store(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
import deltalake
print("ready", flush=True)
sys.stdin.readline()
for n in range(times):
    store.tables.replace(RATES, [name], rates(name, origin=str(n)))
"""
READER = """
from pathlib import Path
from p3.data.store import Store
from p3.data.tables import RATES
store = Store(Path(sys.argv[1]))
store.rows(RATES)
print("ready", flush=True)
sys.stdin.readline()
seen = [store.rows(RATES).filter(series="A").height for _ in range(30)]
print(set(seen))
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def held(store: Store) -> list[tuple[str, str]]:
    return sorted(store.rows(RATES).select("series", "origin").iter_rows())


def test_rows_are_replaced_and_not_doubled(store: Store) -> None:
    for turn in ("first", "second"):
        store.tables.replace(RATES, ["A"], rates("A", origin=turn))
    assert held(store) == [("A", "second")]


def test_other_owners_stay(store: Store) -> None:
    store.tables.replace(RATES, ["A", "B"], rates("A", "B"))
    store.tables.replace(RATES, ["A"], rates("A", origin="new"))
    assert held(store) == [("A", "new"), ("B", "test")]


def test_an_owner_that_has_nothing_left_is_emptied(store: Store) -> None:
    store.tables.replace(RATES, ["A", "B"], rates("A", "B"))
    store.tables.replace(RATES, ["A", "B"], rates("B"))
    assert held(store) == [("B", "test")]


@pytest.mark.parametrize("owner", ["O'Neil", 'a"b', "A') OR ('1'='1", "back\\slash", "per%cent", "ünï", "-- x", "A;B"])
def test_an_owner_of_any_name_replaces_itself_alone(store: Store, owner: str) -> None:
    store.tables.replace(RATES, ["A", owner], rates("A", owner))
    store.tables.replace(RATES, [owner], rates(owner, origin="new"))
    assert held(store) == sorted([("A", "test"), (owner, "new")])


def test_rows_of_a_stranger_are_refused(store: Store) -> None:
    with pytest.raises(DataError, match="in a commit for others"):
        store.tables.replace(RATES, ["A"], rates("A", "B"))
    assert store.tables.version(RATES) is None


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (rates("A", "A"), "1 rows double the key series, date"),
        (rates("A").with_columns(series=pl.lit(None, pl.String)), "rows without series"),
        (rates("A").with_columns(known_from=pl.lit(None, pl.Datetime("us", "UTC"))), "rows without known_from"),
        (rates("A").drop("value"), "columns missing: value"),
        (rates("A").with_columns(value=pl.lit("much")), "conversion"),
    ],
)
def test_rows_of_a_wrong_shape_are_refused(store: Store, bad: pl.DataFrame, says: str) -> None:
    store.tables.replace(RATES, ["A"], rates("A"))
    with pytest.raises(DataError, match=says):
        store.tables.replace(RATES, ["A"], bad)
    assert held(store) == [("A", "test")]


def test_instants_without_a_start_have_a_key(store: Store) -> None:
    """Null in a part of the key that may be null is a value like another: two such rows double."""
    row = {
        "cik": 1,
        "item": "cash",
        "duration": "instant",
        "start": None,
        "end": "2024-01-01",
        "value": 1.0,
        "unit": "USD",
        "known_from": "2024-02-01T00:00:00",
        "formula": None,
        "sources": [],
        "origin": "test",
    }
    frame = pl.DataFrame([row]).with_columns(
        pl.col("end").str.to_date(),
        pl.col("known_from").str.to_datetime(time_zone="UTC"),
        pl.col("sources").cast(LINE_ITEMS.schema["sources"]),
    )
    store.tables.replace(LINE_ITEMS, [1], frame)
    with pytest.raises(DataError, match="double the key"):
        store.tables.replace(LINE_ITEMS, [1], frame.vstack(frame))


def test_an_unwritten_table_reads_as_empty(store: Store) -> None:
    for table in TABLES.values():
        assert store.rows(table).schema == table.schema
    assert store.versions() == {}


def test_what_is_read_has_the_table_s_types(store: Store) -> None:
    company = dict.fromkeys(COMPANIES.schema, None) | {"cik": 1, "former_names": ["Old, Inc."]}
    frame = pl.DataFrame([company], schema=COMPANIES.schema)
    store.tables.replace(COMPANIES, [1], frame)
    assert store.rows(COMPANIES).equals(frame)


def test_versions_count_commits_and_old_ones_stay_readable(store: Store) -> None:
    versions = [store.tables.replace(RATES, ["A"], rates("A", origin=str(n))) for n in range(3)]
    assert versions == sorted(set(versions))
    assert store.versions() == {"rates": versions[-1]}
    old = pl.read_parquet(store.tables.files(RATES, versions[0]))
    assert old["origin"].to_list() == ["0"]


def test_compaction_changes_no_row(store: Store) -> None:
    for name in "ABC":
        store.tables.replace(RATES, [name], rates(name))
    before = held(store)
    store.tables.compact(RATES)
    assert held(store) == before
    assert len(store.tables.files(RATES)) == 1


@pytest.mark.parametrize("folder", ["with space", "ünïcode", "q'uote", "ha#sh", "co:lon", "~tilde", "a&b=c+d"])
def test_the_tree_may_lie_in_a_folder_of_almost_any_name(tmp_path: Path, folder: str) -> None:
    store = Store(tmp_path / folder)
    for name in "AB":
        store.tables.replace(RATES, [name], rates(name))
    assert held(store) == [("A", "test"), ("B", "test")]
    assert store.query().sql("SELECT count(*) AS n FROM rates, migrations", store.views()).item() == 2 * len(MIGRATIONS)
    assert [child.name for child in tmp_path.iterdir()] == [folder]


@pytest.mark.parametrize("turn", range(3))
def test_two_processes_that_write_a_new_table_at_once_lose_nothing(tmp_path: Path, turn: int) -> None:
    together(WRITER, (tmp_path, "A", 1), (tmp_path, "B", 1))
    assert held(Store(tmp_path)) == [("A", "0"), ("B", "0")]


def test_two_writers_and_a_reader(tmp_path: Path) -> None:
    Store(tmp_path).tables.replace(RATES, ["A"], rates("A"))
    program = "(" + repr(WRITER) + " if sys.argv[1] == 'w' else " + repr(READER) + ")"
    program = f"role = {program}\ndel sys.argv[1]\nexec(role)"
    *_, seen = together(program, ("w", tmp_path, "A", 8), ("w", tmp_path, "B", 8), ("r", tmp_path))
    assert seen == "{1}"
    assert held(Store(tmp_path)) == [("A", "7"), ("B", "7")]


def test_a_torn_table_is_told(store: Store) -> None:
    store.tables.replace(RATES, ["A"], rates("A"))
    for file in store.tables.files(RATES):
        Path(file).unlink()
    with pytest.raises(DataError, match="rates cannot be read"):
        store.rows(RATES)


def test_a_torn_log_is_told(store: Store) -> None:
    version = store.tables.replace(RATES, ["A"], rates("A"))
    log = store.directories.root / "facts" / "tables" / "rates" / "_delta_log" / f"{version:020d}.json"
    log.write_text("{")
    with pytest.raises(DataError, match="rates cannot be read"):
        store.rows(RATES)


LIMITED = """
import resource, signal
from pathlib import Path
from rate_rows import rates
from p3.data.store import Store
from p3.data.tables import RATES
from p3.errors import P3Error
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(Path(sys.argv[1]))
import deltalake
print("ready", flush=True)
sys.stdin.readline()
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    store.tables.replace(RATES, ["A"], rates("A", origin="x" * 1000))
except P3Error as error:
    print(type(error).__name__, error.exit_code)
"""


def test_no_room_is_a_configuration_error_and_the_old_rows_stay(store: Store) -> None:
    store.tables.replace(RATES, ["A"], rates("A"))
    (answer,) = together(LIMITED, (store.directories.root,))
    assert answer == f"{ConfigurationError.__name__} 3"
    assert held(store) == [("A", "test")]
    store.tables.replace(RATES, ["A"], rates("A", origin="after"))
    assert held(store) == [("A", "after")]


def test_the_tables_of_a_tree_are_below_its_root(tmp_path: Path) -> None:
    assert DeltaTables(DirectoryManager(tmp_path)).root == str(tmp_path)


def test_a_table_of_an_older_version_is_read_and_takes_up_new_columns(store: Store) -> None:
    older = replace(RATES, schema=pl.Schema({name: kind for name, kind in RATES.schema.items() if name != "origin"}))
    store.tables.replace(older, ["A", "B"], rates("A", "B").drop("origin"))
    assert held(store) == [("A", None), ("B", None)]
    store.tables.replace(RATES, ["A"], rates("A"))
    assert held(store) == [("A", "test"), ("B", None)]
