"""Resolution of reported items: which fact counts, and from when on."""

from typing import Any

import polars as pl
import pytest
from fact_rows import day, facts, filing, moment
from shared_data import shared

from p3.facts.resolve import SCHEMA, resolve
from p3.facts.rules import load_rules
from p3.sec.lists import companyfacts

Y23, Y24 = ("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-12-31")
Rows = list[tuple[Any, ...]]


def versions(table: pl.DataFrame, item: str, duration: str = "annual", sic: str | None = None) -> Rows:
    """Return (end, value, day known from) of one item."""
    found = resolve(table, load_rules(), sic).filter(item=item, duration=duration)
    return [(str(end), value, str(at.date())) for end, value, at in found.select("end", "value", "known_from").rows()]


def test_no_facts_give_an_empty_table() -> None:
    assert resolve(facts(), load_rules(), None).schema == SCHEMA


def test_a_restatement_is_a_second_version() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 100)),
        filing("10-K/A", "2024-05-01", ("NetIncomeLoss", *Y23, 90)),
        filing("10-K", "2025-02-01", ("NetIncomeLoss", *Y23, 90), ("NetIncomeLoss", *Y24, 120)),
    )
    assert versions(table, "net_income") == [
        ("2023-12-31", 100, "2024-02-01"),
        ("2023-12-31", 90, "2024-05-01"),
        ("2024-12-31", 120, "2025-02-01"),
    ]


def test_a_value_names_the_fact_that_first_said_it() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 100)),
        filing("10-K", "2025-02-01", ("NetIncomeLoss", *Y23, 100), ("NetIncomeLoss", *Y24, 120)),
    )
    row = resolve(table, load_rules(), None).filter(item="net_income", duration="annual").row(0, named=True)
    assert row["formula"] is None
    assert [(s["concept"], s["accession"]) for s in row["sources"]] == [("NetIncomeLoss", "10-K-2024-02-01")]


def test_a_concept_that_replaces_another_takes_over() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("InterestExpenseNonoperating", *Y23, 10)),
        filing("10-K", "2025-02-01", ("InterestExpense", *Y23, 11), ("InterestExpense", *Y24, 12)),
    )
    assert [value for _, value, _ in versions(table, "interest_expense")] == [10, 11, 12]


def test_a_stray_mention_of_a_better_concept_in_a_note_does_not() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("PaymentsToAcquireProductiveAssets", *Y23, 50)),
        filing(
            "10-K",
            "2025-02-01",
            ("PaymentsToAcquireProductiveAssets", *Y24, 60),
            ("PaymentsToAcquirePropertyPlantAndEquipment", *Y23, 7),
        ),
    )
    assert versions(table, "capital_expenditure") == [
        ("2023-12-31", 50, "2024-02-01"),
        ("2024-12-31", 60, "2025-02-01"),
    ]


def test_a_quarterly_report_that_tells_less_leaves_the_annual_balance() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("DebtCurrent", None, "2023-12-31", 80), ("NetIncomeLoss", *Y23, 1)),
        filing(
            "10-Q",
            "2024-05-01",
            ("LongTermDebtCurrent", None, "2023-12-31", 30),
            ("LongTermDebtCurrent", None, "2024-03-31", 31),
            ("AssetsCurrent", None, "2024-03-31", 900),
            ("NetIncomeLoss", "2024-01-01", "2024-03-31", 1),
        ),
    )
    assert versions(table, "short_term_debt", "instant") == [
        ("2023-12-31", 80, "2024-02-01"),
        ("2024-03-31", 31, "2024-05-01"),
    ]


def test_a_sum_says_its_formula() -> None:
    table = facts(
        filing(
            "10-K",
            "2024-02-01",
            ("CommercialPaper", None, "2023-12-31", 20),
            ("LongTermDebtCurrent", None, "2023-12-31", 30),
            ("AssetsCurrent", None, "2023-12-31", 900),
        )
    )
    row = resolve(table, load_rules(), None).filter(item="short_term_debt").row(0, named=True)
    assert (row["value"], row["formula"]) == (50, "CommercialPaper + LongTermDebtCurrent")
    assert len(row["sources"]) == 2


def test_an_item_by_formula_over_items() -> None:
    table = facts(filing("10-K", "2024-02-01", ("Revenues", *Y23, 100), ("CostOfRevenue", *Y23, 60)))
    row = resolve(table, load_rules(), None).filter(item="gross_profit", duration="annual").row(0, named=True)
    assert (row["value"], row["formula"]) == (40, "revenue - cost_of_revenue")


