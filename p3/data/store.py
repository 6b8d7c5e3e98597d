"""The data tree as one handle: its directories and stores, each opened when first used."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from p3.data import locks
from p3.data.layers import DataLayer, DirectoryManager
from p3.data.tables import TABLES, Table

if TYPE_CHECKING:
    from p3.data.delta import DeltaTables
    from p3.data.index import PassageIndex
    from p3.data.ledger import Ledger
    from p3.data.query import Query
    from p3.data.raw import RawStore

PASSAGES = "passages"
_PATIENCE = 120.0  # seconds to wait for another process to commit


class Store:
    """The stores of one data tree.

    Threads may share it: a store that two of them open at the same moment is made twice, which costs no more than that,
    for what the stores keep lies on disk.
    """

    def __init__(self, root: Path, ledger_url: str = "", pinned: Mapping[str, int] | None = None) -> None:
        """Take the tree's root, the ledger's URL, and the versions of tables and passages to read, or None."""
        self.directories = DirectoryManager(root)
        self._ledger_url = ledger_url
        self._pinned = pinned

    def at(self, versions: Mapping[str, int]) -> "Store":
        """Return the tree as its tables and passages were at ``versions``, for reading; one without a version is empty.

        RAW and the ledger only grow, and are those of now.
        """
        return Store(self.directories.root, self._ledger_url, versions)

    @cached_property
    def raw(self) -> "RawStore":
        """Responses and documents as received."""
        from p3.data.raw import RawStore

        return RawStore(self.directories.layer(DataLayer.RAW))

    @cached_property
    def tables(self) -> "DeltaTables":
        """The tables of FACTS and RESULTS, for writing."""
        from p3.data.delta import DeltaTables

        return DeltaTables(self.directories)

    @cached_property
    def ledger(self) -> "Ledger":
        """The ledger."""
        from p3.data.ledger import Ledger

        return Ledger(self._ledger_url or self.directories.ledger(), self.directories.tree_id())

    @cached_property
    def index(self) -> "PassageIndex":
        """Passages and their vectors."""
        from p3.data.index import PassageIndex

        return PassageIndex(self.directories.index(), None if self._pinned is None else self._pinned.get(PASSAGES, 0))

    def writing(self) -> AbstractContextManager[None]:
        """Return the lock under which tables and passages are written, waiting for another process's commit."""
        return locks.held(self.directories.lock("commit"), "the data tree", _PATIENCE)

    def query(self, as_of: datetime | None = None) -> "Query":
        """Return a reader of the tables as they stand now, of rows known at ``as_of`` alone where one is given."""
        from p3.data.query import Query

        return Query(self.tables, as_of, self._pinned)

    def rows(self, table: Table, where: str = "", parameters: Sequence[object] = ()) -> pl.DataFrame:
        """Return rows of ``table`` as it stands now."""
        return self.query().rows(table, where, parameters)

    def filtered(self, table: Table, *conditions: pl.Expr) -> pl.DataFrame:
        """Return rows of ``table`` as it stands now that meet every condition; see ``Query.filtered``."""
        return self.query().filtered(table, *conditions)

    def views(self, as_of: datetime | None = None) -> Mapping[str, Callable[[], pl.DataFrame]]:
        """Return what `p3 sql` reads beside the tables: the ledger's and the passages, each made when asked for."""
        made: dict[str, Callable[[], pl.DataFrame]] = {
            name: partial(self.ledger.frame, name) for name in self.ledger.names()
        }
        made[PASSAGES] = partial(self._passages, as_of)
        return made

    def _passages(self, as_of: datetime | None) -> pl.DataFrame:
        passages = self.index.passages(None).drop("vector", strict=False)
        return passages if as_of is None else passages.filter(pl.col("accepted") <= as_of)

    def versions(self) -> dict[str, int]:
        """Return the version of every table that exists, the passage index's included: the newest, or that pinned."""
        if self._pinned is not None:
            return dict(self._pinned)
        found = {name: self.tables.version(table) for name, table in TABLES.items()}
        if any(self.directories.index().iterdir()):
            found[PASSAGES] = self.index.version()
        return {name: version for name, version in found.items() if version is not None}
