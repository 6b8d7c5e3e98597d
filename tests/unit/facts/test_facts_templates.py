"""Line items of industries whose statements differ, on invented companies, and of real companies that are awkward."""

from datetime import date
from functools import cache
from typing import Any

import polars as pl
from fact_rows import facts, filing
from shared_data import shared

from p3 import clock
from p3.facts import view
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules
from p3.sec.lists import companyfacts

YEAR, END = ("2024-01-01", "2024-12-31"), (None, "2024-12-31")
BANK, BROKER, INSURER, REIT, UTILITY, MAKER = "6021", "6211", "6331", "6798", "4911", "3711"
IFRS = "ifrs-full"
NO_FILINGS = pl.DataFrame(schema={"accession": pl.String, "accepted": pl.Datetime("us", "UTC")})


def items(sic: str, lines: dict[str, float], taxonomy: str = "us-gaap", form: str = "10-K") -> dict[str, float]:
    """Return the line items of one annual report, of which ``lines`` names flows; a balance has "@" before it."""
    rows = [
        (name.removeprefix("@"), *(END if name.startswith("@") else YEAR), value, *_unit(name))
        for name, value in lines.items()
    ]
    table = facts(filing(form, "2025-02-20", *rows, taxonomy=taxonomy))
    found = resolve(table, load_rules(), sic).filter(pl.col("duration").is_in(["annual", "instant"]))
    return dict(found.select("item", "value").rows())


def _unit(name: str) -> tuple[str, ...]:
    if "PerShare" in name or "PerBasicShare" in name:
        return ("USD/shares",)
    return ("shares",) if "WeightedAverage" in name else ()


def test_a_bank() -> None:
    got = items(
        BANK,
        {
            "InterestIncomeExpenseNet": 60,
            "NoninterestIncome": 40,
            "Revenues": 175,  # interest and other income before interest expense
            "InterestExpense": 75,
            "CostOfRevenue": 5,
            "OperatingIncomeLoss": 9,
            "NetIncomeLoss": 30,
            "@CashAndDueFromBanks": 11,
            "@InterestBearingDepositsInBanks": 22,
            "@LongTermDebt": 300,
        },
    )
    assert got["revenue"] == 100
    assert got["cash"] == 33
    assert got["long_term_debt"] == 300
    assert got["interest_expense"] == 75
    assert not {"cost_of_revenue", "gross_profit", "operating_income"} & got.keys()


def test_a_bank_that_tags_total_revenue_net_of_interest() -> None:
    got = items(BANK, {"InterestIncomeExpenseNet": 60, "NoninterestIncome": 40, "Revenues": 100})
    assert got["revenue"] == 100


def test_a_broker_s_revenue_is_net_of_interest_and_fees_alone_are_not_it() -> None:
    assert items(BROKER, {"Revenues": 150, "RevenuesNetOfInterestExpense": 110})["revenue"] == 110
    fees = {"RevenueFromContractWithCustomerExcludingAssessedTax": 70.0}
    assert items(BROKER, fees)["revenue"] == 70
    assert "revenue" not in items(BROKER, {**fees, "InterestIncomeExpenseNet": 30})


def test_an_insurer_s_fees_and_cost_of_goods_are_not_its_revenue_and_cost() -> None:
    lines: dict[str, float] = {
        "PremiumsEarnedNet": 500,
        "RevenueFromContractWithCustomerExcludingAssessedTax": 20,
        "CostOfGoodsSold": 12,
        "NetIncomeLoss": 40,
    }
    assert not {"revenue", "cost_of_revenue", "gross_profit"} & items(INSURER, lines).keys()
    got = items(INSURER, {**lines, "Revenues": 560})
    assert got["revenue"] == 560
    assert "gross_profit" not in got


def test_a_trust_s_fees_are_not_its_rents() -> None:
    lines: dict[str, float] = {
        "OperatingLeaseLeaseIncome": 90,
        "RevenueFromContractWithCustomerExcludingAssessedTax": 4,
        "PaymentsForCapitalImprovements": 7,
        "@RealEstateInvestmentPropertyNet": 1000,
        "@PropertyPlantAndEquipmentNet": 3,
    }
    got = items(REIT, lines)
    assert not {"revenue", "capital_expenditure"} & got.keys()
    assert got["ppe_net"] == 1000
    assert items(REIT, {**lines, "Revenues": 94})["revenue"] == 94


def test_a_trust_that_lets_nothing() -> None:
    got = items(
        REIT, {"RevenueFromContractWithCustomerExcludingAssessedTax": 80, "CostOfRevenue": 30, "CostsAndExpenses": 60}
    )
    assert (got["revenue"], got["cost_of_revenue"]) == (80, 30)


