"""What the views of `p3 facts` are for: adjusted share data, marks, gaps, sources, restatements, checks."""

import io
from datetime import date

import pytest
from rich.console import Console
from view_shapes import make

from p3 import shapes
from p3.cli.views import facts

REVENUE = "RevenueFromContractWithCustomerExcludingAssessedTax"


def shown(data, width=100):
    file = io.StringIO()
    console = Console(file=file, width=width, color_system=None)
    for part in facts.render(data):
        console.print(part, crop=False)
    return file.getvalue()


def source(concept, accession="0001-24-000001", accepted="2024-02-01T21:00:00Z", taxonomy="us-gaap"):
    return shapes.Source(
        taxonomy=taxonomy, concept=concept, unit="USD", start=None, end=date(2023, 12, 31), value=1.0,
        accession=accession, accepted=accepted,
    )  # fmt: skip


def item(value, unit="USD", **more):
    known = {"sources": [], "derived": None, "known_from": "2024-02-01T21:00:00Z", **more}
    return shapes.ItemValue(value=value, unit=unit, **known)


def period(year, growth=None, **items):
    return shapes.FactsPeriod(
        start=date(year, 1, 1), end=date(year, 12, 31), label=f"FY{year}", items=items, growth=growth or {}
    )


def company(*periods, shape=shapes.Facts, splits=(None, None)):
    return shape(
        ticker="XYZ", cik=7, name="XYZ CORP", currency="USD", as_of="2025-01-02T12:00:00Z", origin="edgar",
        duration="annual", periods=list(periods), splits_from=splits[0], splits_until=splits[1],
    )  # fmt: skip


def row(text, label):
    return next(line for line in text.splitlines() if line.startswith(f"  {label}")).removeprefix(f"  {label}")


KNOWN = (date(2014, 6, 6), date(2025, 1, 2))
SPLIT = [
    period(2022, eps_diluted=item(12.0, "USD/shares", split_adjusted=3.0, split_factor=4.0)),
    period(2023, eps_diluted=item(2.0, "USD/shares", split_adjusted=2.0, split_factor=1.0)),
]


def test_share_data_stand_on_one_basis_where_splits_are_known():
    text = shown(company(*SPLIT, splits=KNOWN))
    assert row(text, "EPS, diluted").split()[:3] == ["3.00", "2.00", "█▁"]
    assert "adjusted for the splits until 2025-01-02: --as-filed shows" in text


def test_share_data_stand_as_filed_without_a_trend_where_splits_are_not_known():
    text = shown(company(*SPLIT))
    assert row(text, "EPS, diluted").split() == ["12.00", "2.00"]
    assert "a split parts the years" in text and "p3 fetch-prices" in " ".join(text.split())


def test_what_was_filed_before_splits_are_known_is_missing_not_mixed_in():
    early = period(2012, eps_diluted=item(50.0, "USD/shares"))
    text = shown(company(early, *SPLIT, splits=KNOWN))
    assert row(text, "EPS, diluted").split()[:3] == ["–", "3.00", "2.00"]
    assert "splits before 2014-06-06 are not known" in " ".join(text.split())


@pytest.mark.parametrize(("years", "line"), [((2020, 2021, 2022), "▁▅█"), ((2020, 2022), "▁ █")])
def test_a_missing_year_is_a_gap_in_the_trend(years, line):
    periods = [period(year, revenue=item(float(year))) for year in years]
    assert shown(company(*periods)).count(line) == 1


def test_a_trend_ends_with_a_gap_where_the_newest_value_is_missing():
    periods = [period(2021, revenue=item(1.0), goodwill=item(1.0)), period(2022, revenue=item(2.0), goodwill=item(2.0))]
    text = shown(company(*periods, period(2023, revenue=item(3.0))))
    at = next(line for line in text.splitlines() if "Revenue" in line).index("▁")
    assert row(text, "Goodwill")[at - len("  Goodwill") :].startswith("▁█ ")


