"""The sample's facts are those of EDGAR, each known from the filing that reported it."""

import json
from datetime import date
from itertools import pairwise

import pytest
from sample_reader import CIKS, TICKERS, filings, known, rows
from shared_data import shared

LAST_DAY = "2025-08-31"
REVENUE = "RevenueFromContractWithCustomerExcludingAssessedTax"
CASH_FLOW = "NetCashProvidedByUsedInOperatingActivities"


def value(ticker, day, concept, start, end):
    return known(ticker, day).get((concept, start, end))


@pytest.mark.parametrize(
    ("ticker", "day", "concept", "start", "end", "expected"),
    [
        # The ten-for-one split of June 2024: the 10-K before it, and the first annual report after it.
        ("NVDA", "2024-02-21", "EarningsPerShareDiluted", "2023-01-30", "2024-01-28", 11.93),
        ("NVDA", "2025-02-25", "EarningsPerShareDiluted", "2023-01-30", "2024-01-28", 11.93),
        ("NVDA", "2025-02-26", "EarningsPerShareDiluted", "2023-01-30", "2024-01-28", 1.19),
        ("NVDA", "2024-02-21", "WeightedAverageNumberOfDilutedSharesOutstanding", "2023-01-30", "2024-01-28", 2.494e9),
        ("NVDA", "2025-02-26", "WeightedAverageNumberOfDilutedSharesOutstanding", "2023-01-30", "2024-01-28", 2.494e10),
        # The four-for-one split of July 2021.
        ("NVDA", "2021-02-26", "WeightedAverageNumberOfDilutedSharesOutstanding", "2019-01-28", "2020-01-26", 6.18e8),
        ("NVDA", "2022-03-18", "WeightedAverageNumberOfDilutedSharesOutstanding", "2019-01-28", "2020-01-26", 2.472e9),
        # New revenue accounting: fiscal year 2017 was recast in the 10-K of 2018, total assets in a 10-Q before it.
        ("MSFT", "2018-08-02", "NetIncomeLoss", "2016-07-01", "2017-06-30", 21_204e6),
        ("MSFT", "2018-08-03", "NetIncomeLoss", "2016-07-01", "2017-06-30", 25_489e6),
        ("MSFT", "2017-10-25", "Assets", "", "2017-06-30", 241_086e6),
        ("MSFT", "2017-10-26", "Assets", "", "2017-06-30", 250_312e6),
        ("MSFT", "2018-08-02", "SalesRevenueNet", "2016-07-01", "2017-06-30", 89_950e6),
        ("MSFT", "2018-08-03", REVENUE, "2016-07-01", "2017-06-30", 96_571e6),
        ("MSFT", "2025-07-29", REVENUE, "2024-07-01", "2025-06-30", None),
        ("MSFT", "2025-07-30", REVENUE, "2024-07-01", "2025-06-30", 281_724e6),
    ],
)
def test_a_value_is_known_from_its_filing_until_the_next(ticker, day, concept, start, end, expected):
    assert value(ticker, day, concept, start, end) == expected


def days(start, end):
    return (date.fromisoformat(end) - date.fromisoformat(start)).days + 1


@pytest.mark.parametrize("ticker", TICKERS)
def test_thirteen_fiscal_years_follow_each_other_without_a_gap(ticker):
    income = {(start, end) for concept, start, end in known(ticker, LAST_DAY) if concept == "NetIncomeLoss"}
    years = sorted(period for period in income if days(*period) > 360)
    assert [end[:4] for _, end in years] == [str(year) for year in range(2013, 2026)]
    assert all(days(before, after) == 2 for (_, before), (after, _) in pairwise(years))


@pytest.mark.parametrize("ticker", TICKERS)
def test_the_last_three_fiscal_years_have_quarters_and_year_to_date_cash_flows(ticker):
    for concept, lengths in (("NetIncomeLoss", {1, 2, 3, 4}), (CASH_FLOW, {2, 3, 4})):
        spans = {(s, e) for c, s, e in known(ticker, LAST_DAY) if c == concept}
        for year_start in sorted({start for start, end in spans if days(start, end) > 360})[-3:]:
            assert lengths <= {round(days(start, end) / 91) for start, end in spans if start == year_start}


@pytest.mark.parametrize("ticker", TICKERS)
def test_a_later_row_is_there_only_for_another_value(ticker):
    filed = {accession: row["filed"] for accession, row in filings(ticker).items()}
    last: dict[tuple[str, ...], str] = {}
    for row in sorted(rows("facts", f"{ticker}.csv"), key=lambda row: (filed[row["accession"]], row["accession"])):
        key = (row["taxonomy"], row["concept"], row["unit"], row["start"], row["end"])
        assert last.get(key) != row["value"], key
        last[key] = row["value"]


@pytest.mark.parametrize("ticker", TICKERS)
def test_each_value_is_what_its_filing_reported(ticker):
    cik = next(cik for cik, name in CIKS.items() if name == ticker)
    path = shared("edgar-mirror", "data.sec.gov", "api", "xbrl", "companyfacts", f"CIK{int(cik):010d}.json")
    real = json.loads(path.read_text())["facts"]
    for row in rows("facts", f"{ticker}.csv"):
        reported = real[row["taxonomy"]][row["concept"]]["units"][row["unit"]]
        values = {
            fact["val"]
            for fact in reported
            if (fact["accn"], fact.get("start", ""), fact["end"]) == (row["accession"], row["start"], row["end"])
        }
        assert values == {json.loads(row["value"])}, row
