from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from annual_statements import BALANCE, BY_COLUMNS, CASH_FLOW, COVER, INCOME, PAGES

from p3.answer.tables import byside, cells, header, rows
from p3.answer.tables.cells import Cell, Label, Year
from p3.answer.tables.items import Filing, read_periods
from p3.answer.tables.totals import Amount, assign
from p3.facts.view import Period

FILING = Filing("doc-1", "larch.txt", 2012, date(2012, 12, 31), datetime(2013, 2, 1, tzinfo=UTC))


def read(*pages: str, filing: Filing = FILING) -> dict[str, Period]:
    starts = [sum(len(page) for page in pages[:at]) for at in range(len(pages))]
    return {period.label: period for period in read_periods("".join(pages), starts, filing)}


def values(period: Period) -> dict[str, float]:
    return {name: item.value for name, item in period.items.items()}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Revenue 2,016 1,998", ["Revenue", 2016.0, 1998.0]),
        ("Total | 1,234 | (56)", ["Total", 1234.0, -56.0]),
        ("(1,234", [-1234.0]),
        ("7,776  $", [7776.0]),
        ("Other   —   3", ["Other", 0.0, 3.0]),
        ("See Note 12", ["See Note 12"]),
        ("Common stock, $0.10 par value", ["Common stock, $0.10 par value"]),
        ("Receivables, less reserves: 2012, $20; 2011, $15", ["Receivables, less reserves: 2012, $20; 2011, $15"]),
        ("January 28, 2017", ["January 28,", "year 2017"]),
        ("Jan 26, 2025 | Jan 28, 2024", ["year 2025", "year 2024"]),
        ("(9)", [-9.0]),
        ("(a)", []),
        ("Growth   12%", ["Growth"]),
    ],
)
def test_a_line_is_words_and_cells(line: str, expected: list[object]):
    shown = {Label: lambda p: p.text, Year: lambda p: f"year {p.year}", Cell: lambda p: p.value}
    assert [shown[type(part)](part) for part in cells.parts(line)] == expected


@pytest.mark.parametrize(
    ("years", "columns"),
    [
        ([2012, 2011, 2012, 2011], (2012, 2011)),
        ([2012, 2010, 2011, 2012], (2010, 2011, 2012)),
        ([2011, 2012, 2011, 2010], (2012, 2011, 2010)),
        ([2012], ()),
        ([2012, 2009], ()),
    ],
)
def test_columns_are_the_last_run_of_years(years: list[int], columns: tuple[int, ...]):
    assert header.last_run(years) == columns


def test_a_row_has_exactly_an_amount_for_each_column():
    parts = cells.parts("Sales\n3\n9,000\n8,000\nGain on sale\n(7)\nCosts\n5,400\n5,000\n3,600\n3,000\n")
    found = rows.rows(parts, 2)
    assert [(row.lines, row.values) for row in found] == [
        (("Sales",), (9000.0, 8000.0)),
        (("Costs",), (5400.0, 5000.0)),
        ((), (3600.0, 3000.0)),
    ]


def test_a_report_gives_three_years():
    years = read(*PAGES)
    assert list(years) == ["FY2010", "FY2011", "FY2012"]
    assert (years["FY2012"].start, years["FY2012"].end) == (date(2012, 1, 1), date(2012, 12, 31))
    assert values(years["FY2012"]) == {
        "revenue": 9e6,
        "cost_of_revenue": 5.4e6,
        "gross_profit": 3.6e6,
        "selling_general_administrative": 1.5e6,
        "operating_income": 2e6,
        "interest_expense": 2e5,
        "pretax_income": 1.8e6,
        "income_tax": 6e5,
        "net_income": 1.15e6,
        "eps_basic": 1.15,
        "cash": 1e6,
        "receivables": 9e5,
        "inventory": 1.1e6,
        "current_assets": 3e6,
        "ppe_net": 4e6,
        "total_assets": 7e6,
        "payables": 6e5,
        "current_liabilities": 1e6,
        "short_term_debt": 4e5,
        "long_term_debt": 2e6,
        "total_liabilities": 3e6,
        "equity": 3.8e6,
        "depreciation_amortization": 3.2e5,
        "operating_cash_flow": 1.52e6,
        "investing_cash_flow": -8e5,
        "financing_cash_flow": -5.2e5,
        "capital_expenditure": 8e5,
        "dividends_paid": 5.2e5,
    }