def test_a_utility() -> None:
    got = items(
        UTILITY,
        {
            "RegulatedAndUnregulatedOperatingRevenue": 200,
            "RevenueFromContractWithCustomerExcludingAssessedTax": 180,
            "CostOfRevenue": 150,
            "DepreciationDepletionAndAmortization": 30,
            "DepreciationAmortizationAndAccretionNet": 36,
            "@PublicUtilitiesPropertyPlantAndEquipmentNet": 900,
        },
    )
    assert (got["revenue"], got["depreciation_amortization"], got["ppe_net"]) == (200, 36, 900)
    assert not {"cost_of_revenue", "gross_profit"} & got.keys()


def test_costs_that_leave_operating_income_are_not_cost_of_revenue() -> None:
    lines: dict[str, float] = {"Revenues": 100, "CostOfRevenue": 80, "OperatingIncomeLoss": 20}
    assert not {"cost_of_revenue", "gross_profit"} & items(MAKER, lines).keys()
    assert items(MAKER, {**lines, "OperatingIncomeLoss": 12})["gross_profit"] == 20


def test_a_well_owner_s_revenue_counts_where_it_is_all_of_it() -> None:
    lines: dict[str, float] = {"OilAndGasRevenue": 100, "OperatingIncomeLoss": 30}
    assert "revenue" not in items("1311", {**lines, "CostsAndExpenses": 75})
    assert items("1311", {**lines, "CostsAndExpenses": 70})["revenue"] == 100


def test_revenue_that_a_note_tags_is_less_than_the_statement_s() -> None:
    lines: dict[str, float] = {
        "Revenues": 60,
        "RevenueFromContractWithCustomerExcludingAssessedTax": 100,
        "OperatingIncomeLoss": 30,
    }
    assert items(MAKER, {**lines, "CostsAndExpenses": 70})["revenue"] == 100
    assert items(MAKER, {**lines, "CostsAndExpenses": 30})["revenue"] == 60


def test_other_property_and_improvements_are_capital_expenditure_where_they_stand_alone() -> None:
    improvements: dict[str, float] = {"PaymentsForCapitalImprovements": 3}
    other: dict[str, float] = {"PaymentsToAcquireOtherPropertyPlantAndEquipment": 5}
    assert items(MAKER, improvements)["capital_expenditure"] == 3
    assert items(MAKER, {**other, "PaymentsForCapitalImprovements": 0})["capital_expenditure"] == 5
    assert "capital_expenditure" not in items(MAKER, {**improvements, **other})


def test_capital_expenditure_of_a_well_owner_adds_other_property() -> None:
    other: dict[str, float] = {"PaymentsToAcquireOtherPropertyPlantAndEquipment": 5}
    assert items("1311", {**other, "PaymentsToAcquireOilAndGasPropertyAndEquipment": 50})["capital_expenditure"] == 55
    assert "capital_expenditure" not in items("1311", {**other, "PaymentsToExploreAndDevelopOilAndGasProperties": 50})
    assert items(MAKER, other)["capital_expenditure"] == 5


def test_amortization_in_a_line_of_its_own_is_added() -> None:
    assert (
        items(MAKER, {"DepreciationDepletionAndAmortization": 300, "AmortizationOfIntangibleAssets": 1000})[
            "depreciation_amortization"
        ]
        == 1300
    )
    assert (
        items(MAKER, {"DepreciationDepletionAndAmortization": 300, "AmortizationOfIntangibleAssets": 100})[
            "depreciation_amortization"
        ]
        == 300
    )


def test_the_pretax_income_that_tax_and_net_income_prove_goes_first() -> None:
    before = "IncomeLossFromContinuingOperationsBeforeIncomeTaxes"
    got = items(
        MAKER,
        {
            f"{before}ExtraordinaryItemsNoncontrollingInterest": 90,
            f"{before}MinorityInterestAndIncomeLossFromEquityMethodInvestments": 100,
            "IncomeTaxExpenseBenefit": 25,
            "NetIncomeLoss": 75,
        },
    )
    assert got["pretax_income"] == 100


def test_net_income_to_common_counts_where_nothing_but_tax_was_taken() -> None:
    pretax = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
    lines: dict[str, float] = {"NetIncomeLossAvailableToCommonStockholdersBasic": 70, "IncomeTaxExpenseBenefit": 30}
    assert items(MAKER, {**lines, pretax: 100})["net_income"] == 70
    assert "net_income" not in items(MAKER, {**lines, pretax: 104})