def test_the_revenue_that_gross_profit_proves_goes_first() -> None:
    # A company whose total of net sales and licence fees is tagged with the less common concept.
    table = facts(
        filing(
            "10-K",
            "2012-02-27",
            ("SalesRevenueNet", *Y23, 1436),
            ("SalesRevenueGoodsNet", *Y23, 1472),
            ("GrossProfit", *Y23, 712),
            ("CostOfGoodsSold", *Y23, 760),
        )
    )
    assert [value for _, value, _ in versions(table, "revenue")] == [1472]


def test_a_coarser_repetition_is_no_news() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 49_552_000_000)),
        filing("10-Q", "2024-05-01", ("NetIncomeLoss", *Y23, 49_600_000_000)),
    )
    assert [value for _, value, _ in versions(table, "net_income")] == [49_552_000_000]


def test_a_proxy_statement_does_not_count() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 100)),
        filing("DEF 14A", "2024-04-01", ("NetIncomeLoss", *Y23, 99)),
    )
    assert [value for _, value, _ in versions(table, "net_income")] == [100]


def test_twelve_months_in_a_quarterly_report_are_no_fiscal_year() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 100)),
        filing("10-Q", "2024-05-01", ("NetIncomeLoss", "2023-04-01", "2024-03-31", 110)),
    )
    assert [end for end, _, _ in versions(table, "net_income")] == ["2023-12-31"]


def test_a_negative_payment_is_left_out_and_a_zero_is_a_number() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("PaymentsOfDividends", *Y23, 0), ("InterestExpense", *Y23, -5)),
    )
    assert [value for _, value, _ in versions(table, "dividends_paid")] == [0]
    assert versions(table, "interest_expense") == []


def test_unscaled_share_counts_are_left_out() -> None:
    # Counts filed in thousands without a scale: 549,574 for 549,574 thousand shares.
    table = facts(
        filing(
            "10-K",
            "2010-03-18",
            ("NetIncomeLoss", *Y23, -67_987_000),
            ("EarningsPerShareDiluted", *Y23, -0.12, "USD/shares"),
            ("WeightedAverageNumberOfDilutedSharesOutstanding", *Y23, 549_574, "shares"),
        )
    )
    assert versions(table, "shares_diluted") == []
    assert [value for _, value, _ in versions(table, "eps_diluted")] == [-0.12]


def test_convenience_translations_are_left_out() -> None:
    table = facts(
        filing(
            "20-F",
            "2024-02-01",
            ("NetIncomeLoss", *Y23, 100, "EUR"),
            ("Assets", None, "2023-12-31", 900, "EUR"),
            ("NetIncomeLoss", *Y23, 110, "USD"),
        )
    )
    found = resolve(table, load_rules(), None).filter(item="net_income", duration="annual")
    assert found.select("value", "unit").rows() == [(100, "EUR")]


def test_the_cover_count_belongs_to_the_period_that_the_filing_reports_on() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 100)),
        filing(
            "10-K",
            "2024-02-01",
            ("EntityCommonStockSharesOutstanding", None, "2024-01-19", 500, "shares"),
            taxonomy="dei",
        ),
    )
    assert versions(table, "shares_outstanding", "instant") == [("2023-12-31", 500, "2024-02-01")]
    row = resolve(table, load_rules(), None).filter(item="shares_outstanding").row(0, named=True)
    assert row["sources"][0]["end"] == day("2024-01-19")


def test_a_bank_has_its_own_revenue() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("Revenues", *Y23, 250), ("RevenuesNetOfInterestExpense", *Y23, 150)),
    )
    assert [value for _, value, _ in versions(table, "revenue", sic="6021")] == [150]
    assert [value for _, value, _ in versions(table, "revenue")] == [250]


def test_ifrs_filers_are_read() -> None:
    table = facts(filing("20-F", "2024-02-01", ("Revenue", *Y23, 100), taxonomy="ifrs-full"))
    assert [value for _, value, _ in versions(table, "revenue")] == [100]


def test_companies_do_not_mix() -> None:
    one = facts(filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 100)))
    other = one.with_columns(cik=pl.lit(2, pl.Int64), value=pl.lit(7.0))
    found = resolve(pl.concat([one, other]), load_rules(), None).filter(item="net_income", duration="annual")
    assert sorted(found.select("cik", "value").rows()) == [(1, 100), (2, 7)]


