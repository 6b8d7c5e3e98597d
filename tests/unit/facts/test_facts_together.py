"""Quarters that one report tells together."""

from typing import Any

from fact_rows import facts, filing, moment

from p3.facts import view
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules

YEAR = ("2023-01-01", "2023-12-31")
HALF, NINE = ("2023-01-01", "2023-06-30"), ("2023-01-01", "2023-09-30")
QUARTERS = (
    ("2023-01-01", "2023-03-31"),
    ("2023-04-01", "2023-06-30"),
    ("2023-07-01", "2023-09-30"),
    ("2023-10-01", "2023-12-31"),
)
INCOME, EPS = "NetIncomeLoss", "EarningsPerShareDiluted"
Rows = list[tuple[Any, ...]]


def quarters(name: str, *values: float, unit: str = "USD") -> Rows:
    return [(name, *span, value, unit) for span, value in zip(QUARTERS, values, strict=False)]


def reports() -> list[Rows]:
    first, second, third = quarters(INCOME, 1510, 2055, 2379)
    return [
        filing("10-Q", "2023-05-01", first, *quarters(EPS, 1.5, unit="USD/shares")),
        filing("10-Q", "2023-08-01", second, (INCOME, *HALF, 3565)),
        filing("10-Q", "2023-11-01", third, (INCOME, *NINE, 5944)),
    ]


def known(duration: str, as_of: str, *filings: Rows, item: str = "net_income") -> dict[str, float]:
    periods = view.periods(resolve(facts(*filings), load_rules(), None), moment(as_of), duration)
    return {period.label: period.items[item].value for period in periods if item in period.items}


def test_the_year_s_last_quarter_is_what_the_restated_ones_leave() -> None:
    year = filing("10-K", "2024-02-01", (INCOME, *YEAR, 10_217), *quarters(INCOME, 1738, 2283, 2627))
    found = known("quarter", "2024-03-01", *reports(), year)
    assert found == {"Q1 FY2023": 1738, "Q2 FY2023": 2283, "Q3 FY2023": 2627, "Q4 FY2023": 3569}
    assert sum(found.values()) == 10_217


def test_a_trailing_year_takes_off_the_restated_months() -> None:
    year = filing("10-K", "2024-02-01", (INCOME, *YEAR, 10_217), *quarters(INCOME, 1738, 2283, 2627))
    half = filing("10-Q", "2024-08-01", (INCOME, "2024-01-01", "2024-06-30", 5000))
    assert known("ttm", "2024-09-01", *reports(), year, half)["TTM 2024-06-30"] == 10_217 - 1738 - 2283 + 5000


def test_quarters_that_are_off_by_a_rounding_restate_nothing() -> None:
    year = filing("10-K", "2024-02-01", (INCOME, *YEAR, 10_217), *quarters(INCOME, 1510, 2055, 2378))
    assert known("quarter", "2024-03-01", *reports(), year)["Q4 FY2023"] == 10_217 - 5944


YEAR_WITH_QUARTERS = filing(
    "10-K", "2024-02-01", (INCOME, *YEAR, 8944), *quarters(INCOME, 1510, 2055, 2379, 3000),
    *quarters(EPS, 1.5, 2.0, 2.4, 3.0, unit="USD/shares"), (EPS, *YEAR, 9.0, "USD/shares"),
)  # fmt: skip


def test_quarters_of_another_year_do_not_replace_those_that_add_up() -> None:
    misdated = filing(
        "10-K", "2025-02-01", (INCOME, "2024-01-01", "2024-12-31", 14_000), (INCOME, *YEAR, 8944),
        *quarters(INCOME, 2000, 3000, 4000, 5000), *quarters(EPS, 2.1, 3.0, 4.0, 5.0, unit="USD/shares"),
    )  # fmt: skip
    filings = (*reports(), YEAR_WITH_QUARTERS, misdated)
    assert list(known("quarter", "2025-03-01", *filings).values()) == [1510, 2055, 2379, 3000]
    assert list(known("quarter", "2025-03-01", *filings, item="eps_diluted").values()) == [1.5, 2.0, 2.4, 3.0]


def test_nor_where_the_last_quarter_was_not_told() -> None:
    year = filing("10-K", "2024-02-01", (INCOME, *YEAR, 8944))
    misdated = filing("10-K", "2025-02-01", (INCOME, *YEAR, 8944), *quarters(INCOME, 2000, 3000, 4000, 5000))
    found = known("quarter", "2025-03-01", *reports(), year, misdated)
    assert list(found.values()) == [1510, 2055, 2379, 3000]


def test_quarters_restated_with_their_year_replace_those_before() -> None:
    again = filing("10-K", "2025-02-01", (INCOME, *YEAR, 14_000), *quarters(INCOME, 2000, 3000, 4000, 5000))
    found = known("quarter", "2025-03-01", *reports(), YEAR_WITH_QUARTERS, again)
    assert list(found.values()) == [2000, 3000, 4000, 5000]


def test_one_quarter_restated_before_its_year_stands() -> None:
    again = filing("10-Q", "2024-05-01", (INCOME, *QUARTERS[0], 1738), (INCOME, "2024-01-01", "2024-03-31", 1))
    assert known("quarter", "2024-06-01", *reports(), YEAR_WITH_QUARTERS, again)["Q1 FY2023"] == 1738


def test_an_item_alone_off_its_year_leaves_the_others_of_the_report() -> None:
    tax = "IncomeTaxExpenseBenefit"
    first = filing("10-K", "2024-02-02", (tax, *YEAR, 100), *quarters(tax, 10, 20, 30, 40))
    again = filing(
        "10-K", "2025-02-01", (INCOME, *YEAR, 8944), (tax, *YEAR, 100), *quarters(tax, -10, -20, 30, 40),
        *quarters(INCOME, 1510, 2055, 2379, 3000), *quarters(EPS, 1.4, 2.0, 2.4, 3.0, unit="USD/shares"),
    )  # fmt: skip
    filings = (*reports(), YEAR_WITH_QUARTERS, first, again)
    assert known("quarter", "2025-03-01", *filings, item="eps_diluted")["Q1 FY2023"] == 1.4
    assert known("quarter", "2025-03-01", *filings, item="income_tax")["Q1 FY2023"] == 10