def test_debt_with_finance_leases_is_the_balance_sheet_s_line() -> None:
    got = items(
        MAKER,
        {
            "@LongTermDebtNoncurrent": 100,
            "@LongTermDebtAndCapitalLeaseObligations": 112,
            "@LongTermDebtCurrent": 10,
            "@LongTermDebtAndCapitalLeaseObligationsCurrent": 13,
            "@CommercialPaper": 5,
        },
    )
    assert (got["long_term_debt"], got["short_term_debt"]) == (112, 18)


def test_total_current_debt_that_is_less_than_a_part_is_no_total() -> None:
    got = items(MAKER, {"@DebtCurrent": 10, "@LongTermDebtAndCapitalLeaseObligationsCurrent": 13})
    assert got["short_term_debt"] == 13


def test_receivables_are_the_balance_sheet_s_line_of_which_trade_is_a_part() -> None:
    assert items(MAKER, {"@ReceivablesNetCurrent": 50, "@AccountsReceivableNetCurrent": 40})["receivables"] == 50
    assert items(MAKER, {"@ReceivablesNetCurrent": 8, "@AccountsReceivableNetCurrent": 40})["receivables"] == 40


def test_payables_and_accrued_liabilities_together_are_not_payables() -> None:
    assert "payables" not in items(MAKER, {"@AccountsPayableAndAccruedLiabilitiesCurrent": 9, "@Assets": 100})


def test_cash_with_restricted_cash_counts_where_there_is_none_to_leave_out() -> None:
    total = "@CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"
    assert items(MAKER, {total: 9})["cash"] == 9
    assert "cash" not in items(MAKER, {total: 9, "@RestrictedCashNoncurrent": 2})


def test_one_line_of_shares_and_earnings_basic_and_diluted() -> None:
    got = items(
        MAKER,
        {
            "WeightedAverageNumberOfSharesOutstandingBasic": 50,
            "EarningsPerShareBasicAndDiluted": -0.4,
            "NetIncomeLoss": -20,
        },
    )
    assert (got["shares_basic"], got["shares_diluted"], got["eps_basic"], got["eps_diluted"]) == (50, 50, -0.4, -0.4)


def test_a_development_company_without_revenue_has_none() -> None:
    got = items("2836", {"ResearchAndDevelopmentExpense": 80, "OperatingIncomeLoss": -100, "NetIncomeLoss": -95})
    assert not {"revenue", "cost_of_revenue", "gross_profit"} & got.keys()
    assert got["research_and_development"] == 80


def test_an_ifrs_filer() -> None:
    got = items(
        MAKER,
        {
            "Revenue": 1000,
            "CostOfSales": 600,
            "GrossProfit": 400,
            "DistributionCosts": 100,
            "AdministrativeExpense": 80,
            "ProfitLossFromOperatingActivities": 220,
            "FinanceCosts": 40,
            "ProfitLossBeforeTax": 190,
            "IncomeTaxExpenseContinuingOperations": 50,
            "ProfitLoss": 140,
            "ProfitLossAttributableToOwnersOfParent": 130,
            "AdjustmentsForDepreciationExpense": 60,
            "AdjustmentsForAmortisationExpense": 15,
            "CashFlowsFromUsedInOperatingActivities": 210,
            "PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities": 70,
            "DividendsPaidToEquityHoldersOfParentClassifiedAsFinancingActivities": 33,
            "DividendsPaidClassifiedAsFinancingActivities": 35,
            "WeightedAverageShares": 100,
            "AdjustedWeightedAverageShares": 102,
            "@Assets": 2000,
            "@Equity": 900,
            "@EquityAttributableToOwnersOfParent": 850,
            "@TradeAndOtherCurrentReceivables": 150,
            "@PropertyPlantAndEquipment": 700,
            "@ShorttermBorrowings": 20,
            "@CurrentPortionOfLongtermBorrowings": 30,
            "@LongtermBorrowings": 400,
        },
        taxonomy=IFRS,
        form="20-F",
    )
    expected = {
        "revenue": 1000,
        "cost_of_revenue": 600,
        "gross_profit": 400,
        "selling_general_administrative": 180,
        "operating_income": 220,
        "pretax_income": 190,
        "income_tax": 50,
        "net_income": 130,
        "depreciation_amortization": 75,
        "operating_cash_flow": 210,
        "capital_expenditure": 70,
        "dividends_paid": 33,
        "shares_basic": 100,
        "shares_diluted": 102,
        "total_assets": 2000,
        "equity": 850,
        "total_liabilities": 1100,
        "receivables": 150,
        "ppe_net": 700,
        "short_term_debt": 50,
        "long_term_debt": 400,
    }
    assert {name: got.get(name) for name in expected} == expected
    assert "interest_expense" not in got  # finance costs hold more than interest


