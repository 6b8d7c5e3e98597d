"""The ledger: migrations once, an audit log that tells when it was touched, dead letters until they are mended."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from processes import CHECKOUT, together
from read_only import read_only
from sqlalchemy.exc import OperationalError

from p3.data import ledger_engine
from p3.data.ledger import Ledger
from p3.data.ledger_schema import METADATA, MIGRATIONS
from p3.errors import BusyError, ConfigurationError, DataError

THEN = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Ledger:
    return Ledger(path)


def append(ledger: Ledger, *subjects: str) -> None:
    for subject in subjects:
        with ledger.transaction() as connection:
            ledger.append_audit(connection, "test", subject, {"subject": subject, "at": THEN})


def meddle(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def test_migrations_are_applied_once(path: Path) -> None:
    for _ in range(2):
        Ledger(path).start_run(f"run-{_}", "test", "f2", THEN)
    applied = Ledger(path).frame("migrations")
    assert applied["name"].to_list() == list(MIGRATIONS)


def test_every_table_has_a_migration_and_a_frame(ledger: Ledger) -> None:
    assert all(ledger.frame(name).columns == METADATA.tables[name].columns.keys() for name in ledger.names())


def test_a_transaction_is_whole_or_nothing(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.transaction() as connection:
        ledger.append_audit(connection, "test", "a", {})
        raise ZeroDivisionError
    assert ledger.verify_audit() == 0


def test_the_audit_chain_verifies(ledger: Ledger) -> None:
    append(ledger, "a", "b", "c")
    assert ledger.verify_audit() == 3


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE audit SET payload = '{}' WHERE seq = 2", 2),
        ("UPDATE audit SET at = '2020-01-01T00:00:00Z' WHERE seq = 1", 1),
        ("UPDATE audit SET kind = 'other' WHERE seq = 3", 3),
        ("UPDATE audit SET subject = 'x' WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 2", 3),
        ("DELETE FROM audit WHERE seq = 1", 2),
        ("UPDATE audit SET digest = 'forged' WHERE seq = 2", 2),
        ("INSERT INTO audit (at, kind, subject, payload, previous, digest) VALUES ('', '', '', '', 'x', 'y')", 4),
        ("UPDATE audit SET seq = 9 WHERE seq = 1", 2),
    ],
)
def test_meddling_is_found_out(ledger: Ledger, path: Path, statement: str, entry: int) -> None:
    append(ledger, "a", "b", "c")
    meddle(path, statement)
    with pytest.raises(DataError, match=f"broken at entry {entry}"):
        ledger.verify_audit()


def test_an_end_that_was_cut_off_shows_in_the_number(ledger: Ledger, path: Path) -> None:
    append(ledger, "a", "b", "c")
    meddle(path, "DELETE FROM audit WHERE seq = 3")
    assert ledger.verify_audit() == 2


APPENDER = """
from pathlib import Path
from p3.data.ledger import Ledger
print("ready", flush=True)
sys.stdin.readline()
ledger = Ledger(Path(sys.argv[1]))
for n in range(25):
    with ledger.transaction() as connection:
        ledger.append_audit(connection, "test", f"{sys.argv[2]}-{n}", {})
"""


def test_processes_that_append_at_once_never_fork_the_log(path: Path) -> None:
    """They also race to make the ledger itself."""
    together(APPENDER, (path, "a"), (path, "b"), (path, "c"))
    ledger = Ledger(path)
    assert ledger.verify_audit() == 75
    assert ledger.frame("migrations").height == len(MIGRATIONS)


def unit(name: str, key: str = "k") -> dict[str, object]:
    common = {"stage": "facts", "unit": name, "key": key, "output": "o", "rows": 1, "seconds": 0.1, "run_id": "r"}
    return {**common, "finished": "2024-05-01T00:00:00Z", "note": ""}


def letter(name: str, what: str = "facts", reason: str = "broken", run: str = "r1") -> dict[str, object]:
    return {"stage": "facts", "unit": name, "what": what, "reason": reason, "run_id": run, "last_seen": run}


def open_letters(ledger: Ledger) -> list[tuple[str, str, int]]:
    found = ledger.open_dead_letters(["facts"], ["A", "B"])
    return [(item["unit"], item["reason"], item["attempts"]) for item in found]


def test_the_life_of_a_dead_letter(ledger: Ledger) -> None:
    ledger.record_units([], [letter("A"), letter("B")])
    ledger.record_units([], [letter("A", reason="still broken", run="r2")])
    assert open_letters(ledger) == [("A", "still broken", 2), ("B", "broken", 1)]
    ledger.record_units([unit("A")], [])
    assert open_letters(ledger) == [("B", "broken", 1)]
    ledger.record_units([], [letter("A", reason="again", run="r4")])
    assert open_letters(ledger) == [("A", "again", 3), ("B", "broken", 1)]
    kept = ledger.frame("dead_letters").filter(unit="A").row(0, named=True)
    assert (kept["first_seen"], kept["last_seen"], kept["resolved"]) == ("r1", "r4", None)


def test_a_unit_that_ends_well_with_a_problem_keeps_that_one_open(ledger: Ledger) -> None:
    ledger.record_units([], [letter("A"), letter("A", what="10-K 1")])
    ledger.record_units([unit("A")], [letter("A", what="10-K 1", reason="missing")])
    assert open_letters(ledger) == [("A", "missing", 2)]


def test_letters_of_other_stages_and_units_are_not_listed(ledger: Ledger) -> None:
    ledger.record_units([], [letter("A"), letter("Z"), {**letter("A"), "stage": "embed"}])
    assert open_letters(ledger) == [("A", "broken", 1)]


def test_unit_records_come_oldest_first(ledger: Ledger) -> None:
    ledger.record_units([unit("A", "k1")], [])
    ledger.record_units([unit("A", "k2")], [])
    assert [row["key"] for row in ledger.unit_records(["facts"])] == ["k1", "k2"]
    assert ledger.unit_records(["embed"]) == []


def test_a_run_begins_and_ends(ledger: Ledger) -> None:
    ledger.start_run("r1", "e2e", "f2", THEN)
    ledger.finish_run("r1", "done", "/tree/manifest.json")
    row = ledger.frame("runs").row(0, named=True)
    assert (row["status"], row["as_of"], row["manifest"]) == ("done", "2024-05-01T00:00:00Z", "/tree/manifest.json")


@pytest.fixture
def holder(path: Path) -> Iterator[sqlite3.Connection]:
    """Another process's transaction that writes and does not end."""
    append(Ledger(path), "a")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM audit")
        yield connection


