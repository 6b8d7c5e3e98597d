from datetime import UTC, datetime

import polars as pl
import pytest
from fact_rows import day, moment

from p3.facts.shares import ShareBasis, adjusted, on_one_basis, split_factor
from p3.facts.view import Item, Period
from p3.provenance import FactSource

# The splits of NVDA: 4 for 1 on 2021-07-20, 10 for 1 on 2024-06-10.
ACTIONS = pl.DataFrame(
    [
        ("NVDA", day("2021-07-20"), "split", 4.0, moment("2021-07-19")),
        ("NVDA", day("2024-06-10"), "split", 10.0, moment("2024-06-07")),
        ("NVDA", day("2024-06-11"), "dividend", 0.01, moment("2024-06-10")),
        ("NVDA", day("2024-07-01"), "spin_off", 1.2, moment("2024-06-28")),
        ("AAPL", day("2020-08-31"), "split", 4.0, moment("2020-08-28")),
    ],
    schema={
        "ticker": pl.String,
        "date": pl.Date,
        "kind": pl.String,
        "value": pl.Float64,
        "known_from": pl.Datetime("us", "UTC"),
    },
    orient="row",
)


def test_a_count_filed_in_2017_is_forty_times_as_many_today() -> None:
    assert split_factor(ACTIONS, "NVDA", moment("2017-03-01"), moment("2025-01-02")) == 40


def test_only_the_ticker_s_own_splits_count() -> None:
    assert split_factor(ACTIONS, "AAPL", moment("2017-03-01"), moment("2025-01-02")) == 4
    assert split_factor(ACTIONS, "KO", moment("2017-03-01"), moment("2025-01-02")) == 1


def test_a_split_is_effective_at_the_open_of_its_ex_date() -> None:
    before = datetime(2024, 6, 10, 13, 29, tzinfo=UTC)
    at_open = datetime(2024, 6, 10, 13, 30, tzinfo=UTC)  # 9:30 in New York in summer
    assert split_factor(ACTIONS, "NVDA", moment("2024-02-21"), before) == 1
    assert split_factor(ACTIONS, "NVDA", moment("2024-02-21"), at_open) == 10
    assert split_factor(ACTIONS, "NVDA", at_open, moment("2025-01-02")) == 1


def test_a_split_not_yet_known_does_not_count() -> None:
    late = ACTIONS.with_columns(known_from=pl.lit(moment("2025-01-01")))
    assert split_factor(late, "NVDA", moment("2024-02-21"), moment("2024-12-31")) == 1


def test_time_runs_forward() -> None:
    with pytest.raises(ValueError, match="before"):
        split_factor(ACTIONS, "NVDA", moment("2025-01-02"), moment("2024-01-02"))


def source(accepted: str, unit: str = "shares") -> FactSource:
    return FactSource("us-gaap", "X", unit, None, day("2017-01-29"), 1.0, "0001", moment(accepted))


BASIS = ShareBasis.of(ACTIONS, "NVDA", moment("2025-01-02"), day("2016-01-04"), day("2025-01-02"))


@pytest.mark.parametrize(("accepted", "factor"), [("2017-03-01", 40), ("2021-07-20", 10), ("2024-06-10", 1)])
def test_the_basis_of_a_moment_brings_each_filing_to_it_by_splits_alone(accepted: str, factor: float) -> None:
    assert BASIS.factor(moment(accepted)) == factor


def test_before_prices_are_there_no_factor_is_known() -> None:
    assert BASIS.factor(moment("2016-01-03")) is None
    assert BASIS.factor(moment("2016-01-04")) == 40


def test_the_basis_of_an_earlier_moment_knows_no_later_split() -> None:
    earlier = ShareBasis.of(ACTIONS, "NVDA", moment("2024-06-07"), day("2016-01-04"), day("2024-06-07"))
    assert earlier.factor(moment("2017-03-01")) == 4


def test_money_has_no_share_basis_and_sources_must_share_theirs() -> None:
    assert BASIS.factor_of("USD", [source("2017-03-01", "USD")]) is None
    assert BASIS.factor_of("shares", [source("2017-03-01")]) == 40
    assert BASIS.factor_of("USD/shares", [source("2017-03-01"), source("2017-05-01")]) == 40
    assert BASIS.factor_of("shares", [source("2017-03-01"), source("2024-06-10")]) is None


def test_counts_are_multiplied_and_amounts_per_share_divided() -> None:
    assert adjusted(600e6, "shares", 40) == 24e9
    assert adjusted(8.0, "USD/shares", 40) == 0.2
    assert adjusted(100.0, "shares", 0.1) == 10.0


def period(eps: str, shares: str) -> Period:
    """A period whose earnings per share and share count were stated at two moments."""
    items = {
        "eps_basic": Item(0.5, "USD/shares", (source(eps),), None, moment(eps)),
        "shares_basic": Item(600e6, "shares", (source(shares),), None, moment(shares)),
    }
    return Period(day("2016-02-01"), day("2017-01-29"), "FY2017", items)


def test_a_count_and_earnings_per_share_of_two_filings_come_to_the_latter_s_basis() -> None:
    mixed = on_one_basis(period("2021-08-20", "2021-05-26"), BASIS)
    assert (mixed.items["eps_basic"].value, mixed.items["shares_basic"].value) == (0.5, 2400e6)
    back = on_one_basis(period("2021-05-26", "2021-08-20"), BASIS)
    assert (back.items["eps_basic"].value, back.items["shares_basic"].value) == (0.5, 150e6)


def test_what_one_filing_states_or_from_before_splits_are_known_stays() -> None:
    for stated in (period("2021-05-26", "2021-05-26"), period("2021-08-20", "2015-05-26")):
        assert on_one_basis(stated, BASIS) == stated
