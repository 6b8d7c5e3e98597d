import polars as pl
from fact_rows import day, facts, filing, moment

from p3.facts import export, view
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules
from p3.facts.shares import ShareBasis

Y23 = ("2023-01-01", "2023-12-31")
COMPANY = {"ticker": "XYZ", "cik": 7}
LINES = (
    ("NetIncomeLoss", *Y23, 100.0),
    ("EarningsPerShareDiluted", *Y23, 8.0, "USD/shares"),
    ("CommercialPaper", None, "2023-12-31", 30.0),
    ("LongTermDebtCurrent", None, "2023-12-31", 12.0),
    ("AssetsCurrent", None, "2023-12-31", 90.0),
)


def exported(basis: ShareBasis | None) -> dict[str, dict[str, object]]:
    lines = resolve(facts(filing("10-K", "2024-02-01", *LINES)), load_rules(), None)
    periods = view.shown(view.periods(lines, moment("2026-01-01"), "annual"))
    frame = export.rows(COMPANY, "annual", periods, basis)
    assert frame.schema == export.SCHEMA
    return {row["item"]: row for row in frame.iter_rows(named=True)}


def test_a_row_says_whose_what_when_and_where_from() -> None:
    row = exported(None)["net_income"]
    assert row == {
        "ticker": "XYZ", "cik": 7, "duration": "annual", "start": day(Y23[0]), "end": day(Y23[1]), "label": "FY2023",
        "item": "net_income", "value": 100.0, "unit": "USD", "split_adjusted": None, "split_factor": None,
        "formula": None, "known_from": moment("2024-02-01"), "concepts": "us-gaap:NetIncomeLoss",
        "accessions": "10-K-2024-02-01",
    }  # fmt: skip


def test_a_sum_names_each_concept_and_a_filing_once() -> None:
    row = exported(None)["short_term_debt"]
    assert row["concepts"] == "us-gaap:CommercialPaper;us-gaap:LongTermDebtCurrent"
    assert (row["accessions"], row["formula"]) == ("10-K-2024-02-01", "CommercialPaper + LongTermDebtCurrent")


def test_the_value_stays_as_filed_beside_the_split_adjusted_one() -> None:
    basis = ShareBasis(day("2010-01-04"), day("2026-01-01"), ((moment("2024-06-10"), 4.0),))
    row = exported(basis)["eps_diluted"]
    assert (row["value"], row["split_adjusted"], row["split_factor"]) == (8.0, 2.0, 4.0)
    assert exported(basis)["net_income"]["split_adjusted"] is None


def test_no_period_is_an_empty_table_of_the_same_columns() -> None:
    assert export.rows(COMPANY, "annual", [], None).equals(pl.DataFrame(schema=export.SCHEMA))