def test_a_sum_of_amounts_from_prose_is_left_out() -> None:
    # "Depreciation expense was $15.2 billion", "amortization was $4.8 billion", in a filing that reports in millions.
    table = facts(
        filing(
            "10-K",
            "2024-07-30",
            ("NetIncomeLoss", *Y23, 88_136_000_000),
            ("Revenues", *Y23, 245_122_000_000),
            ("OperatingIncomeLoss", *Y23, 109_433_000_000),
            ("Depreciation", *Y23, 15_200_000_000),
            ("AmortizationOfIntangibleAssets", *Y23, 4_800_000_000),
        )
    )
    assert versions(table, "depreciation_amortization") == []
    assert [value for _, value, _ in versions(table, "revenue")] == [245_122_000_000]


@pytest.mark.parametrize("year", [2012, 2018, 2023])
def test_what_is_accepted_later_changes_nothing_that_was_known(year: int) -> None:
    """A company that changed its fiscal year and restated: all its facts against those accepted by then."""
    body = shared("edgar-edge-cases", "companyfacts", "CIK0001336917-fiscal-year-change.json").read_bytes()
    unlisted = pl.DataFrame(schema={"accession": pl.String, "accepted": pl.Datetime("us", "UTC")})
    table, _ = companyfacts.parse(body, unlisted, 1336917, "edgar")
    as_of = moment(f"{year}-06-30")
    then = resolve(table.filter(pl.col("accepted") <= as_of), load_rules(), "2300")
    assert then.height
    now = resolve(table, load_rules(), "2300")
    assert now.filter(pl.col("known_from") <= as_of).equals(then.filter(pl.col("known_from") <= as_of))


def test_sums_beyond_all_numbers_are_left_out() -> None:
    table = facts(
        filing("10-Q", "2023-11-01", ("NetIncomeLoss", "2023-01-01", "2023-09-30", -1.7e308)),
        filing(
            "10-K",
            "2024-02-01",
            ("NetIncomeLoss", *Y23, 1.7e308),
            ("SalesRevenueGoodsNet", *Y23, 1.7e308),
            ("SalesRevenueServicesNet", *Y23, 1.7e308),
        ),
    )
    assert versions(table, "net_income") == [("2023-12-31", 1.7e308, "2024-02-01")]
    assert versions(table, "net_income", "quarter") == []
    assert versions(table, "revenue") == []


@pytest.mark.parametrize("form", ["DEF 14A", "10-K"])
def test_a_company_without_a_fact_that_counts_has_no_items(form: str) -> None:
    table = facts(filing(form, "2024-02-01", ("NoSuchConcept", *Y23, 1)))
    assert resolve(table, load_rules(), None).equals(pl.DataFrame(schema=SCHEMA))


def test_old_assets_less_restated_equity_are_no_liabilities() -> None:
    table = facts(
        filing(
            "10-K", "2023-02-01", ("Assets", None, "2022-12-31", 900), ("StockholdersEquity", None, "2022-12-31", 500)
        ),
        filing(
            "10-K",
            "2025-02-01",
            ("StockholdersEquity", None, "2022-12-31", 450),
            ("Assets", None, "2024-12-31", 990),
            ("StockholdersEquity", None, "2024-12-31", 600),
        ),
    )
    assert versions(table, "total_liabilities", "instant") == [
        ("2022-12-31", 400, "2023-02-01"),
        ("2024-12-31", 390, "2025-02-01"),
    ]


def test_a_sum_may_come_together_from_two_reports_at_first() -> None:
    table = facts(
        filing("10-K", "2023-02-01", ("Assets", None, "2022-12-31", 900)),
        filing("10-K", "2024-02-01", ("StockholdersEquity", None, "2022-12-31", 450)),
    )
    assert versions(table, "total_liabilities", "instant") == [("2022-12-31", 450, "2024-02-01")]


def test_twelve_months_that_a_quarterly_report_dates_as_the_fiscal_year_are_not_it() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 1835)),
        filing("10-Q", "2024-08-01", ("NetIncomeLoss", "2022-12-31", "2023-12-31", 926)),
    )
    assert versions(table, "net_income") == [("2023-12-31", 1835, "2024-02-01")]


SELLING, ADMINISTRATION = "SellingAndMarketingExpense", "GeneralAndAdministrativeExpense"
IN_MILLIONS = tuple((name, *Y23, value * 1e6) for name, value in (("NetIncomeLoss", 72_738), ("Revenues", 198_271)))


