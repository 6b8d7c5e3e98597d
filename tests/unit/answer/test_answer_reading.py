from datetime import date

import polars as pl
import pytest
from answer_case import COMPANIES, MSFT, NVDA

from p3.answer import companies, periods
from p3.answer.lexicon import load_lexicon
from p3.answer.periods import PeriodKey
from p3.answer.presentation import Presentation, take, write
from p3.answer.reading import NotNumericError, read


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("fiscal 2024", (PeriodKey(fiscal_year=2024),)),
        ("fiscal year 2024", (PeriodKey(fiscal_year=2024),)),
        ("fy24", (PeriodKey(fiscal_year=2024),)),
        ("fy'24", (PeriodKey(fiscal_year=2024),)),
        ("2024", (PeriodKey(fiscal_year=2024, exact=False),)),
        ("q3 fy2024", (PeriodKey("quarter", 2024, 3),)),
        ("third quarter of fiscal 2024", (PeriodKey("quarter", 2024, 3),)),
        ("ttm", (PeriodKey("ttm"),)),
        ("latest quarter", (PeriodKey("quarter"),)),
        ("last two years", (PeriodKey(back=1), PeriodKey(back=0))),
        ("january 28, 2024", (PeriodKey(end=date(2024, 1, 28)),)),
        ("2024-01-28", (PeriodKey(end=date(2024, 1, 28)),)),
        ("fy2022 - fy2024", tuple(PeriodKey(fiscal_year=year) for year in (2022, 2023, 2024))),
        ("fy2022-2023", tuple(PeriodKey(fiscal_year=year) for year in (2022, 2023))),
    ],
)
def test_periods(text: str, keys: tuple[PeriodKey, ...]):
    assert tuple(key for word in periods.mark(text).split() for key in periods.read(word)) == keys


@pytest.mark.parametrize("text", ["20,240", "$2024", "2024%", "s&p 500", "2024-02-31"])
def test_other_numbers_are_no_periods(text: str):
    assert not any(periods.read(word) for word in periods.mark(text).split())


@pytest.mark.parametrize(
    ("question", "ciks"),
    [
        ("NVIDIA's revenue", [NVDA]),
        ("nvidia corporation revenue", [NVDA]),
        ("NVDA vs. MSFT", [NVDA, MSFT]),
        ("Nvidia (NVDA) and Microsoft Corp.", [NVDA, MSFT]),
        ("the revenue of a company", []),
    ],
)
def test_companies(question: str, ciks: list[int]):
    found = [companies.read(word.strip(".,")) for word in companies.mark(question, COMPANIES).split()]
    assert [cik for cik in found if cik is not None] == ciks


def test_a_ticker_that_is_a_word_counts_as_written():
    rows = {"cik": [909832], "ticker": ["COST"], "name": ["COSTCO WHOLESALE CORP /NEW"], "former_names": [None]}
    costco = pl.DataFrame(rows, schema_overrides={"former_names": pl.List(pl.String)})
    assert "@C" not in companies.mark("the cost of revenue", costco)
    assert "@C909832" in companies.mark("COST revenue", costco)


def test_wishes_for_the_form_are_taken_out():
    text, wanted = take("fy2019 inventory (in usd millions)? round your answer to two decimal places.")
    assert wanted == Presentation(scale=1e6, decimals=2)
    assert "million" not in text and "decimal" not in text


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "text"),
    [
        (1.005e9, "USD", Presentation(scale=1e9, decimals=2), "1.00 billion USD"),
        (60_922e6, "USD", Presentation(scale=1e9), "60.922 billion USD"),
        (0.12345, "ratio", Presentation(percent=True, decimals=1), "12.3%"),
        (0.12345, "ratio", Presentation(), "0.1235"),
        (1.19, "USD/shares", Presentation(), "1.19 USD a share"),
        (0.0, "USD", Presentation(), "0 USD"),
    ],
)
def test_numbers_are_written_as_asked(value: float, unit: str, wanted: Presentation, text: str):
    assert write(value, unit, wanted) == text


@pytest.mark.parametrize(
    ("question", "operation", "label"),
    [
        ("NVIDIA debt to equity FY2024", "value", "debt_to_equity"),
        ("ratio of net income to revenue for NVIDIA in FY2024", "value", "net_income / revenue"),
        ("NVIDIA operating income divided by revenue FY2024", "value", "operating_income / revenue"),
        ("NVIDIA's percentage change in revenue from FY2023 to FY2024", "growth", "revenue"),
        ("What is NVIDIA's days payable outstanding (DPO) for FY2024?", "value", "days_payable_outstanding"),
        ("NVDA operating margin FY2023 vs MSFT operating margin FY2023", "compare", "operating_margin"),
    ],
)
def test_requests(question: str, operation: str, label: str):
    request = read(question, COMPANIES, load_lexicon())
    assert (request.operation, request.measure.label) == (operation, label)


@pytest.mark.parametrize(
    "question", ["NVIDIA average revenue", "NVIDIA revenue FY2023 and Q2 FY2024", "NVIDIA's highest revenue"]
)
def test_incomplete_requests_are_refused(question: str):
    with pytest.raises(NotNumericError):
        read(question, COMPANIES, load_lexicon())
