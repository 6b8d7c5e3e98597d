"""The data tree as one handle."""

from pathlib import Path

from rate_rows import rates

from p3.data.store import Store
from p3.data.tables import RATES, TABLES


def test_opening_a_tree_makes_nothing(tmp_path: Path) -> None:
    Store(tmp_path / "tree")
    assert list(tmp_path.iterdir()) == []


def test_the_ledger_lies_in_the_tree_or_where_its_url_says(tmp_path: Path) -> None:
    Store(tmp_path / "one").ledger.verify_audit()
    Store(tmp_path / "two", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}").ledger.verify_audit()
    assert (tmp_path / "one" / "ledger" / "ledger.sqlite").is_file()
    assert (tmp_path / "elsewhere.sqlite").is_file()
    assert not (tmp_path / "two" / "ledger" / "ledger.sqlite").exists()


def test_versions_name_what_exists(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.versions() == {}
    version = store.tables.replace(RATES, ["A"], rates("A"))
    assert store.versions() == {"rates": version}


def test_the_views_beside_the_tables_do_not_shadow_them(tmp_path: Path) -> None:
    assert not set(Store(tmp_path).views()) & set(TABLES)