def test_a_round_amount_in_a_row_of_exact_ones_is_a_statement_s() -> None:
    table = facts(
        filing(
            "10-K", "2024-02-01", *IN_MILLIONS,
            (SELLING, *Y23, 21_825e6), (ADMINISTRATION, *Y23, 5_900e6),
            (ADMINISTRATION, "2022-01-01", "2022-12-31", 5_107e6),
        )
    )  # fmt: skip
    assert versions(table, "selling_general_administrative") == [("2023-12-31", 27_725e6, "2024-02-01")]


@pytest.mark.parametrize("other", [388e6, 1_200e6])
def test_round_amounts_beside_smaller_or_other_round_ones_may_be_prose(other: float) -> None:
    """The company's words: "$1.4 billion", "$388 million" for the year before."""
    amortization = "AmortizationOfIntangibleAssets"
    table = facts(
        filing(
            "10-K", "2024-02-01", *IN_MILLIONS,
            ("Depreciation", *Y23, 649e6), (amortization, *Y23, 1_400e6),
            (amortization, "2022-01-01", "2022-12-31", other),
        )
    )  # fmt: skip
    assert versions(table, "depreciation_amortization") == []


def per_share(income: float, eps: float, *more: tuple[Any, ...]) -> pl.DataFrame:
    return facts(
        filing(
            "10-K", "2024-02-01", ("NetIncomeLoss", *Y23, income), ("EarningsPerShareBasic", *Y23, eps, "USD/shares"),
            ("WeightedAverageNumberOfSharesOutstandingBasic", *Y23, 10e6, "shares"), *more,
        )
    )  # fmt: skip


def test_preferred_dividends_do_not_make_a_share_count_unscaled() -> None:
    """A small profit, and a loss per share after the dividends of preferred stock, told or not."""
    to_common = ("NetIncomeLossAvailableToCommonStockholdersBasic", *Y23, -19.9e6)
    for table in (per_share(0.1e6, -1.99), per_share(0.1e6, -1.99, to_common), per_share(-0.1e6, -1.99, to_common)):
        assert versions(table, "shares_basic") == [("2023-12-31", 10e6, "2024-02-01")]
        assert versions(table, "eps_basic") == [("2023-12-31", -1.99, "2024-02-01")]


def test_an_amount_per_share_of_the_other_sign_than_income_to_common_is_left_out() -> None:
    to_common = ("NetIncomeLossAvailableToCommonStockholdersBasic", *Y23, 1.1e6)
    assert versions(per_share(1.6e6, -0.11, to_common), "eps_basic") == []
    assert versions(per_share(1.6e6, 0.11, to_common), "eps_basic") == [("2023-12-31", 0.11, "2024-02-01")]


def test_a_profit_is_not_revenue_of_one_report_less_costs_of_another() -> None:
    table = facts(
        filing("10-K", "2024-02-01", ("Revenues", *Y23, 100), ("CostOfRevenue", *Y23, 60)),
        filing("10-K", "2025-02-01", ("Revenues", *Y23, 90), ("Revenues", *Y24, 120), ("CostOfRevenue", *Y24, 70)),
        filing("10-K", "2026-02-01", ("Revenues", *Y23, 90), ("CostOfRevenue", *Y23, 52)),
    )
    assert versions(table, "gross_profit") == [
        ("2023-12-31", 40, "2024-02-01"),
        ("2023-12-31", 38, "2026-02-01"),
        ("2024-12-31", 50, "2025-02-01"),
    ]


@pytest.mark.parametrize(("told", "expected"), [((), []), (("Depreciation", "AmortizationOfIntangibleAssets"), [1621])])
def test_parts_of_a_cost_that_only_the_annual_notes_tell_may_not_be_all(told: tuple[str, ...], expected: Rows) -> None:
    """The cash flow statement's line is a concept of the company's own."""
    nine = ("2023-01-01", "2023-09-30")
    table = facts(
        filing("10-Q", "2023-11-01", ("NetIncomeLoss", *nine, 7), *((name, *nine, 40) for name in told)),
        filing("10-K", "2024-02-01", ("Depreciation", *Y23, 1570), ("AmortizationOfIntangibleAssets", *Y23, 51)),
    )
    assert [value for _, value, _ in versions(table, "depreciation_amortization")] == expected
