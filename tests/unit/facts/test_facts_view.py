from datetime import UTC, datetime

import polars as pl
from fact_rows import facts, filing, moment

from p3.facts import view
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules

Y23, Y24 = ("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-12-31")
LATER = moment("2026-01-01")


def resolved(*filings: list[tuple[object, ...]]) -> pl.DataFrame:
    return resolve(facts(*filings), load_rules(), None)


FIRST = filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 100), ("Assets", None, "2023-12-31", 900))
SECOND = filing("10-K", "2025-02-01", ("NetIncomeLoss", *Y23, 95), ("NetIncomeLoss", *Y24, 120))


def test_periods_are_newest_last_with_the_balances_of_their_end() -> None:
    old, new = view.shown(view.periods(resolved(FIRST, SECOND), LATER, "annual"))
    assert (old.label, new.label) == ("FY2023", "FY2024")
    assert {name: item.value for name, item in old.items.items()} == {"net_income": 95, "total_assets": 900}
    assert {name: item.value for name, item in new.items.items()} == {"net_income": 120}


def test_a_value_is_known_from_its_acceptance_to_the_microsecond() -> None:
    accepted = moment("2025-02-01")
    before = accepted.replace(hour=20, minute=59, second=59, microsecond=999999)
    lines = resolved(FIRST, SECOND)
    assert [p.items["net_income"].value for p in view.periods(lines, before, "annual")] == [100]
    assert [p.items["net_income"].value for p in view.periods(lines, accepted, "annual")] == [95, 120]


def test_nothing_is_known_before_the_first_filing() -> None:
    assert view.periods(resolved(FIRST), datetime(2020, 1, 1, tzinfo=UTC), "annual") == []


def test_facts_from_the_future_change_nothing() -> None:
    poison = filing(
        "10-K",
        "2030-01-01",
        ("NetIncomeLoss", *Y23, -1e15),
        ("NetIncomeLoss", "2022-06-01", "2023-05-31", 1e15, "EUR"),
        ("Revenues", *Y23, 1e15),
        ("Assets", None, "2023-12-31", 0),
    )
    clean, poisoned = resolved(FIRST, SECOND), resolved(FIRST, SECOND, poison)
    for duration in ("annual", "quarter", "ttm"):
        assert view.periods(poisoned, LATER, duration) == view.periods(clean, LATER, duration)


def test_of_periods_a_day_apart_the_fuller_stays() -> None:
    misdated = filing(
        "10-K",
        "2024-02-01",
        ("NetIncomeLoss", *Y23, 100),
        ("Revenues", *Y23, 300),
        ("ShareBasedCompensation", "2023-01-01", "2023-12-30", 9),
    )
    assert [str(period.end) for period in view.periods(resolved(misdated), LATER, "annual")] == ["2023-12-31"]


def test_items_that_only_serve_identities_are_not_shown() -> None:
    internal = {rule.name for rule in load_rules().items if rule.internal}
    both = filing("10-K", "2024-02-01", ("NetIncomeLoss", *Y23, 100), ("ProfitLoss", *Y23, 104))
    (period,) = view.periods(resolved(both), LATER, "annual")
    (shown,) = view.shown([period])
    assert set(period.items) & internal
    assert set(shown.items) == set(period.items) - internal


def test_lookup_by_label() -> None:
    periods = view.periods(resolved(FIRST, SECOND), LATER, "annual")
    assert view.lookup(periods, "FY2023") is periods[0]
    assert view.lookup(periods, "FY1999") is None
