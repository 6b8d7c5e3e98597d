"""Quarters and trailing twelve months by subtraction, each of one vintage."""

from typing import Any

import polars as pl
from fact_rows import facts, filing, moment

from p3.facts import view
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules

YEAR, Q1 = ("2023-01-01", "2023-12-31"), ("2023-01-01", "2023-03-31")
HALF, NINE = ("2023-01-01", "2023-06-30"), ("2023-01-01", "2023-09-30")
NEXT_Q1, NEXT_NINE = ("2024-01-01", "2024-03-31"), ("2024-01-01", "2024-09-30")
FLOW = "NetCashProvidedByUsedInOperatingActivities"
REPORTS = (
    filing("10-Q", "2023-05-01", (FLOW, *Q1, 10)),
    filing("10-Q", "2023-08-01", (FLOW, *HALF, 30)),
    filing("10-Q", "2023-11-01", (FLOW, *NINE, 60)),
    filing("10-K", "2024-02-01", (FLOW, *YEAR, 100)),
)


def known(table: pl.DataFrame, duration: str, as_of: str, item: str = "operating_cash_flow") -> dict[str, Any]:
    periods = view.periods(resolve(table, load_rules(), None), moment(as_of), duration)
    return {period.label: period.items[item] for period in periods if item in period.items}


def test_cash_flows_to_date_give_the_quarters() -> None:
    quarters = known(facts(*REPORTS), "quarter", "2024-03-01")
    assert {label: item.value for label, item in quarters.items()} == {
        "Q1 FY2023": 10,
        "Q2 FY2023": 20,
        "Q3 FY2023": 30,
        "Q4 FY2023": 40,
    }
    last = quarters["Q4 FY2023"]
    assert last.formula == ("operating_cash_flow 2023-01-01/2023-12-31 - operating_cash_flow 2023-01-01/2023-09-30")
    assert [source.value for source in last.sources] == [100, 60]
    assert last.known_from == moment("2024-02-01")


def test_a_reported_quarter_stands_as_reported() -> None:
    table = facts(
        filing("10-Q", "2023-05-01", ("NetIncomeLoss", *Q1, 10)),
        filing("10-Q", "2023-08-01", ("NetIncomeLoss", *HALF, 30), ("NetIncomeLoss", "2023-04-01", "2023-06-30", 21)),
        filing("10-K", "2024-02-01", ("NetIncomeLoss", *YEAR, 100)),
    )
    second = known(table, "quarter", "2024-03-01", "net_income")["Q2 FY2023"]
    assert (second.value, second.formula) == (21, None)


def test_a_reported_quarter_that_is_only_rounded_does_not() -> None:
    table = facts(
        filing("10-Q", "2023-05-01", ("ShareBasedCompensation", *Q1, 1_000_000_000)),
        filing(
            "10-Q",
            "2023-08-01",
            ("ShareBasedCompensation", *HALF, 2_001_234_000),
            ("ShareBasedCompensation", "2023-04-01", "2023-06-30", 1_000_000_000),
        ),
        filing("10-K", "2024-02-01", ("ShareBasedCompensation", *YEAR, 4_000_000_000)),
    )
    assert known(table, "quarter", "2024-03-01", "stock_compensation")["Q2 FY2023"].value == 1_001_234_000


def test_a_restated_year_withdraws_its_last_quarter_until_the_nine_months_are_reported_again() -> None:
    restated = filing("10-K/A", "2024-04-01", (FLOW, *YEAR, 130))
    again = filing("10-Q", "2024-11-01", (FLOW, *NINE, 80), (FLOW, *NEXT_NINE, 90))
    table = facts(*REPORTS, restated, again)
    assert known(table, "quarter", "2024-03-31")["Q4 FY2023"].value == 40
    assert "Q4 FY2023" not in known(table, "quarter", "2024-04-02")
    assert known(table, "quarter", "2024-11-02")["Q4 FY2023"].value == 50


def test_nine_months_recast_alone_do_not_disturb_the_last_quarter() -> None:
    again = filing("10-Q", "2024-11-01", (FLOW, *NINE, 75), (FLOW, *NEXT_NINE, 90))
    assert known(facts(*REPORTS, again), "quarter", "2024-12-01")["Q4 FY2023"].value == 40


