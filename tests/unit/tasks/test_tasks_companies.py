"""What the tree holds of many companies."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from p3 import clock, settings
from p3.data.query import Query
from p3.data.store import Store
from p3.data.tables import COMPANIES, FACTS, FILINGS, Table
from p3.scope import Company
from p3.tasks.companies import Held, held_of
from p3.workflow.session import Session

MOMENT = datetime(2024, 1, 2, tzinfo=UTC)


class Counting(Store):
    """A tree that counts the readers opened on it."""

    opened = 0

    def query(self, as_of: datetime | None = None) -> Query:
        self.opened += 1
        return super().query(as_of)


def put(store: Store, table: Table, *rows: dict[str, object]) -> None:
    frame = pl.DataFrame(rows, schema=table.schema)
    store.tables.replace(table, frame[table.owner].unique().to_list(), frame)


def filing(cik: int, accession: str, document: str) -> dict[str, object]:
    return {"cik": cik, "accession": accession, "document": document, "accepted": MOMENT}


@pytest.fixture
def session(tmp_path: Path) -> Session:
    store, loaded = Counting(tmp_path), settings.load()
    put(store, COMPANIES, {"cik": 1, "ticker": "A"}, {"cik": 2, "ticker": "B"})
    put(store, FILINGS, filing(1, "x", "a"), filing(1, "x", "b"), filing(1, "y", "a"), filing(2, "x", "a"))
    put(store, FACTS, *({"cik": 1, "concept": each, "accepted": MOMENT} for each in "xyz"))
    return Session(store=store, settings=loaded.settings, as_of=clock.now(), command="test", sources=loaded.sources)


def test_what_is_held_of_all_companies_is_counted_in_one_go(session: Session) -> None:
    """A filing with an exhibit is one, and one that two companies have in common is each one's."""
    companies = [Company("A", 1), Company("B", None), Company("C", 3), Company("D", None), Company("B-", -7)]
    assert held_of(session, companies) == {
        "A": Held(1, 2, 3),
        "B": Held(2, 1, 0),
        "C": Held(3, 0, 0),
        "D": Held(None, 0, 0),
        "B-": Held(-7, 0, 0),
    }
    assert session.store.opened == 1  # type: ignore[attr-defined]


def test_of_nobody_known_nothing_is_held(session: Session) -> None:
    assert held_of(session, [Company("D", None)]) == {"D": Held(None, 0, 0)}