def test_each_source_is_the_row_as_printed():
    text = "".join(PAGES)
    (source,) = read(*PAGES)["FY2011"].items["capital_expenditure"].sources
    assert text[source.first : source.last] == source.quote
    assert source.quote.startswith("Additions to property") and source.quote.endswith("(600)")
    assert (source.page, source.column, source.value) == (4, 2011, -7e5)


@pytest.mark.parametrize("wrong", ["$\n7,100\n$\n6,000\nLIABILITIES", "$\n6,900\n$\n6,000\nLIABILITIES"])
def test_a_balance_that_does_not_balance_is_not_used(wrong: str):
    misread = BALANCE.replace("$\n7,000\n$\n6,000\nLIABILITIES", wrong)
    years = read(COVER, INCOME, misread, CASH_FLOW)
    assert "total_assets" not in years["FY2012"].items
    assert years["FY2011"].items["total_assets"].value == 6e6


def test_a_net_income_that_the_cash_flows_contradict_is_not_used():
    years = read(COVER, INCOME, BALANCE, CASH_FLOW.replace("$\n1,200", "$\n1,300"))
    assert "net_income" not in years["FY2012"].items and "net_income" in years["FY2011"].items


def test_rows_of_one_name_with_different_amounts_are_not_read():
    twice = BALANCE.replace("Property and equipment, net", "Inventories\n30\n20\nProperty and equipment, net")
    assert "inventory" not in read(COVER, INCOME, twice, CASH_FLOW)["FY2012"].items


def test_without_a_scale_nothing_is_read():
    assert all(not period.items for period in read(*(page.replace("thousands", "units") for page in PAGES)).values())


def test_columns_of_another_year_are_not_the_filings():
    assert read(*PAGES, filing=replace(FILING, fiscal_year=2009)) == {}


def test_in_dollars_of_another_country_nothing_is_read():
    assert read(*(page.replace("(In thousands", "(In thousands of Canadian dollars") for page in PAGES)) == {}


def test_a_balance_sheet_over_two_pages_is_joined():
    first, second = BALANCE.split("LIABILITIES AND EQUITY\n")
    years = read(COVER, INCOME, first, f"LARCH TOOLS, INC.\n{second}", CASH_FLOW)
    assert years["FY2012"].items["equity"].value == 3.8e6
    assert years["FY2012"].items["equity"].sources[0].page == 4


def test_column_by_column_rows_are_told_by_their_totals():
    years, found = byside.rows(cells.parts(BY_COLUMNS), BY_COLUMNS) or ((), [])
    assert years == (2012, 2011)
    told = {row.lines[0]: row.values for row in found}
    assert told["Inventories"] == (1100.0, 1000.0)
    assert told["Long-term debt"] == (2000.0, 1900.0)
    assert told["TOTAL ASSETS"] == (7000.0, 6000.0)
    assert len(told) == 15


def test_column_by_column_a_missing_cell_leaves_nothing():
    holed = BY_COLUMNS.replace("1,100\n", "")
    assert byside.rows(cells.parts(holed), holed) is None


def test_column_by_column_shifted_labels_leave_nothing():
    shifted = BY_COLUMNS.replace("Cash and cash equivalents\n", "").replace("TOTAL ASSETS\n", "TOTAL ASSETS\nOther\n")
    assert byside.rows(cells.parts(shifted), shifted) is None


def test_amounts_without_a_total_are_not_proven():
    found = assign([Amount(value, True) for value in (11.0, 7.0, 5.0, 3.0)], 2, 2)
    assert found is not None and not found.proven