def test_trailing_twelve_months() -> None:
    table = facts(*REPORTS, filing("10-Q", "2024-05-01", (FLOW, *NEXT_Q1, 15), (FLOW, *Q1, 10)))
    trailing = known(table, "ttm", "2024-06-01")
    assert {label: item.value for label, item in trailing.items()} == {"TTM 2023-12-31": 100, "TTM 2024-03-31": 105}
    assert trailing["TTM 2024-03-31"].formula == (
        "operating_cash_flow 2023-01-01/2023-12-31 - operating_cash_flow 2023-01-01/2023-03-31"
        " + operating_cash_flow 2024-01-01/2024-03-31"
    )


def test_shares_and_amounts_per_share_are_not_subtracted() -> None:
    table = facts(
        filing("10-Q", "2023-11-01", ("EarningsPerShareDiluted", *NINE, 3.0, "USD/shares"), (FLOW, *NINE, 1)),
        filing("10-K", "2024-02-01", ("EarningsPerShareDiluted", *YEAR, 4.5, "USD/shares"), (FLOW, *YEAR, 2)),
    )
    assert known(table, "quarter", "2024-03-01", "eps_diluted") == {}
    assert known(table, "annual", "2024-03-01", "eps_diluted")["FY2023"].value == 4.5


def test_a_payment_that_would_come_out_negative_is_withheld() -> None:
    capex = "PaymentsToAcquirePropertyPlantAndEquipment"
    table = facts(
        filing("10-Q", "2023-08-01", (capex, *HALF, 80), (FLOW, *HALF, 1)),
        filing("10-Q", "2023-11-01", (capex, *NINE, 60), (FLOW, *NINE, 1)),
    )
    assert known(table, "quarter", "2024-03-01", "capital_expenditure") == {}


def test_units_do_not_mix() -> None:
    table = facts(
        filing("10-Q", "2023-11-01", (FLOW, *NINE, 60, "EUR")),
        filing("10-K", "2024-02-01", (FLOW, *YEAR, 100, "USD")),
    )
    assert known(table, "quarter", "2024-03-01") == {}


def test_a_part_that_is_told_later_does_not_change_what_was_known() -> None:
    """Of two parts that could be taken off, as after a filing misdated one, the first that was known is."""
    misdated = filing("10-Q", "2024-05-01", (FLOW, "2023-01-01", "2023-06-28", 999))
    for table in (facts(*REPORTS), facts(*REPORTS, misdated)):
        assert known(table, "quarter", "2024-03-01")["Q3 FY2023"].value == 30
        assert known(table, "quarter", "2024-06-01")["Q3 FY2023"].value == 30


def test_a_trailing_year_stays_known_when_its_end_later_ends_a_fiscal_year() -> None:
    first = filing("10-Q", "2024-05-01", (FLOW, *NEXT_Q1, 15), (FLOW, *Q1, 10))
    changed = filing(
        "10-K", "2025-05-01", (FLOW, "2024-04-01", "2025-03-31", 140), (FLOW, "2023-04-01", "2024-03-31", 106)
    )
    table = facts(*REPORTS, first, changed)
    assert known(table, "ttm", "2024-06-01")["TTM 2024-03-31"].value == 105
    assert known(table, "ttm", "2025-06-01")["TTM 2024-03-31"].value == 106


def test_a_longer_part_that_is_told_later_does_not_change_what_was_known() -> None:
    quarter = filing(
        "10-Q", "2024-08-01", (FLOW, "2024-04-01", "2024-06-30", 25), (FLOW, "2023-04-01", "2023-06-30", 20)
    )
    year = filing("10-K", "2024-06-01", (FLOW, "2023-04-01", "2024-03-31", 110))
    half = filing("10-Q", "2024-11-01", (FLOW, "2024-01-01", "2024-06-30", 41), (FLOW, *HALF, 30))
    before, after = facts(*REPORTS, year, quarter), facts(*REPORTS, year, quarter, half)
    assert known(before, "ttm", "2024-09-01")["TTM 2024-06-30"].value == 115
    assert known(after, "ttm", "2024-09-01")["TTM 2024-06-30"].value == 115
