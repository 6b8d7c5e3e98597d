"""Identities of a period's figures."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest

from p3.facts import checks
from p3.facts.view import Item, Period
from p3.provenance import FactSource

YEAR = (date(2024, 1, 1), date(2024, 12, 31))
QUARTERS = (
    (date(2024, 1, 1), date(2024, 3, 31)),
    (date(2024, 4, 1), date(2024, 6, 30)),
    (date(2024, 7, 1), date(2024, 9, 30)),
    (date(2024, 10, 1), date(2024, 12, 31)),
)
BALANCES = {"total_assets", "total_liabilities", "equity", "noncontrolling_interests", "temporary_equity"}
KNOWN = datetime(2025, 2, 1, tzinfo=UTC)


def item(
    name: str, value: float, span: tuple[date, date] = YEAR, concept: str = "Concept", accession: str = "a"
) -> Item:
    unit = "shares" if name.startswith("shares") else "USD/shares" if name.startswith("eps") else "USD"
    start = None if name in BALANCES else span[0]
    source = FactSource("us-gaap", concept, unit, start, span[1], value, accession, KNOWN)
    return Item(value, unit, (source,), None, KNOWN)


def period(span: tuple[date, date] = YEAR, items: dict[str, Item] | None = None, **values: float) -> Period:
    found = {name: item(name, value, span) for name, value in values.items()}
    return Period(*span, "FY2024", {**found, **(items or {})})


def one(found: Iterable[checks.Check], identity: str) -> checks.Check | None:
    return next((each for each in found if each.identity == identity), None)


def of_year(identity: str, items: dict[str, Item] | None = None, **values: float) -> checks.Check | None:
    return one(checks.check([period(items=items, **values)], []), identity)


def passed(identity: str, **values: float) -> bool:
    found = of_year(identity, **values)
    assert found is not None
    return found.passed


def test_a_balance_sheet_that_balances() -> None:
    found = of_year(checks.BALANCE_SHEET, total_assets=101, total_liabilities=61, equity=40)
    assert found is not None
    assert (found.left, found.right, found.difference, found.passed) == (101, 101, 0, True)
    assert (found.label, found.end, found.duration) == ("FY2024", date(2024, 12, 31), "annual")
    assert found.items == ("total_assets", "total_liabilities", "equity")


def test_a_balance_sheet_that_does_not() -> None:
    assert not passed(checks.BALANCE_SHEET, total_assets=101, total_liabilities=61, equity=33)


def test_noncontrolling_interests_and_temporary_equity_stand_between() -> None:
    values = {"total_assets": 1010, "total_liabilities": 610, "equity": 333}
    assert not passed(checks.BALANCE_SHEET, **values)
    assert passed(checks.BALANCE_SHEET, **values, noncontrolling_interests=44, temporary_equity=23)


def test_liabilities_that_are_the_difference_prove_nothing() -> None:
    derived = item("total_liabilities", 61, concept="Assets")
    assert of_year(checks.BALANCE_SHEET, {"total_liabilities": derived}, total_assets=101, equity=40) is None


def test_a_missing_operand_is_no_violation() -> None:
    assert checks.check([period(total_assets=100, equity=40)], []) == []


def test_gross_profit() -> None:
    assert passed(checks.GROSS_PROFIT, gross_profit=41, revenue=101, cost_of_revenue=60)
    assert not passed(checks.GROSS_PROFIT, gross_profit=41, revenue=101, cost_of_revenue=70)


def test_a_gross_profit_that_is_the_difference_proves_nothing() -> None:
    stated = item("gross_profit", 41)
    derived = Item(stated.value, stated.unit, stated.sources, "revenue - cost_of_revenue", KNOWN)
    assert of_year(checks.GROSS_PROFIT, {"gross_profit": derived}, revenue=101, cost_of_revenue=60) is None


def test_pretax_income_less_tax() -> None:
    values = {"pretax_income": 101, "income_tax": 21}
    assert passed(checks.NET_INCOME, **values, consolidated_net_income=80)
    assert passed(checks.NET_INCOME, **values, consolidated_net_income=63, discontinued_operations=-17)
    assert not passed(checks.NET_INCOME, **values, consolidated_net_income=63)


def test_the_income_of_investees_may_stand_before_or_after_tax() -> None:
    values = {"pretax_income": 101, "income_tax": 21, "equity_method_income": 9}
    assert passed(checks.NET_INCOME, **values, consolidated_net_income=80)
    assert passed(checks.NET_INCOME, **values, consolidated_net_income=89)
    assert not passed(checks.NET_INCOME, **values, consolidated_net_income=71)


FLOWS = {"operating_cash_flow": 101.0, "investing_cash_flow": -60.0, "financing_cash_flow": -30.0}


def test_cash_flows_and_the_change_in_cash() -> None:
    assert passed(checks.CASH_CHANGE, **FLOWS, cash_change=11)
    assert passed(checks.CASH_CHANGE, **FLOWS, exchange_effect_on_cash=-7, cash_change=4)
    assert not passed(checks.CASH_CHANGE, **FLOWS, exchange_effect_on_cash=-7, cash_change=11)


def test_an_exchange_effect_that_is_not_told_may_explain_the_difference() -> None:
    assert of_year(checks.CASH_CHANGE, cash_change=77, **FLOWS) is None


def test_earnings_per_share_within_half_a_cent_a_share() -> None:
    assert passed(checks.EARNINGS_PER_SHARE, eps_basic=2.5, shares_basic=1001, net_income=2507)
    assert not passed(checks.EARNINGS_PER_SHARE, eps_basic=2.5, shares_basic=1001, net_income=2511)


def test_earnings_per_share_are_those_of_common_shareholders() -> None:
    values = {"eps_basic": 2.5, "shares_basic": 1001, "net_income": 2999}
    assert passed(checks.EARNINGS_PER_SHARE, **values, net_income_to_common=2503)


def test_counts_and_earnings_of_two_filings_may_stand_on_two_share_bases() -> None:
    shares = item("shares_basic", 143, accession="before the split")
    assert of_year(checks.EARNINGS_PER_SHARE, {"shares_basic": shares}, eps_basic=2.5, net_income=2503) is None


def year_of(
    values: Iterable[float], total: float, spans: Iterable[tuple[date, date]] = QUARTERS
) -> checks.Check | None:
    parts = [
        Period(*span, "Q", {"revenue": item("revenue", value, made_of)})
        for span, value, made_of in zip(QUARTERS, values, spans, strict=True)
    ]
    return one(checks.check([period(revenue=total)], parts), checks.QUARTERS)


def test_quarters_add_up_to_the_year() -> None:
    found = year_of([11, 23, 31, 41], 106)
    assert found is not None
    assert (found.passed, found.items) == (True, ("revenue",))
    found = year_of([11, 23, 31, 41], 121)
    assert found is not None
    assert not found.passed


def test_one_quarter_may_be_a_difference_and_more_prove_nothing() -> None:
    assert year_of([11, 23, 31, 41], 106, [*QUARTERS[:3], YEAR]) is not None
    assert year_of([11, 23, 31, 41], 106, [*QUARTERS[:2], YEAR, YEAR]) is None


def test_three_quarters_are_no_year() -> None:
    parts = [period(span, revenue=11) for span in QUARTERS[:3]]
    assert one(checks.check([period(revenue=33)], parts), checks.QUARTERS) is None


def test_share_counts_and_balances_do_not_add_up() -> None:
    parts = [period(span, shares_basic=11, total_assets=23) for span in QUARTERS]
    assert checks.check([period(shares_basic=11, total_assets=23)], parts) == []


@pytest.mark.parametrize(("gap", "within"), [(2_000_000, True), (5_000_000, False)])
def test_the_tolerance_is_the_unit_of_each_filing(gap: float, within: bool) -> None:
    millions = {"total_assets": 101_000_000.0 + gap, "total_liabilities": 61_000_000.0, "equity": 40_000_000.0}
    assert passed(checks.BALANCE_SHEET, **millions) is within


def test_a_round_amount_does_not_make_the_unit_coarser() -> None:
    values = {"total_assets": 100_000_000.0, "total_liabilities": 60_000_000.0, "equity": 39_000_000.0}
    assert passed(checks.BALANCE_SHEET, **values)
    assert not passed(checks.BALANCE_SHEET, **values, revenue=7)


def test_quarters_are_checked_too() -> None:
    found = checks.check([], [period(QUARTERS[0], gross_profit=41, revenue=101, cost_of_revenue=60)])
    assert [(each.identity, each.duration, each.passed) for each in found] == [(checks.GROSS_PROFIT, "quarter", True)]