def test_a_writer_that_does_not_end_makes_other_writers_busy(
    path: Path, holder: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_engine, "_BUSY_SECONDS", 0.05)
    with pytest.raises(BusyError, match="another process is writing"):
        Ledger(path).start_run("r1", "e2e", "f2", THEN)


def test_readers_neither_wait_for_a_writer_nor_hold_one_up(path: Path, holder: sqlite3.Connection) -> None:
    ledger = Ledger(path)
    with ledger.reading() as connection:
        seen = sa.select(sa.func.count()).select_from(sa.table("audit"))
        assert connection.execute(seen).scalar() == 1
        holder.execute("COMMIT")
        assert connection.execute(seen).scalar() == 1, "a transaction sees one state"
    assert ledger.verify_audit() == 0


def test_what_only_reads_cannot_write(ledger: Ledger) -> None:
    with pytest.raises(ConfigurationError, match="readonly"), ledger.reading() as connection:
        ledger.append_audit(connection, "test", "a", {})
    assert ledger.verify_audit() == 0


READER = f"""
import sys
sys.path[:0] = [{str(CHECKOUT)!r}]
from pathlib import Path
from p3.data.ledger import Ledger
from p3.errors import ConfigurationError
ledger = Ledger(Path(sys.argv[1]))
print(ledger.verify_audit(), ledger.writable)
try:
    with ledger.transaction() as connection:
        ledger.append_audit(connection, "test", "c", {{}})
    print("written")
except ConfigurationError as error:
    print(error.message)
"""


def read_where_nothing_can_be_written(path: Path) -> list[str]:
    words = [*read_only(path.parent), sys.executable, "-c", READER, path]
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


def test_a_ledger_in_a_place_that_cannot_be_written_is_read(path: Path) -> None:
    append(Ledger(path), "a", "b")
    assert Ledger(path).writable
    assert [file.name for file in path.parent.glob("ledger*")] == [path.name]
    count, refused = read_where_nothing_can_be_written(path)
    assert count == "2 False"
    assert "readonly" in refused


def test_what_a_killed_writer_left_beside_the_ledger_is_read_too(path: Path, tmp_path: Path) -> None:
    """A backup that was taken while p3 wrote has its log beside it."""
    append(Ledger(path), "a")
    copy = tmp_path / "backup"
    copy.mkdir()
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("SELECT count(*) FROM audit").fetchall()
        append(Ledger(path), "b")
        for file in path.parent.glob("ledger*"):
            shutil.copy(file, copy)
    assert len(list(copy.iterdir())) == 3
    assert read_where_nothing_can_be_written(copy / path.name)[0] == "2 False"


def test_a_file_that_is_no_ledger_is_told(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(DataError, match="file is not a database"):
        Ledger(path).verify_audit()


def test_a_ledger_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be used"):
        Ledger(tmp_path / "missing" / "ledger.sqlite").verify_audit()


@pytest.mark.parametrize("url", ["nonsense", "postgresql+nosuchdriver://user:hunter2@host/db", "mongodb://u:hunter2@h"])
def test_an_impossible_url_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Ledger(url)
    assert "hunter2" not in caught.value.message + caught.value.remedy
    assert "P3_LEDGER__URL" in caught.value.message


@pytest.mark.parametrize(
    "text", ["database is locked", "could not serialize access due to concurrent update", "deadlock detected"]
)
def test_contention_at_either_database_is_busy(ledger: Ledger, text: str) -> None:
    with pytest.raises(BusyError), ledger.transaction():
        raise OperationalError("COMMIT", {}, Exception(text))


def test_a_url_works_as_a_file_does(path: Path) -> None:
    Ledger(path).start_run("r1", "e2e", "f2", THEN)
    assert Ledger(f"sqlite:///{path}").frame("runs").height == 1


def test_the_ledger_is_durable(ledger: Ledger) -> None:
    with ledger.transaction() as connection:
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(sa.text("PRAGMA synchronous")).scalar() == 2