def test_key_items_have_growth():
    grown = {"revenue": 0.5, "net_income": -0.25}
    text = shown(company(period(2023, grown, revenue=item(3.0), net_income=item(3.0), goodwill=item(1.0))))
    assert [line.split()[4] for line in text.splitlines() if "growth on the year" in line] == ["50.0%", "-25.0%"]


def test_a_broken_identity_is_marked_and_named():
    broken = item(7e9, derived="a - b", violates=["total_assets = total_liabilities + equity"])
    text = shown(company(period(2022, equity=item(5e9)), period(2023, equity=broken)))
    assert row(text, "Equity").split()[:2] == ["5,000", "7,000*!"]
    assert "! breaks an identity, total_assets = total_liabilities + equity" in " ".join(text.split())
    assert "p3 facts XYZ --check" in " ".join(text.split())


def test_what_is_not_shown_is_not_explained():
    broken = item(7e9, derived="a - b", violates=["a = b"])
    later = [period(year, equity=item(5e9)) for year in range(2010, 2024)]
    assert "!" not in shown(company(period(2009, equity=broken), *later), 80)


def test_sources_name_concept_formula_and_filing_of_each_value():
    debt = [source("CommercialPaper"), source("LongTermDebtCurrent", "0001-23-000009", "2023-02-01T21:00:00Z")]
    items = {
        "short_term_debt": item(20e9, derived="CommercialPaper + LongTermDebtCurrent", sources=debt),
        "revenue": item(416e9, sources=[source(REVENUE)]),
        "gross_profit": item(
            9e9, derived="revenue - cost_of_revenue", sources=[source(REVENUE), source("CostOfSales")]
        ),
        "shares_outstanding": item(5e9, "shares", sources=[source("Cover", taxonomy="dei")]),
    }
    text = shown(company(period(2023, **items), shape=shapes.FactsWithSources), 200)
    table = text.split("Sources of FY2023")[1]
    assert row(table, "Revenue").split() == ["416,000", "[1]", REVENUE]
    assert row(table, "Short-term debt").split()[:2] == ["20,000", "[1][2]"]
    assert "= CommercialPaper + LongTermDebtCurrent" in row(table, "Short-term debt")
    assert f"= revenue - cost_of_revenue, from {REVENUE}, Cost" in table
    assert "dei:Cover" in table
    assert "[1]  0001-24-000001  accepted 2024-02-01 21:00 UTC" in table
    assert "[2]  0001-23-000009" in table
    assert table.index("Revenue") < table.index("Gross profit") < table.index("Short-term debt")


def version(value, known_from, cause="first", change=None, percent=None, split=1.0, concept="NetIncomeLoss"):
    return shapes.ItemVersion(
        value=value, known_from=f"{known_from}T21:00:00Z", accession=f"acc-{known_from}", form="10-K", cause=cause,
        change=change, percent=percent, split_factor=split, derived=None, sources=[source(concept)],
    )  # fmt: skip


def history(name, year, *versions, unit="USD"):
    return shapes.ItemHistory(
        item=name, start=None, end=date(year, 12, 31), label=f"FY{year}", unit=unit, versions=list(versions)
    )


def restated(*histories, splits=KNOWN):
    return shapes.Restatements(
        ticker="XYZ", cik=7, name="XYZ CORP", currency="USD", as_of="2025-01-02T12:00:00Z", origin="edgar",
        duration="annual", first="FY2020", last="FY2023", splits_from=splits[0], splits_until=splits[1],
        histories=list(histories),
    )  # fmt: skip


INCOME = history(
    "net_income", 2021, version(5e9, "2022-02-01"), version(8e9, "2023-02-01", "restated", 3e9, 0.6, concept="Other")
)
EPS = history(
    "eps_diluted", 2022, version(12.0, "2023-02-01"), version(3.0, "2024-02-01", "split", -9.0, -0.75, 4.0),
    unit="USD/shares",
)  # fmt: skip


