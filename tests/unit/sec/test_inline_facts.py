"""Which reports are read for their facts, and when share counts of classes of stock add up."""

from datetime import UTC, date, datetime
from typing import Any

import inline_document as made
import polars as pl
import pytest
from tiny_mirror import CIK

from p3.sec import inline_facts
from p3.sec.documents import inline

ACCEPTED = datetime(2024, 2, 15, 21, 31, 7, tzinfo=UTC)
FILING = {
    "cik": CIK,
    "accession": "0001234567-24-000010",
    "form": "10-K",
    "type": "10-K",
    "filed": date(2024, 2, 15),
    "accepted": ACCEPTED,
    "status": "stored",
    "origin": "edgar",
}
AVERAGE = "us-gaap:WeightedAverageNumberOfSharesOutstandingBasic"
CLASS_A, CLASS_B = (
    made.context(f"year{name}", dimensions=made.member(f"us-gaap:CommonClass{name}Member")) for name in "AB"
)


def filings(**changes: Any) -> pl.DataFrame:
    return pl.DataFrame([FILING | changes])


def listed(concept: str | None, taxonomy: str = "us-gaap") -> pl.DataFrame:
    """Return companyfacts that list one fact of the filing, or none."""
    rows = [(taxonomy, concept, FILING["accession"])] if concept else []
    return pl.DataFrame(rows, {"taxonomy": pl.String, "concept": pl.String, "accession": pl.String}, orient="row")


@pytest.mark.parametrize("form", ["10-K", "10-K/A", "10-KT", "10-Q", "10-QT/A", "20-F", "40-F", "6-K"])
def test_stored_reports_that_companyfacts_do_not_list_are_read(form: str) -> None:
    assert inline_facts.unlisted(filings(form=form, type=form), listed(None))["listed"].to_list() == [False]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "listed"},
        {"status": "missing"},
        {"type": "EX-99.1"},
        {"form": "8-K", "type": "8-K"},
        {"filed": date(2016, 6, 10)},  # before there was inline XBRL
    ],
)
def test_other_documents_are_not_read(changes: dict[str, Any]) -> None:
    assert inline_facts.unlisted(filings(**changes), listed(None)).is_empty()


@pytest.mark.parametrize(
    ("taxonomy", "concept", "read"),
    [
        ("us-gaap", "Revenues", [True]),
        ("dei", "EntityPublicFloat", [True]),
        ("dei", "EntityCommonStockSharesOutstanding", []),
    ],
)
def test_of_a_listed_report_only_the_share_count_can_be_missing(taxonomy: str, concept: str, read: list[bool]) -> None:
    assert inline_facts.unlisted(filings(), listed(concept, taxonomy))["listed"].to_list() == read


def told(content: bytes, is_listed: bool = True) -> list[tuple[Any, ...]]:
    frame = inline_facts.told(inline.parse(content, CIK), FILING | {"listed": is_listed})
    return frame.select("concept", "unit", "start", "end", "value").rows()


COVER = ("EntityCommonStockSharesOutstanding", "shares", None, date(2024, 1, 31))


@pytest.mark.parametrize("average", [2_300, 1_950, 2_800])
def test_classes_of_equal_shares_add_up(average: float) -> None:
    assert told(made.by_class(2_000, 300, weighted=average)) == [(*COVER, 2_300.0)]


def test_a_single_class_is_its_own_sum() -> None:
    assert told(made.by_class(2_000, weighted=1_980)) == [(*COVER, 2_000.0)]


@pytest.mark.parametrize(
    ("counts", "average"),
    [
        ((540e3, 1.33e9), 1.438e6),  # the average is counted in shares of a class worth 1,500 of the other
        ((540e3, 1.33e9), 2.157e9),  # or in shares of the other
        ((100e6, 80e6), 100e6),  # the second class votes and owns nothing
        ((2_000, 300), 0),
        ((0, 0), 2_300),
        ((2_000, 300), None),  # nothing to hold the sum against
    ],
)
def test_classes_whose_shares_differ_do_not_add_up(counts: tuple[float, ...], average: float | None) -> None:
    assert told(made.by_class(*counts, weighted=average)) == []


def test_without_an_average_of_the_whole_those_of_the_classes_are_added() -> None:
    averages = [made.tag("1990", AVERAGE, "shares", "yearA"), made.tag("310", AVERAGE, "shares", "yearB")]
    resources = CLASS_A + CLASS_B + cover_contexts("2024-01-31", "2024-01-31")
    assert told(made.document(*averages, *covers(2_000, 300), resources=resources)) == [(*COVER, 2_300.0)]


def test_the_average_of_the_newest_and_shortest_period_counts() -> None:
    quarter = "<xbrli:startDate>2023-10-01</xbrli:startDate><xbrli:endDate>2023-12-31</xbrli:endDate>"
    before = "<xbrli:startDate>2022-01-01</xbrli:startDate><xbrli:endDate>2022-12-31</xbrli:endDate>"
    averages = [
        made.tag("1000", AVERAGE, "shares", "before"),
        made.tag("1200", AVERAGE, "shares"),
        made.tag("2250", AVERAGE, "shares", "quarter"),
    ]
    contexts = made.context("quarter", quarter) + made.context("before", before)
    content = made.document(
        *averages, *covers(2_000, 300), resources=contexts + cover_contexts("2024-01-31", "2024-01-31")
    )
    assert told(content) == [(*COVER, 2_300.0)]


def test_counts_of_different_days_do_not_add_up() -> None:
    content = made.document(
        made.tag("2300", AVERAGE, "shares"),
        *covers(2_000, 300),
        resources=cover_contexts("2024-01-31", "2024-01-30"),
    )
    assert told(content) == []


def test_an_undivided_count_stays_as_it_is() -> None:
    whole = made.tag("2500", "dei:EntityCommonStockSharesOutstanding", "shares", "cover")
    content = made.document(
        whole,
        *covers(2_000, 300),
        made.tag("2300", AVERAGE, "shares"),
        resources=made.context("cover", "<xbrli:instant>2024-01-31</xbrli:instant>")
        + cover_contexts("2024-01-31", "2024-01-31"),
    )
    assert told(content) == [(*COVER, 2_500.0)]


def test_of_a_report_that_is_not_listed_all_facts_are_told() -> None:
    content = made.by_class(2_000, 300, weighted=2_250)
    names = [row[0] for row in told(content, is_listed=False)]
    assert sorted(names) == ["EntityCommonStockSharesOutstanding", "WeightedAverageNumberOfSharesOutstandingBasic"]
    frame = inline_facts.told(inline.parse(content, CIK), FILING | {"listed": False})
    assert set(frame.select("cik", "accession", "form", "filed", "accepted", "origin").rows()) == {
        (CIK, FILING["accession"], "10-K", date(2024, 2, 15), ACCEPTED, "edgar")
    }


def covers(*counts: int) -> list[str]:
    name = "dei:EntityCommonStockSharesOutstanding"
    return [made.tag(str(count), name, "shares", f"cover{n}") for n, count in enumerate(counts)]


def cover_contexts(*days: str) -> str:
    return "".join(
        made.context(f"cover{n}", f"<xbrli:instant>{day}</xbrli:instant>", dimensions=made.member(f"tiny:Class{n}"))
        for n, day in enumerate(days)
    )
