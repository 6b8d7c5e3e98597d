from datetime import UTC, date, datetime

import polars as pl
import pytest

from p3.errors import DataError
from p3.market import basis
from p3.market.frames import ACTIONS, CLOSE, OPEN, PRICES, in_new_york

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def prices(closes: dict[date, float]) -> pl.DataFrame:
    rows = pl.DataFrame({"date": list(closes), "close": list(closes.values())})
    return rows.select(
        pl.lit("ACME").alias("ticker"),
        "date",
        *(pl.col("close").alias(name) for name in ("open", "high", "low", "close")),
        pl.lit(1.0).alias("volume"),
        in_new_york(pl.col("date"), CLOSE).alias("known_from"),
        pl.lit("test").alias("origin"),
    ).cast(PRICES)


def actions(*rows: tuple[date, str, float]) -> pl.DataFrame:
    table = pl.DataFrame(rows, schema={"date": pl.Date, "kind": pl.String, "value": pl.Float64}, orient="row")
    return table.select(
        pl.lit("ACME").alias("ticker"),
        "date",
        "kind",
        "value",
        in_new_york(pl.col("date"), OPEN).alias("known_from"),
        pl.lit("test").alias("origin"),
    ).cast(ACTIONS)


# Worked example adjusted_close_yahoo: a 2:1 split on the third day, 0.08 paid on the sixth.
DAYS = [date(2003, 2, day) for day in (12, 13, 18, 19, 20, 21, 24)]
CLOSES = dict(zip(DAYS, [46.99, 48.30, 24.96, 24.91, 24.95, 24.53, 24.54], strict=True))
EVENTS = actions((DAYS[2], "split", 2.0), (DAYS[5], "dividend", 0.08))


def test_the_published_example_of_an_adjusted_close() -> None:
    adjusted = basis.adjusted_close(prices(CLOSES), EVENTS, LATER)["adjusted_close"].to_list()
    assert adjusted == pytest.approx([23.42, 24.07, 24.88, 24.83, 24.87, 24.53, 24.54], abs=0.006)


def test_only_actions_effective_by_the_as_of_adjust() -> None:
    before_the_dividend = datetime(2003, 2, 20, 23, tzinfo=UTC)
    adjusted = basis.adjusted_close(prices(CLOSES), EVENTS, before_the_dividend)
    assert adjusted["adjusted_close"].to_list() == pytest.approx([23.495, 24.15, 24.96, 24.91, 24.95])


def test_rows_known_later_change_nothing() -> None:
    as_of = datetime(2003, 2, 20, 23, tzinfo=UTC)
    late = pl.lit(datetime(2003, 2, 21, 15, tzinfo=UTC), ACTIONS["known_from"]).alias("known_from")
    poison = actions((DAYS[1], "split", 1000.0), (DAYS[3], "dividend", 9.0)).with_columns(late)
    poisoned_prices = prices(CLOSES | {DAYS[0]: 1e9}).filter(pl.col("close") > 1e8).with_columns(late)
    clean = basis.adjusted_close(prices(CLOSES), EVENTS, as_of)
    dirty = basis.adjusted_close(pl.concat([prices(CLOSES), poisoned_prices]), pl.concat([EVENTS, poison]), as_of)
    assert dirty.equals(clean)


def test_a_spin_off_adjusts_the_price_as_a_split_does() -> None:
    spun = actions((DAYS[2], "spin_off", 2.0))
    adjusted = basis.adjusted_close(prices(CLOSES), spun, LATER, dividends=False)["adjusted_close"]
    assert adjusted[0] == pytest.approx(46.99 / 2)


def test_a_dividend_on_the_day_of_a_split_is_paid_on_the_new_shares() -> None:
    both = actions((DAYS[2], "split", 2.0), (DAYS[2], "dividend", 1.0))
    adjusted = basis.adjusted_close(prices(CLOSES), both, LATER)["adjusted_close"]
    assert adjusted[0] == pytest.approx(46.99 / 2 * (1 - 2.0 / 48.30))


def test_a_dividend_that_exceeds_the_price_is_broken_data() -> None:
    with pytest.raises(DataError, match="2003-02-21"):
        basis.adjusted_close(prices(CLOSES), actions((DAYS[5], "dividend", 25.0)), LATER)


def test_a_dividend_before_the_first_bar_changes_nothing() -> None:
    early = actions((date(2003, 2, 11), "dividend", 1.0))
    assert basis.adjusted_close(prices(CLOSES), early, LATER)["adjusted_close"].to_list() == list(CLOSES.values())
