from datetime import UTC, date, datetime

import company_frames as frames
import numpy as np
import polars as pl
import pytest

from p3.valuation.price_history import PriceHistory, price_history, weekly_returns


def history(ticker: str = frames.TICKER, actions: pl.DataFrame | None = None) -> PriceHistory:
    return price_history(frames.prices(), frames.actions() if actions is None else actions, ticker)


def test_the_newest_close_is_the_last_one_known() -> None:
    before_the_close = datetime(2024, 6, 10, 19, 59, tzinfo=UTC)
    at_the_close = datetime(2024, 6, 10, 20, 0, tzinfo=UTC)
    early, late = history().newest(before_the_close), history().newest(at_the_close)
    assert early is not None and late is not None
    assert (early.day, late.day) == (date(2024, 6, 7), date(2024, 6, 10))
    assert late.known == at_the_close
    assert early.close > 5 * late.close


def test_nothing_is_known_before_the_first_bar() -> None:
    assert history().newest(datetime(2020, 1, 1, tzinfo=UTC)) is None
    assert history("NONE").newest(datetime(2024, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize("kind", ["split", "spin_off"])
def test_weekly_returns_run_through_a_split_and_a_spin_off(kind: str) -> None:
    as_of = datetime(2024, 6, 29, tzinfo=UTC)
    market_history = history(frames.BENCHMARK)
    stock, market = weekly_returns(history(actions=frames.actions(kind)), market_history, as_of, 30)
    assert len(stock) == 30
    assert np.log1p(stock) == pytest.approx(1.5 * np.log1p(market))


def test_a_later_split_changes_no_earlier_return() -> None:
    as_of = datetime(2024, 5, 31, 23, tzinfo=UTC)
    market = history(frames.BENCHMARK)
    with_split, _ = weekly_returns(history(), market, as_of, 52)
    without, _ = weekly_returns(history(actions=frames.actions().clear()), market, as_of, 52)
    assert np.array_equal(with_split, without)


def test_a_week_ends_on_the_last_day_of_both() -> None:
    days = frames.prices().filter((pl.col("ticker") == frames.TICKER) & (pl.col("date").dt.month() != 3))
    stock = price_history(days, frames.actions().clear(), frames.TICKER)
    as_of = datetime(2023, 12, 29, 23, tzinfo=UTC)
    ours, market = weekly_returns(stock, history(frames.BENCHMARK), as_of, 52)
    assert len(ours) == 52
    assert np.log1p(ours) == pytest.approx(1.5 * np.log1p(market))
