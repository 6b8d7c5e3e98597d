import pytest
from fact_rows import day

from p3.facts import periods


@pytest.mark.parametrize(
    ("start", "end", "kind"),
    [
        (None, "2024-09-28", "instant"),
        ("2023-10-01", "2024-09-28", "annual"),  # 52 weeks
        ("2022-09-25", "2023-09-30", "annual"),  # 53 weeks
        ("2024-01-01", "2024-12-31", "annual"),
        ("2024-07-01", "2024-09-30", "quarter"),
        ("2023-09-03", "2023-11-26", "quarter"),  # 12 weeks
        ("2024-02-04", "2024-05-25", "quarter"),  # 16 weeks
        ("2024-02-04", "2024-08-17", "half"),  # 28 weeks
        ("2024-01-01", "2024-09-30", "nine_months"),
        ("2024-01-01", "2024-01-31", None),
        ("2022-01-01", "2024-12-31", None),
    ],
)
def test_span(start: str | None, end: str, kind: str | None) -> None:
    assert periods.span(day(start) if start else None, day(end)) == kind


@pytest.mark.parametrize(
    ("end", "year"),
    [("2024-01-28", 2024), ("2024-05-31", 2024), ("2023-01-01", 2022), ("2021-01-03", 2020), ("2023-12-31", 2023)],
)
def test_fiscal_year(end: str, year: int) -> None:
    assert periods.fiscal_year(day(end)) == year


@pytest.mark.parametrize(
    ("end", "label"),
    [
        ("2024-04-28", "Q1 FY2025"),
        ("2024-10-27", "Q3 FY2025"),
        ("2024-01-28", "Q4 FY2024"),
        ("2023-10-29", "Q3 FY2024"),
        ("2022-10-30", "Q3 FY2023"),
        ("2025-07-27", "Q2 FY2026"),  # two years after the last known fiscal year
    ],
)
def test_quarters_are_named_by_the_fiscal_year_they_lie_in(end: str, label: str) -> None:
    assert periods.label("quarter", day(end), [day("2023-01-29"), day("2024-01-28")]) == label


def test_quarters_of_a_year_that_spills_into_january() -> None:
    ends = [day("2021-01-03")]
    assert periods.label("quarter", day("2021-04-04"), ends) == "Q1 FY2021"
    assert periods.label("quarter", day("2022-01-02"), ends) == "Q4 FY2021"


def test_without_a_known_year_a_quarter_is_named_by_its_end() -> None:
    assert periods.label("quarter", day("2024-04-28"), []) == "quarter 2024-04-28"


def test_trailing_years_are_named_by_their_end() -> None:
    assert periods.label("ttm", day("2024-10-27"), []) == "TTM 2024-10-27"


def test_whole_years_apart_allows_the_drift_of_52_week_years() -> None:
    assert periods.whole_years_apart(day("2021-09-25"), day("2024-09-28"))
    assert not periods.whole_years_apart(day("2021-12-31"), day("2023-03-31"))
    assert not periods.whole_years_apart(day("2024-09-28"), day("2023-09-30"))
