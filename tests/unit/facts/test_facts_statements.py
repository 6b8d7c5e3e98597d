import polars as pl
import pytest
from fact_rows import day, facts, filing, moment

from p3.errors import InputMissingError
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules
from p3.facts.shares import ShareBasis
from p3.facts.statements import Shown, restated, statements

Y22, Y23, Y24 = (("2022-01-01", "2022-12-31"), ("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-12-31"))
COMPANY = {"ticker": "XYZ", "cik": 7, "name": "Xyz", "origin": "test"}
BASIS = ShareBasis(day("2010-01-04"), day("2026-01-01"), ((moment("2024-06-10"), 4.0),))
EPS = "EarningsPerShareDiluted"


def lines() -> pl.DataFrame:
    first = filing(
        "10-K", "2024-02-01",
        ("Revenues", *Y22, 100.0), ("Revenues", *Y23, 150.0), ("NetIncomeLoss", *Y22, -5.0),
        ("NetIncomeLoss", *Y23, 10.0), (EPS, *Y22, -0.5, "USD/shares"), (EPS, *Y23, 1.0, "USD/shares"),
    )  # fmt: skip
    second = filing(
        "10-K", "2025-02-01",
        ("Revenues", *Y24, 180.0), ("NetIncomeLoss", *Y24, 8.0), ("NetIncomeLoss", *Y23, 9.0),
        (EPS, *Y24, 0.2, "USD/shares"), (EPS, *Y23, 0.25, "USD/shares"),
    )  # fmt: skip
    return resolve(facts(first, second), load_rules(), None)


def shown(last: int | None = None, basis: ShareBasis | None = BASIS, as_of: str = "2026-01-01") -> Shown:
    return Shown(COMPANY, moment(as_of), "annual", last, basis)


def test_growth_is_on_the_year_before_even_where_that_is_not_shown() -> None:
    (newest,) = statements(lines(), shown(last=1), {}).periods
    assert newest.growth == pytest.approx({"revenue": 0.2, "net_income": 8 / 9 - 1})


def test_there_is_no_growth_from_a_loss_or_from_nothing() -> None:
    growth = [period.growth for period in statements(lines(), shown(), {}).periods]
    assert growth[0] == {}
    assert growth[1] == {"revenue": 0.5}


def test_shares_are_adjusted_by_the_splits_since_the_filing_that_states_them() -> None:
    made = statements(lines(), shown(), {})
    found = [period.items["eps_diluted"] for period in made.periods]
    assert [item.value for item in found] == [-0.5, 0.25, 0.2]
    assert [item.split_adjusted for item in found] == [-0.125, 0.25, 0.2]
    assert [item.split_factor for item in found] == [4.0, 1.0, 1.0]
    assert made.periods[0].items["net_income"].split_adjusted is None
    assert (made.splits_from, made.splits_until) == (BASIS.first, BASIS.last)


def test_without_splits_nothing_is_adjusted() -> None:
    made = statements(lines(), shown(basis=None), {})
    assert {item.split_adjusted for period in made.periods for item in period.items.values()} == {None}
    assert (made.splits_from, made.splits_until) == (None, None)


def test_what_a_value_breaks_stands_with_it() -> None:
    made = statements(lines(), shown(), {(day("2023-12-31"), "revenue"): ["a = b"]})
    assert made.periods[1].items["revenue"].violates == ["a = b"]
    assert made.periods[1].items["net_income"].violates == made.periods[0].items["revenue"].violates == []


def test_restatements_name_the_filing_and_its_form() -> None:
    made = restated(lines(), shown(), {"10-K-2025-02-01": "10-K/A"})
    assert (made.first, made.last) == ("FY2022", "FY2024")
    assert [(each.label, each.item) for each in made.histories] == [("FY2023", "eps_diluted"), ("FY2023", "net_income")]
    first, second = made.histories[1].versions
    assert (first.accession, first.form, first.cause) == ("10-K-2024-02-01", None, "first")
    assert (second.accession, second.form, second.cause, second.change) == ("10-K-2025-02-01", "10-K/A", "restated", -1)


def test_restatements_of_the_newest_periods_alone() -> None:
    made = restated(lines(), shown(last=1), {})
    assert (made.first, made.last, made.histories) == ("FY2024", "FY2024", [])


def test_nothing_known_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(InputMissingError, match="no annual figures of XYZ"):
        statements(lines(), shown(as_of="2020-01-01"), {})