def test_restatements_show_each_version_the_newest_period_first():
    text = shown(restated(INCOME, EPS))
    lines = text.splitlines()
    at = lines.index("FY2022 EPS, diluted")
    assert lines[at + 1].split() == ["2023-02-01", "10-K", "acc-2023-02-01", "12.00"]
    assert lines[at + 2].split() == ["2024-02-01", "10-K", "acc-2024-02-01", "3.00", "-9.00", "-75.0%", "split", "4:1"]
    assert lines[at + 3] == "FY2021 Net income"
    assert lines[at + 5].split()[3:] == ["8,000", "+3,000", "+60.0%", "restated,", "other", "concept"]
    assert "1 restated, 1 by a split alone in fiscal years FY2020 to FY2023." in text
    assert "under another XBRL tag" in text


def test_a_narrow_terminal_leaves_out_the_difference_and_keeps_the_filing_whole():
    text = shown(restated(INCOME, EPS), 70)
    assert "+3,000" not in text and "+60.0%" in text and "acc-2023-02-01" in text


def test_where_splits_are_not_known_a_changed_count_says_so():
    assert "Splits are not known" in shown(restated(EPS, splits=(None, None)))
    assert "Splits are not known" not in shown(restated(INCOME, splits=(None, None)))


def test_nothing_restated_is_said_in_words():
    assert "Nothing was changed in FY2020 to FY2023" in shown(restated())


def checked(ticker="XYZ", violations=(), missing=()):
    return shapes.CheckedCompany(
        ticker=ticker, cik=7, newest="FY2023", periods=5, items_expected=30, items_resolved=30 - len(missing),
        missing=list(missing), evaluated=40, passed=40 - len(violations),
        identities=[shapes.IdentityCount(identity="a = b", evaluated=40, passed=40 - len(violations))],
        violations=list(violations),
    )  # fmt: skip


BROKEN = shapes.Violation(
    identity="a = b", duration="annual", label="FY2021", end=date(2021, 12, 31), left=9e9, right=10e9, difference=-1e9,
    tolerance=1e6, items=["a", "b"],
)  # fmt: skip


def checks(*companies):
    return shapes.FactsCheck(
        scope="m7", as_of="2025-01-02T12:00:00Z", origin="edgar", companies=list(companies), left_out=[]
    )


def test_checks_count_for_each_company_and_identity_and_list_what_is_violated():
    text = shown(checks(checked("AAA"), checked("BBB", [BROKEN])))
    lines = [line.split() for line in text.splitlines()]
    assert ["AAA", "5", "FY2023", "30", "of", "30", "40", "of", "40", "100.0%", "0"] in lines
    assert ["BBB", "5", "FY2023", "30", "of", "30", "39", "of", "40", "97.5%", "1"] in lines
    assert ["a", "=", "b", "79", "of", "80", "98.8%"] in lines
    assert "Violated: 1" in text
    assert "BBB FY2021 a = b 9,000.0 m 10,000.0 m -1,000.0 m -10.0%" in [" ".join(line) for line in lines]


def test_checks_of_one_company_name_what_is_missing():
    text = shown(checks(checked(missing=["goodwill", "inventory"])))
    assert text.startswith("XYZ: whether")
    assert "Not resolved in FY2023: Goodwill, Inventory." in text
    assert "Violated" not in text


def test_many_violations_are_cut_and_counted():
    text = shown(checks(checked("AAA", [BROKEN] * 45), checked("BBB")))
    assert "Violated: 45" in text and "And 5 more: --json lists them." in text


def test_an_export_says_what_was_written_where():
    data = shapes.FactsExport(
        file="/a/long path/x.csv", scope="m7", as_of="2025-01-02T12:00:00Z", origin="edgar",
        durations=["annual", "ttm"], companies=7, rows=3814, left_out=[make(shapes.FailureShape, "ABC", 0)],
    )  # fmt: skip
    text = shown(data)
    assert "written: /a/long path/x.csv" in text
    assert "3,814 rows, 7 of m7: fiscal years, trailing twelve months" in text
    assert "ABC" in text


def test_the_trend_says_how_many_periods_it_runs_over_however_few_are_shown():
    periods = [period(year, revenue=item(float(year))) for year in range(2005, 2025)]
    narrow = shown(company(*periods), 60)
    assert "trend, 12 y" in narrow
    assert "The newest 3 of 20 periods" in narrow
    assert max(map(len, narrow.splitlines())) <= 60
