"""The tables' declarations."""

import pytest

from p3.data.tables import TABLES, Table


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_rows_of_two_owners_cannot_have_one_key(table: Table) -> None:
    """A batch is one commit: what each company's rows promise by themselves has to hold of all of them together."""
    assert table.owner in table.key
    assert set(table.key) <= set(table.schema)
