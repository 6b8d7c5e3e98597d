"""Line items of real companies that are awkward."""

from datetime import date
from functools import cache
from typing import Any

import polars as pl
from shared_data import shared

from p3 import clock
from p3.facts import view
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules
from p3.sec.lists import companyfacts

NO_FILINGS = pl.DataFrame(schema={"accession": pl.String, "accepted": pl.Datetime("us", "UTC")})


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
