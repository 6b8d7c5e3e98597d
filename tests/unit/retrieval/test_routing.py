from datetime import date

import polars as pl
import pytest
from retrieval_cases import COMPANIES

from p3.retrieval.routing import fiscal, tiers
from p3.retrieval.understand import parse

JUNE, JANUARY = date(2024, 6, 30), date(2023, 1, 28)
DOCUMENTS = pl.DataFrame(
    {
        "document_sha": ["k23", "k24", "q1", "q2", "release"],
        "cik": [1] * 5,
        "form": ["10-K", "10-K", "10-Q", "10-Q", "8-K"],
        "period": [date(2023, 6, 30), JUNE, date(2023, 9, 30), date(2023, 12, 31), None],
        "fiscal_year": [None] * 5,
    },
    schema_overrides={"fiscal_year": pl.Int64},
)


@pytest.mark.parametrize(
    ("period", "year_end", "expected"),
    [
        (date(2024, 6, 30), JUNE, (2024, 4)),
        (date(2024, 9, 30), JUNE, (2025, 1)),
        (date(2023, 12, 31), JUNE, (2024, 2)),
        (date(2024, 3, 31), JUNE, (2024, 3)),
        (date(2023, 7, 29), JANUARY, (2024, 2)),  # a retailer whose fiscal 2024 began on 29 January 2023
        (date(2023, 4, 29), JANUARY, (2024, 1)),
        (date(2019, 2, 2), JANUARY, (2019, 4)),  # a 52/53-week year that ran into February
        (date(2023, 7, 2), date(2021, 12, 31), (2023, 2)),  # a quarter of 13 weeks that ran into July
        (date(2023, 1, 1), date(2023, 1, 1), (2022, 4)),
        (date(2024, 3, 31), None, (2024, 1)),
        (date(2024, 12, 31), None, (2024, 4)),
    ],
)
def test_the_fiscal_quarter_of_a_period(period, year_end, expected):
    assert fiscal(period, year_end) == expected


def best(question: str) -> set[str]:
    found = tiers(parse(question, COMPANIES), DOCUMENTS)
    return {sha for sha, tier in found.items() if tier == min(found.values())}


def test_a_year_keeps_every_form_of_that_year():
    assert best("revenue in fiscal 2024") == {"k24", "q1", "q2"}


def test_a_quarter_keeps_that_quarter():
    assert best("revenue in Q2 FY2024") == {"q2"}


def test_a_form_keeps_that_form():
    assert best("what does the 10-K say") == {"k23", "k24"}


def test_the_latest_year_named_comes_first_and_the_others_next():
    found = tiers(parse("growth from FY2023 to FY2024", COMPANIES), DOCUMENTS)
    assert found["k24"] < found["k23"] < found["release"]


def test_no_period_named_keeps_all():
    assert best("what are the risks") == set(DOCUMENTS["document_sha"])


def test_a_year_that_was_named_at_ingestion_needs_no_rule():
    """A retailer whose fiscal 2022 ended in January 2023; of its next report only the year is known."""
    named = pl.DataFrame(
        {
            "document_sha": ["fy22", "fy23", "unnamed"],
            "cik": [1] * 3,
            "form": ["10-K"] * 3,
            "period": [JANUARY, None, date(2022, 1, 29)],
            "fiscal_year": [2022, 2023, None],
        }
    )
    found = tiers(parse("revenue in FY2022", COMPANIES), named)
    assert found == {"fy22": 0, "unnamed": 0, "fy23": 2}
