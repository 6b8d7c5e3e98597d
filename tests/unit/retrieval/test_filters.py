from datetime import UTC, datetime, timedelta, timezone

import pytest

from p3.retrieval.filters import Filters, quoted


def test_the_as_of_stands_in_every_condition_in_utc():
    new_york = timezone(timedelta(hours=-4))
    assert Filters(datetime(2024, 6, 30, 20, tzinfo=new_york)).where() == (
        "accepted <= timestamp '2024-07-01 00:00:00.000000+00:00'"
    )


def test_every_filter_is_a_condition():
    where = Filters(datetime(2024, 1, 1, tzinfo=UTC), (1, 2), ("10-K", "10-K/A"), ("Item 7",), ("ab",)).where()
    assert where.split(" AND ")[1:] == [
        "cik IN (1, 2)",
        "form IN ('10-K', '10-K/A')",
        "section IN ('Item 7')",
        "document_sha IN ('ab')",
    ]


def test_quotes_are_doubled():
    assert quoted("Item 1' OR '1'='1") == "'Item 1'' OR ''1''=''1'"


def test_a_naive_as_of_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        Filters(datetime(2024, 1, 1)).where()  # noqa: DTZ001
