"""A data tree of the sample, built once by the command line for all tests, and what a whole tree must satisfy."""

import gzip
import hashlib
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from flow.command import Ran, p3

from p3.data.store import Store
from p3.data.tables import TABLES, Table

E2E = ("e2e", "f2", "--source", "sample")


@dataclass(frozen=True)
class SampleTree:
    """The tree, and how the run that made it ended. Tests copy it before they change anything in it."""

    path: Path
    ran: Ran

    @property
    def shape(self) -> Any:
        return self.ran.json

    def copy(self, to: Path) -> Path:
        """Copy the tree, but for the exported models, which are large and never change: those are linked."""
        models = self.path / "index" / "models"
        shutil.copytree(
            self.path, to, ignore=lambda folder, names: {"models"} if Path(folder) == models.parent else set()
        )
        (to / "index" / "models").symlink_to(models)
        return to


@cache
def sample_tree(base: Path) -> SampleTree:
    """Return the tree of ``p3 e2e f2 --source sample`` below ``base``, built at the first call."""
    path = link_models(base / "sample-tree" / "build_data", models_below(base))
    return SampleTree(path, p3(path, *E2E))


def models_below(base: Path) -> Path:
    """Return the folder of the exported models that the trees of a session share: each is exported once."""
    folder = base / "exported-models"
    folder.mkdir(exist_ok=True)
    return folder


def link_models(tree: Path, models: Path) -> Path:
    """Return ``tree``, a new one, whose exported models are those of the folder ``models``."""
    (tree / "index").mkdir(parents=True)
    (tree / "index" / "models").symlink_to(models)
    return tree


def rows(tree: Path, table: Table) -> pl.DataFrame:
    """Return a table's rows in the order of its key."""
    return Store(tree).rows(table).sort(table.key, nulls_last=True)


def assert_whole(tree: Path) -> None:
    """Fail where a store of ``tree`` is torn, holds a row twice, or holds a raw object in part."""
    if not tree.exists():
        return
    store = Store(tree)
    for table in TABLES.values():
        frame = store.rows(table)
        assert frame.height == frame.select(table.key).unique().height, f"{table.name} holds a key twice"
    _assert_raw_whole(tree)
    _assert_ledger_whole(store, store.directories.ledger())
    _assert_index_whole(store)


def _assert_raw_whole(tree: Path) -> None:
    for file in (tree / "raw" / "objects").glob("*/*.gz"):
        assert hashlib.sha256(gzip.decompress(file.read_bytes())).hexdigest() == file.stem, f"{file} is no whole object"


def _assert_ledger_whole(store: Store, file: Path) -> None:
    if not file.exists():
        return
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.ledger.verify_audit()


def _assert_index_whole(store: Store) -> None:
    if store.index.is_empty():
        return
    passages = store.index.passages(None)
    assert passages["passage_id"].n_unique() == passages.height, "the index holds a passage twice"
    assert passages["vector"].null_count() == 0
    norms = np.linalg.norm(np.stack(passages["vector"].to_numpy()), axis=1)  # type: ignore[call-overload]
    assert np.allclose(norms, 1.0, atol=1e-3)
