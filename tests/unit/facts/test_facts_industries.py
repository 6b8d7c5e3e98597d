"""Line items of industries whose statements differ, on invented companies."""

from annual_report import items

BANK, BROKER, INSURER, REIT, UTILITY = "6021", "6211", "6331", "6798", "4911"


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


def test_a_well_owner_s_revenue_counts_where_it_is_all_of_it() -> None:
    lines: dict[str, float] = {"OilAndGasRevenue": 100, "OperatingIncomeLoss": 30}
    assert "revenue" not in items("1311", {**lines, "CostsAndExpenses": 75})
    assert items("1311", {**lines, "CostsAndExpenses": 70})["revenue"] == 100


def test_capital_expenditure_of_a_well_owner_adds_other_property() -> None:
    other: dict[str, float] = {"PaymentsToAcquireOtherPropertyPlantAndEquipment": 5}
    assert items("1311", {**other, "PaymentsToAcquireOilAndGasPropertyAndEquipment": 50})["capital_expenditure"] == 55
    assert "capital_expenditure" not in items("1311", {**other, "PaymentsToExploreAndDevelopOilAndGasProperties": 50})
