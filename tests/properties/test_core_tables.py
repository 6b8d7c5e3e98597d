"""Whatever is written in whatever order, a table holds each owner's last rows and nothing else."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from p3.data.delta import DeltaTables, conform
from p3.data.layers import DirectoryManager
from p3.data.query import Query
from p3.data.tables import RATES

OWNERS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=6)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(OWNERS, st.integers(0, 3)), min_size=1, max_size=4))
def test_the_last_commit_of_each_owner_stands(commits: list[tuple[str, int]]) -> None:
    from datetime import UTC, date, datetime

    import polars as pl

    expected = {}
    with tempfile.TemporaryDirectory() as folder:
        tables = DeltaTables(DirectoryManager(Path(folder)))
        for number, (owner, height) in enumerate(commits):
            rows = [
                {
                    "series": owner,
                    "date": date(2024, 1, day + 1),
                    "value": float(number),
                    "known_from": datetime(2024, 1, 9, tzinfo=UTC),
                    "origin": "test",
                }
                for day in range(height)
            ]
            tables.replace(RATES, [owner], conform(RATES, pl.DataFrame(rows, schema=RATES.schema)))
            expected[owner] = [(owner, float(number))] * height
        held = Query(tables).rows(RATES).select("series", "value").sort("series").rows()
    assert sorted(held) == sorted(row for rows in expected.values() for row in rows)
