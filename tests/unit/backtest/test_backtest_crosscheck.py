"""An event-driven engine by other authors finds the same equity, bar by bar."""

from datetime import date

import polars as pl
import pytest
from backtest_frames import actions, signals, value, walk, weekdays
from shared_data import shared

from p3.backtest import crosscheck, engine
from p3.backtest.schedule import decision_dates
from p3.market import folder

TICKERS = ["AAA", "BBB", "CCC"]


def largest_difference(tables, strategy, start, end, tickers) -> float:
    result = engine.run(*tables, strategy, benchmark="SPY", start=start, end=end, capital=1e6)
    again = crosscheck.run_backtrader(
        *tables[:2], result.decisions, strategy, start=start, end=end, capital=1e6, tickers=[*tickers, "SPY"]
    )
    assert again["date"].equals(result.equity["date"])
    assert result.trades.height > 10
    return float((again["value"] / result.equity["value"] - 1).abs().max())


def test_backtrader_agrees_through_actions_gaps_and_a_delisting():
    days = weekdays(date(2022, 1, 3), 300)
    table = walk([*TICKERS, "SPY"], days, seed=11)
    gone = (pl.col("ticker") == "CCC") & (pl.col("date") > days[180])
    gap = (pl.col("ticker") == "BBB") & pl.col("date").is_between(days[60], days[63])
    events = actions(
        ("AAA", days[43], "split", 3.0), ("AAA", days[43], "dividend", 0.4), ("BBB", days[61], "split", 1.5),
        ("BBB", days[120], "spin_off", 1.2), ("CCC", days[30], "dividend", 1.1),
    )  # fmt: skip
    marks = signals(
        *(
            (day, ticker, 0.3 - 0.2 * ((row + i) % 3))
            for row, day in enumerate(decision_dates(days))
            for i, ticker in enumerate(TICKERS)
        )
    )
    assert largest_difference((table.filter(~gone & ~gap), events, marks), value(), days[0], days[-1], TICKERS) < 1e-12


@pytest.mark.slow
def test_backtrader_agrees_on_real_prices():
    tickers = ["AAPL", "IBM", "MMM", "AET"]
    market = folder.read(shared("market-data"), tickers, "SPY")
    assert not market.problems
    start, end = date(2014, 1, 2), date(2021, 12, 31)
    days = market.prices.filter((pl.col("ticker") == "SPY") & pl.col("date").is_between(start, end))["date"].to_list()
    marks = signals(
        *(
            (day, ticker, 0.3 - 0.2 * ((row + i) % 4))
            for row, day in enumerate(decision_dates(days))
            for i, ticker in enumerate(tickers)
        )
    )
    assert largest_difference((market.prices, market.actions, marks), value(), start, end, tickers) < 1e-9
