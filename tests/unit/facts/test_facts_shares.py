from datetime import UTC, datetime

import polars as pl
import pytest
from fact_rows import day, moment

from p3.facts.shares import split_factor

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
