import polars as pl
import pytest
from fact_rows import day, facts, filing, moment

from p3.facts import restatements, view
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules
from p3.facts.shares import ShareBasis

Y22, Y23, Y24 = (("2022-01-01", "2022-12-31"), ("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-12-31"))
LATER = moment("2026-01-01")
SPLIT = ShareBasis(day("2010-01-04"), day("2026-01-01"), ((moment("2024-06-10"), 4.0),))
EPS, SHARES = "EarningsPerShareDiluted", "WeightedAverageNumberOfDilutedSharesOutstanding"


def resolved(*filings: list[tuple[object, ...]]) -> pl.DataFrame:
    return resolve(facts(*filings), load_rules(), None)


def changes(
    lines: pl.DataFrame, as_of: str = "2026-01-01", basis: ShareBasis | None = SPLIT, duration: str = "annual"
) -> dict[tuple[str, str], list[restatements.Version]]:
    known = view.shown(view.periods(lines, moment(as_of), duration))
    found = restatements.histories(lines, moment(as_of), duration, known, basis)
    return {(history.period.label, history.name): list(history.versions) for history in found}


def one(lines: pl.DataFrame, basis: ShareBasis | None = SPLIT) -> list[restatements.Version]:
    (versions,) = changes(lines, basis=basis).values()
    return versions


def pair(
    old: float, new: float, concept: str = "NetIncomeLoss", unit: str = "USD", again: str | None = None
) -> pl.DataFrame:
    """Fiscal 2023 as first reported, before the split, and as the next annual report, after it, shows it."""
    return resolved(
        filing("10-K", "2024-02-01", (concept, *Y23, old, unit), ("InventoryNet", None, "2023-12-31", 1.0)),
        filing("10-K", "2025-02-01", (again or concept, *Y23, new, unit), ("ProfitLoss", *Y24, 1.0)),
    )


def test_a_restatement_tells_value_change_moment_and_filing() -> None:
    first, second = one(pair(100e6, 90e6))
    assert (first.item.value, first.cause, first.change, first.percent) == (100e6, "first", None, None)
    assert (second.item.value, second.cause, second.change, second.percent) == (90e6, "restated", -10e6, -0.1)
    assert second.item.known_from == moment("2025-02-01")
    assert second.item.sources[0].accession == "10-K-2025-02-01"


def test_a_value_that_is_repeated_is_no_restatement_whatever_its_concept() -> None:
    assert changes(pair(100e6, 100e6)) == {}
    assert changes(pair(100e6, 100e6, "Revenues", again="SalesRevenueNet")) == {}


def test_a_change_back_is_told_too() -> None:
    lines = resolved(
        filing("10-K", "2023-02-01", ("NetIncomeLoss", *Y22, 100.0)),
        filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y22, 90.0), ("NetIncomeLoss", *Y23, 1.0)),
        filing("10-K", "2025-02-01", ("NetIncomeLoss", *Y22, 100.0), ("NetIncomeLoss", *Y24, 1.0)),
    )
    versions = changes(lines)["FY2022", "net_income"]
    assert [version.item.value for version in versions] == [100.0, 90.0, 100.0]


def test_nothing_is_told_that_was_not_known_at_the_as_of() -> None:
    lines = pair(100e6, 90e6)
    assert changes(lines, as_of="2025-01-31") == {}
    assert list(changes(lines, as_of="2025-02-01")) == [("FY2023", "net_income")]


def test_balances_of_a_period_s_end_belong_to_it() -> None:
    lines = resolved(
        filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 1.0), ("Assets", None, "2023-12-31", 900.0)),
        filing("10-K", "2025-02-01", ("NetIncomeLoss", *Y24, 1.0), ("Assets", None, "2023-12-31", 901.0)),
    )
    assert list(changes(lines)) == [("FY2023", "total_assets")]


@pytest.mark.parametrize(
    ("concept", "unit", "old", "new"),
    [
        (EPS, "USD/shares", 12.05, 3.01),  # 3.0125
        (EPS, "USD/shares", -5.72, -1.43),
        (SHARES, "shares", 177e6, 709e6),  # 708 million, from thousands
    ],
)
def test_a_split_explains_what_it_alone_changed(concept: str, unit: str, old: float, new: float) -> None:
    version = one(pair(old, new, concept, unit))[-1]
    assert (version.cause, version.split_factor) == ("split", 4.0)


def test_a_split_does_not_explain_more_than_it_did() -> None:
    version = one(pair(12.05, 2.90, EPS, "USD/shares"))[-1]
    assert (version.cause, version.split_factor) == ("restated", 4.0)
    money = one(pair(400e6, 100e6))[-1]
    assert (money.cause, money.split_factor) == ("restated", 1.0)


def test_where_splits_are_not_known_none_is_told() -> None:
    version = one(pair(12.05, 3.01, EPS, "USD/shares"), basis=None)[-1]
    assert (version.cause, version.split_factor) == ("restated", None)


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        (31_546_000.0, 32_000_000.0, "rounded"),  # thousands, then millions
        (-1_961_400_000.0, -1_962_000_000.0, "rounded"),  # the last digit gives way so that a column adds up
        (32_000_000.0, 31_546_000.0, "rounded"),
        (31_546_000.0, 33_000_000.0, "restated"),
        (8_898_000_000.0, 8_890_000_000.0, "restated"),  # both in millions
        (400_000.0, 0.0, "restated"),
    ],
)
def test_a_coarser_unit_is_told_from_a_restatement(old: float, new: float, cause: str) -> None:
    assert one(pair(old, new))[-1].cause == cause


def test_another_currency_is_a_restatement_without_a_difference() -> None:
    lines = pl.concat([pair(100e6, 100e6).with_columns(unit=pl.lit("EUR")), pair(100e6, 90e6)[1:]])
    version = next(v for v in changes(lines)["FY2023", "net_income"] if v.item.unit == "USD")
    assert (version.cause, version.change, version.percent) == ("restated", None, None)


def test_facts_from_the_future_change_nothing() -> None:
    poison = filing("10-K", "2030-01-01", ("NetIncomeLoss", *Y23, -1e15), ("Assets", None, "2023-12-31", 0.0))
    first = filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 100.0), ("Assets", None, "2023-12-31", 900.0))
    second = filing("10-K", "2025-02-01", ("NetIncomeLoss", *Y23, 90.0), ("NetIncomeLoss", *Y24, 1.0))
    assert changes(resolved(first, second, poison)) == changes(resolved(first, second))
