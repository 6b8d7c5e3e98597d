"""Nothing after a moment touches what was decided and earned up to it."""

from datetime import date, timedelta

import polars as pl
import pytest
from backtest_frames import actions, signals, value, walk, weekdays

from p3 import clock
from p3.backtest import engine
from p3.backtest.decide import decide_now
from p3.backtest.schedule import decision_dates

TICKERS = ["AAA", "BBB", "CCC", "DDD"]
DAYS = weekdays(date(2022, 1, 3), 500)
CUT = date(2023, 4, 28)  # a decision day


def world() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    events = actions(
        ("AAA", date(2022, 9, 6), "split", 2.0),
        ("BBB", date(2022, 10, 4), "dividend", 0.7),
        ("CCC", date(2023, 3, 7), "spin_off", 1.1),
    )
    marks = [
        (day, ticker, 0.1 * ((row + column) % 5 - 1))
        for row, day in enumerate(decision_dates(DAYS))
        for column, ticker in enumerate(TICKERS)
    ]
    return walk([*TICKERS, "SPY"], DAYS, seed=7), events, signals(*marks)


def poisoned() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The same world, absurd after CUT, and with absurd rows dated before CUT but known after it."""
    prices, events, marks = world()
    later = pl.col("date") > CUT
    prices = prices.with_columns(
        pl.when(later).then(1e6).otherwise("open").alias("open"),
        pl.when(later).then(1e-3).otherwise("close").alias("close"),
    )
    known_later = pl.lit(clock.end_of_day(CUT) + timedelta(days=3)).cast(prices.schema["known_from"])
    saturday = date(2022, 7, 9)
    backdated = prices.filter(pl.col("date") == DAYS[100]).with_columns(
        pl.lit(saturday).alias("date"), known_later.alias("known_from")
    )
    late_event = actions(("AAA", date(2022, 6, 1), "split", 50.0)).with_columns(known_later.alias("known_from"))
    future = actions(
        ("BBB", CUT + timedelta(days=1), "split", 100.0), ("DDD", CUT + timedelta(days=6), "dividend", 1e6)
    )
    absurd = marks.with_columns(
        pl.when(pl.col("as_of") > clock.end_of_day(CUT)).then(-1e9).otherwise("upside").alias("upside")
    )
    extra = signals((CUT + timedelta(days=1), "AAA", 1e9), (CUT + timedelta(days=1), "SPY", 1e9))
    return pl.concat([prices, backdated]), pl.concat([events, late_event, future]), pl.concat([absurd, extra])


@pytest.mark.parametrize("method", ["equal", "inverse_volatility"])
def test_poison_after_a_date_leaves_everything_up_to_it(method):
    strategy = value(allocation={"method": method}, selection={"count": 3})
    clean, foul = (
        engine.run(*tables, strategy, benchmark="SPY", start=DAYS[0], end=DAYS[-1], capital=1e6)
        for tables in (world(), poisoned())
    )
    for name in ("equity", "decisions", "trades"):
        before, after = (getattr(result, name).filter(pl.col("date") <= CUT) for result in (clean, foul))
        assert before.height > 0
        assert before.equals(after)
    assert not clean.equity.equals(foul.equity)


def test_a_run_that_ends_earlier_is_the_beginning_of_a_longer_one():
    strategy = value(allocation={"method": "inverse_volatility"})
    whole, part = (
        engine.run(*world(), strategy, benchmark="SPY", start=DAYS[0], end=end, capital=1e6) for end in (DAYS[-1], CUT)
    )
    assert part.equity.equals(whole.equity.head(part.equity.height))
    assert part.decisions.equals(whole.decisions.head(part.decisions.height))


def test_rows_known_after_their_own_day_are_counted_and_left_out():
    prices, events, marks = world()
    late = prices.with_columns(
        pl.when((pl.col("ticker") == "AAA") & (pl.col("date") == DAYS[50]))
        .then(pl.col("known_from") + timedelta(days=5))
        .otherwise("known_from")
        .alias("known_from")
    )
    result = engine.run(late, events, marks, value(), benchmark="SPY", start=DAYS[0], end=DAYS[-1], capital=1e6)
    assert result.left_out == 1


def test_a_live_run_decides_what_the_backtest_decided():
    strategy = value(allocation={"method": "inverse_volatility"}, selection={"count": 3})
    tables = world()
    result = engine.run(*tables, strategy, benchmark="SPY", start=DAYS[0], end=DAYS[-1], capital=1e6)
    dates = result.decisions["date"].unique().sort().to_list()
    live = [decide_now(*tables, strategy, clock.end_of_day(day)) for day in dates]
    assert len(dates) > 20
    assert pl.concat(live).equals(result.decisions)


def test_a_live_run_before_the_close_does_not_know_the_close():
    strategy = value(allocation={"method": "inverse_volatility"})
    prices, events, marks = world()
    noon = clock.session_close(CUT) - timedelta(hours=4)
    yesterday = prices.filter(pl.col("date") < CUT)
    assert decide_now(prices, events, marks, strategy, noon).equals(
        decide_now(yesterday, events, marks, strategy, noon)
    )
    assert decide_now(prices, events, marks, strategy, noon).height > 0
