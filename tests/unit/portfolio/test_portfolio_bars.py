"""Total returns and corporate actions, against published adjustment examples and real adjusted closes."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from shared_data import shared

from p3 import clock
from p3.errors import DataError, InputMissingError
from p3.market import folder
from p3.portfolio import bars as grid
from p3.portfolio import signals
from p3.portfolio.bars import Action

FIRST = date(2024, 3, 4)
MOMENT = pl.Datetime("us", "UTC")


def frames(closes: dict[str, list[float | None]], *events: tuple[str, int, str, float]):
    rows = [
        (ticker, FIRST + timedelta(days=day), None, close)
        for ticker, column in closes.items()
        for day, close in enumerate(column)
    ]
    prices = pl.DataFrame(
        rows, schema={"ticker": pl.String, "date": pl.Date, "open": pl.Float64, "close": pl.Float64}, orient="row"
    )
    actions = pl.DataFrame(
        [(ticker, FIRST + timedelta(days=day), kind, value) for ticker, day, kind, value in events],
        schema={"ticker": pl.String, "date": pl.Date, "kind": pl.String, "value": pl.Float64},
        orient="row",
    )
    return _known(prices), _known(actions)


def _known(frame: pl.DataFrame) -> pl.DataFrame:
    moments: list[datetime] = [clock.session_close(day) for day in frame["date"]]
    return frame.with_columns(pl.Series("known_from", moments, dtype=MOMENT))


def total_returns(closes, *events) -> list[float]:
    prices, actions = frames({"A": closes}, *(("A", *event) for event in events))
    return grid.total_returns(grid.gather(prices, actions, date(2025, 1, 1)))[:, 0].tolist()


def test_yahoo_example_of_a_split_and_a_dividend():
    """Yahoo Finance help: closes 48.30, 24.96 after a 2:1 split; 24.95, 24.53 with a dividend of 0.08.

    Its multiplier keeps P1 / (P0 - D); the holder's return is (P1 + D) / P0, which differs in the fifth decimal.
    """
    found = total_returns([48.30, 24.96, 24.95, 24.53], (1, "split", 2.0), (3, "dividend", 0.08))
    assert found[1] == pytest.approx(24.88 / 24.07 - 1, abs=3e-4)
    assert found[3] == pytest.approx(24.53 / 24.87 - 1, abs=3e-4)
    assert found[3] == pytest.approx((24.53 + 0.08) / 24.95 - 1)


def test_conocophillips_spin_off_of_2012():
    """Parent 71.63 before and 55.92 after, half a share of Phillips 66 worth 16.87: together 72.79."""
    factor = 71.63 / (71.63 - 16.87)
    found = total_returns([71.63, 55.92], (1, "spin_off", factor))
    assert found[1] == pytest.approx(72.79 / 71.63 - 1)


def test_the_effects_of_each_action():
    assert grid.effect(Action(0, "split", 4.0), 100.0) == grid.Effect(4.0, 0.0, 25.0)
    assert grid.effect(Action(0, "spin_off", 1.25), 100.0) == grid.Effect(1.0, pytest.approx(20.0), 80.0)
    assert grid.effect(Action(0, "dividend", 1.5), 100.0) == grid.Effect(1.0, 1.5, 100.0)


def test_a_return_after_a_gap_spans_it():
    found = total_returns([10.0, None, float("nan"), 6.0], (1, "split", 2.0), (2, "dividend", 1.0))
    assert np.isnan(found[:3]).all()
    assert found[3] == pytest.approx((2 * 6 + 2 * 1) / 10 - 1)


def test_an_action_between_bars_belongs_to_the_bar_that_ends_after_it():
    prices, actions = frames({"A": [10.0] + [None] * 6 + [5.0]}, ("A", 4, "split", 2.0))
    weekly = prices.filter(pl.col("close").is_not_null())
    assert grid.total_returns(grid.gather(weekly, actions, date(2025, 1, 1)))[1, 0] == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("split", 0.0), ("split", float("nan")), ("dividend", -1.0), ("merger", 2.0), ("spin_off", None)],
)
def test_an_impossible_action_is_refused(kind, value):
    with pytest.raises(DataError, match="A has an action"):
        total_returns([1.0, 1.0], (1, kind, value))


def test_two_bars_on_one_date_are_refused():
    prices, actions = frames({"A": [1.0]})
    with pytest.raises(DataError):
        grid.gather(pl.concat([prices, prices]), actions, date(2025, 1, 1))


def test_no_bars_names_the_command():
    prices, actions = frames({"A": [1.0]})
    with pytest.raises(InputMissingError) as caught:
        grid.gather(prices, actions, date(2020, 1, 1))
    assert "fetch-prices" in caught.value.remedy


def test_the_newest_signal_counts_even_when_it_is_none():
    days = [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 28)]
    table = pl.DataFrame(
        [(clock.end_of_day(day), ticker, upside) for ticker, upsides in
         {"A": (0.1, 0.2, 9.9), "B": (0.1, None, 9.9), "C": (0.1,), "D": (0.3, float("inf"))}.items()
         for day, upside in zip(days, upsides, strict=False)],
        schema={"as_of": MOMENT, "ticker": pl.String, "upside": pl.Float64}, orient="row",
    )  # fmt: skip
    at = clock.end_of_day(days[1])
    assert signals.known(table, at, 40).rows() == [("A", 0.2), ("C", 0.1)]
    assert signals.known(table, at, 20).rows() == [("A", 0.2)]


@pytest.mark.parametrize("ticker", ["AAPL", "NVDA", "IBM"])
def test_total_returns_agree_with_adjusted_closes(ticker):
    """Yahoo's adj_close reinvests at the close before the ex-date: ten years differ by a fraction of a percent."""
    place = shared("market-data")
    market = folder.read(place, [ticker])
    bars = grid.gather(market.prices, market.actions, date(2026, 3, 13))
    first = next(i for i, day in enumerate(bars.dates) if day >= date(2016, 3, 14))
    growth = np.prod(1 + grid.total_returns(bars)[first + 1 :, 0])
    adjusted = pl.read_csv(place / "prices" / f"{ticker}.csv", try_parse_dates=True).filter(
        pl.col("date") >= bars.dates[first]
    )["adj_close"]
    assert growth == pytest.approx(adjusted[-1] / adjusted[0], rel=4e-3)
