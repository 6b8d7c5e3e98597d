"""Line items of companies to which the general rules apply, on invented companies."""

from annual_report import IFRS, MAKER, items


def test_costs_that_leave_operating_income_are_not_cost_of_revenue() -> None:
    lines: dict[str, float] = {"Revenues": 100, "CostOfRevenue": 80, "OperatingIncomeLoss": 20}
    assert not {"cost_of_revenue", "gross_profit"} & items(MAKER, lines).keys()
    assert items(MAKER, {**lines, "OperatingIncomeLoss": 12})["gross_profit"] == 20


def test_revenue_that_a_note_tags_is_less_than_the_statement_s() -> None:
    lines: dict[str, float] = {
        "Revenues": 60,
        "RevenueFromContractWithCustomerExcludingAssessedTax": 100,
        "OperatingIncomeLoss": 30,
    }
    assert items(MAKER, {**lines, "CostsAndExpenses": 70})["revenue"] == 100
    assert items(MAKER, {**lines, "CostsAndExpenses": 30})["revenue"] == 60


def test_revenue_from_contracts_is_a_part_where_profit_and_costs_are_more() -> None:
    contracts: dict[str, float] = {"RevenueFromContractWithCustomerExcludingAssessedTax": 300}
    assert "revenue" not in items(MAKER, {**contracts, "OperatingIncomeLoss": 200, "CostsAndExpenses": 800})
    assert items(MAKER, {**contracts, "OperatingIncomeLoss": 50, "CostsAndExpenses": 250})["revenue"] == 300
    assert items(MAKER, {**contracts, "OperatingIncomeLoss": 50, "OperatingExpenses": 90})["revenue"] == 300


def test_a_share_in_investees_income_above_operating_income_is_no_revenue() -> None:
    lines: dict[str, float] = {
        "RevenueFromContractWithCustomerExcludingAssessedTax": 300,
        "OperatingIncomeLoss": 60,
        "CostsAndExpenses": 250,
    }
    assert items(MAKER, {**lines, "IncomeLossFromEquityMethodInvestments": 10})["revenue"] == 300
    assert "revenue" not in items(MAKER, {**lines, "IncomeLossFromEquityMethodInvestments": 3})


def test_goods_alone_are_not_revenue_where_there_is_more() -> None:
    goods: dict[str, float] = {"SalesRevenueGoodsNet": 30}
    assert items(MAKER, goods)["revenue"] == 30
    assert items(MAKER, {**goods, "SalesRevenueServicesNet": 70})["revenue"] == 100
    assert "revenue" not in items(MAKER, {**goods, "OperatingIncomeLoss": 20, "CostsAndExpenses": 80})
    assert "revenue" not in items(MAKER, {**goods, "GrossProfit": 40, "CostOfRevenue": 60})


def test_cost_of_goods_alone_is_not_cost_of_revenue_where_gross_profit_shows_more() -> None:
    lines: dict[str, float] = {"Revenues": 100, "CostOfGoodsSold": 30}
    assert items(MAKER, lines)["cost_of_revenue"] == 30
    assert items(MAKER, {**lines, "GrossProfit": 70})["cost_of_revenue"] == 30
    assert "cost_of_revenue" not in items(MAKER, {**lines, "GrossProfit": 40})


def test_selling_and_marketing_in_two_lines_add_up() -> None:
    general: dict[str, float] = {"GeneralAndAdministrativeExpense": 20}
    two = {"SellingExpense": 5.0, "MarketingExpense": 9.0}
    assert items(MAKER, {**general, **two})["selling_general_administrative"] == 34
    assert items(MAKER, {**general, **two, "SellingAndMarketingExpense": 14})["selling_general_administrative"] == 34
    assert "selling_general_administrative" not in items(MAKER, general)


def test_interest_of_a_manufacturer_alone_is_not_all_beside_a_finance_subsidiary_s() -> None:
    own: dict[str, float] = {"InterestExpenseNonoperating": 10}
    assert items(MAKER, own)["interest_expense"] == 10
    assert "interest_expense" not in items(MAKER, {**own, "InterestExpenseOperating": 50})
    assert items(MAKER, {**own, "InterestExpenseOperating": 50, "InterestExpense": 60})["interest_expense"] == 60
    assert "interest_expense" not in items(MAKER, {"InterestExpense": 10, "FinancingInterestExpense": 50})


def test_other_property_and_improvements_are_capital_expenditure_where_they_stand_alone() -> None:
    improvements: dict[str, float] = {"PaymentsForCapitalImprovements": 3}
    other: dict[str, float] = {"PaymentsToAcquireOtherPropertyPlantAndEquipment": 5}
    assert items(MAKER, improvements)["capital_expenditure"] == 3
    assert items(MAKER, {**other, "PaymentsForCapitalImprovements": 0})["capital_expenditure"] == 5
    assert "capital_expenditure" not in items(MAKER, {**improvements, **other})
    assert items(MAKER, other)["capital_expenditure"] == 5


def test_dividends_of_common_and_preferred_stock_are_more_than_a_part() -> None:
    both: dict[str, float] = {
        "PaymentsOfDividendsCommonStock": 40,
        "PaymentsOfDividendsPreferredStockAndPreferenceStock": 2,
    }
    assert items(MAKER, {**both, "PaymentsOfDividends": 42})["dividends_paid"] == 42
    assert items(MAKER, {**both, "PaymentsOfDividends": 40})["dividends_paid"] == 42


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


def test_receivables_are_the_balance_sheet_s_line_of_which_trade_is_a_part() -> None:
    assert items(MAKER, {"@ReceivablesNetCurrent": 50, "@AccountsReceivableNetCurrent": 40})["receivables"] == 50
    assert items(MAKER, {"@ReceivablesNetCurrent": 8, "@AccountsReceivableNetCurrent": 40})["receivables"] == 40


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