@cache
def real(path: tuple[str, ...], cik: int, sic: str) -> pl.DataFrame:
    found, _ = companyfacts.parse(shared(*path).read_bytes(), NO_FILINGS, cik, "edgar")
    return resolve(found, load_rules(), sic)


def mirrored(cik: int, sic: str) -> pl.DataFrame:
    return real(("edgar-mirror", "data.sec.gov", "api", "xbrl", "companyfacts", f"CIK{cik:010d}.json"), cik, sic)


def awkward(name: str, cik: int, sic: str) -> pl.DataFrame:
    return real(("edgar-edge-cases", "companyfacts", name), cik, sic)


def versions(lines: pl.DataFrame, item: str, end: str, duration: str = "annual") -> list[tuple[Any, ...]]:
    found = lines.filter(item=item, duration=duration, end=date.fromisoformat(end))
    return [(row["value"], row["unit"], row["sources"][0]["accession"]) for row in found.iter_rows(named=True)]


def test_a_restated_year_stands_under_each_filing() -> None:
    assert versions(mirrored(320193, "3571"), "net_income", "2009-09-26") == [
        (5_704_000_000, "USD", "0001193125-09-214859"),
        (8_235_000_000, "USD", "0001193125-10-012091"),
    ]


def test_a_shell_company_s_year_and_the_merged_company_s() -> None:
    assert versions(mirrored(1731289, "3711"), "net_income", "2019-12-31") == [
        (2_730_459, "USD", "0001104659-20-030103"),
        (-88_656_000, "USD", "0001731289-21-000006"),
    ]


def test_a_year_restated_three_years_later_and_one_recast() -> None:
    lines = awkward("CIK0001376339-restated.json", 1376339, "3842")
    assert [value for value, _, _ in versions(lines, "net_income", "2016-12-31")] == [11_974_000, 390_000]
    assert [value for value, _, _ in versions(lines, "revenue", "2021-12-31")] == [258_615_000, 242_019_000]


def test_a_change_of_the_fiscal_year_with_a_transition_period() -> None:
    lines = awkward("CIK0001336917-fiscal-year-change.json", 1336917, "2300")
    as_of = clock.end_of_day(date(2024, 3, 31))
    years = {period.label: period for period in view.periods(lines, as_of, "annual")[-2:]}
    assert {label: (str(period.start), str(period.end)) for label, period in years.items()} == {
        "FY2021": ("2021-01-01", "2021-12-31"),
        "FY2023": ("2022-04-01", "2023-03-31"),
    }
    assert [period.items["revenue"].value for period in years.values()] == [5_683_466_000, 5_903_636_000]
    assert versions(lines, "revenue", "2022-03-31") == []  # the transition period is no year
    assert versions(lines, "revenue", "2022-03-31", "quarter")[0][0] == 1_300_945_000
    assert versions(lines, "revenue", "2022-03-31", "ttm")[0][0] == 5_727_216_000


def test_an_ifrs_filer_of_annual_reports_on_form_20_f() -> None:
    lines = awkward("CIK0001997711-ifrs-20F.json", 1997711, "6500")
    newest = view.periods(lines, clock.end_of_day(date(2026, 6, 30)), "annual")[-1]
    got = {name: (item.value, item.unit) for name, item in newest.items.items()}
    assert newest.label == "FY2024"
    assert got["revenue"] == (43_862_372, "USD")
    assert got["net_income"] == (-29_285_428, "USD")
    assert got["operating_income"] == (36_606_814, "USD")
    assert got["equity"] == (228_964_876, "USD")
    assert got["long_term_debt"] == (265_885_799, "USD")
    assert got["eps_basic"] == (-0.94, "USD/shares")


def test_a_filer_in_euros() -> None:
    lines = awkward("CIK0000937966-20F-EUR.json", 937966, "3559")
    year = view.lookup(view.periods(lines, clock.end_of_day(date(2026, 6, 30)), "annual"), "FY2024")
    assert year is not None
    assert {item.unit for item in year.items.values()} == {"EUR", "EUR/shares", "shares"}
    assert year.items["revenue"].value == 28_262_900_000
    assert year.items["net_income"].value == 7_571_600_000
    assert year.items["dividends_paid"].value == 2_452_900_000
    assert year.items["long_term_debt"].value == 3_677_300_000
    assert year.items["eps_diluted"].value == 19.24
