"""The engine on cases small enough to work by hand."""

from datetime import date

import pytest
from backtest_frames import actions, prices, signals, value, walk, weekdays

from p3.backtest import engine, metrics
from p3.backtest.schedule import decision_dates
from p3.errors import InputMissingError, UsageError

JAN30, JAN31, FEB1, FEB2 = date(2024, 1, 30), date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 2)
DAYS = (JAN30, JAN31, FEB1, FEB2)
INDEX = [("SPY", day, 100.0, 100.0) for day in DAYS]
ALL_IN = value(allocation={"max_weight": 1.0, "cash_buffer": 0.0}, execution={"costs_bps": 0.0})


def stock(*bars: tuple[float | None, float | None]) -> list[tuple[str, date, float | None, float | None]]:
    return [("AAA", day, *bar) for day, bar in zip(DAYS, bars, strict=True)]


def run(bars, events=(), strategy=ALL_IN, capital=1000.0, marks=((JAN31, "AAA", 0.5),)):
    return engine.run(
        prices(*bars, *INDEX), actions(*events), signals(*marks), strategy,
        benchmark="SPY", start=JAN30, end=FEB2, capital=capital,
    )  # fmt: skip


def test_decides_at_the_close_and_fills_at_the_next_open():
    result = run(stock((9, 9), (10, 10), (11, 12), (12, 13)))
    assert result.decisions.select("date", "ticker", "weight").rows() == [(JAN31, "AAA", 1.0)]
    # 100 shares are wanted at 10, but 1000 buys 90 at the open of 11, and 10 stay in cash
    assert result.trades.select("date", "quantity", "price").rows() == [(FEB1, 90.0, 11.0)]
    assert result.equity["value"].to_list() == [1000, 1000, 10 + 90 * 12, 10 + 90 * 13]


def test_costs_are_taken_from_the_amount_traded():
    strategy = value(allocation={"max_weight": 0.5, "cash_buffer": 0.0}, execution={"costs_bps": 100.0})
    result = run(stock((10, 10), (10, 10), (10, 10), (10, 10)), strategy=strategy)
    assert result.trades["cost"].to_list() == pytest.approx([50 * 10 * 0.01])
    assert result.metrics["costs"] == pytest.approx(5.0)
    assert result.equity["value"][-1] == pytest.approx(995.0)


def test_a_split_scales_the_position_on_its_ex_date():
    bars = stock((10, 10), (10, 10), (10, 10), (5, 5.5))
    result = run(bars, [("AAA", FEB2, "split", 2.0)])
    assert result.equity["value"].to_list() == [1000, 1000, 1000, 1100]


def test_a_split_between_decision_and_fill_scales_the_order():
    result = run(stock((10, 10), (10, 10), (5, 5), (5, 6)), [("AAA", FEB1, "split", 2.0)])
    assert result.trades.select("quantity", "price").rows() == [(200.0, 5.0)]
    assert result.equity["value"][-1] == 1200


def test_a_fraction_of_a_share_is_paid_out():
    bars = stock((10, 10), (10, 10), (10, 10), (30, 30))
    result = run(bars, [("AAA", FEB2, "split", 1 / 3)])
    assert result.equity["value"][-1] == pytest.approx(1000.0)  # 33 shares of 30, and a third of a share in cash


def test_a_dividend_is_credited_on_its_ex_date():
    result = run(stock((10, 10), (10, 10), (10, 10), (9.5, 9.5)), [("AAA", FEB2, "dividend", 0.5)])
    assert result.equity["value"].to_list() == [1000, 1000, 1000, 1000]


def test_a_dividend_before_the_fill_is_not_ours():
    result = run(stock((10, 10), (10, 10), (10, 10), (10, 10)), [("AAA", FEB1, "dividend", 0.5)])
    assert result.equity["value"][-1] == 1000


def test_a_spin_off_returns_its_value_in_cash_and_leaves_the_shares():
    """ConocoPhillips and Phillips 66 in round numbers: a factor of 1.25 takes a fifth off the price."""
    result = run(stock((10, 10), (10, 10), (10, 10), (8, 9)), [("AAA", FEB2, "spin_off", 1.25)])
    assert result.equity["value"][-1] == pytest.approx(100 * 9 + 100 * 2)
    assert result.trades.height == 1


def test_a_missing_price_keeps_the_last_mark():
    result = run(stock((10, 10), (10, 10), (10, 11), (None, float("nan"))))
    assert result.equity["value"][-1] == 1100


def test_an_order_without_a_bar_is_dropped():
    result = run(stock((10, 10), (10, 10), (None, None), (10, 10)))
    assert result.trades.is_empty()
    assert result.equity["value"][-1] == 1000


def test_a_bar_without_an_open_fills_at_its_close():
    result = run(stock((None, 10), (None, 10), (None, 8), (None, 9)))
    assert result.trades["price"].to_list() == [8.0]


def test_a_split_during_a_gap_restates_the_mark():
    bars = stock((10, 10), (10, 10), (10, 10), (None, None))
    assert run(bars, [("AAA", FEB2, "split", 4.0)]).equity["value"][-1] == 1000


def test_what_stops_trading_is_paid_out_at_its_last_price():
    days = weekdays(date(2024, 1, 1), 100)
    gone = [("OLD", day, 10.0, 10.0) for day in days if day <= date(2024, 2, 14)]
    table = prices(*gone, *(("SPY", day, 100.0, 100.0) for day in days))
    result = engine.run(
        table, actions(), signals((JAN31, "OLD", 0.5)), ALL_IN,
        benchmark="SPY", start=days[0], end=days[-1], capital=1000.0,
    )  # fmt: skip
    assert result.trades.select("date", "quantity", "reason").rows() == [
        (FEB1, 100.0, "rebalance"),
        (date(2024, 3, 18), -100.0, "delisted"),  # the first bar more than 30 days after 14 February is a Monday
    ]
    assert result.equity["value"].to_list() == [1000.0] * len(days)


def test_sells_pay_for_buys():
    days = weekdays(date(2024, 1, 1), 65)
    table = prices(*((ticker, day, 10.0, 10.0) for ticker in ("AAA", "ZZZ", "SPY") for day in days))
    marks = signals(
        (JAN31, "ZZZ", 0.5), (JAN31, "AAA", -0.5), (date(2024, 2, 29), "AAA", 0.5), (date(2024, 2, 29), "ZZZ", -0.1)
    )
    result = engine.run(table, actions(), marks, ALL_IN, benchmark="SPY", start=days[0], end=days[-1], capital=1000.0)
    assert result.trades.select("ticker", "quantity").rows() == [("ZZZ", 100.0), ("ZZZ", -100.0), ("AAA", 100.0)]


def test_without_a_usable_signal_the_account_goes_to_cash():
    days = weekdays(date(2024, 1, 1), 65)
    table = prices(*((ticker, day, 10.0, 10.0) for ticker in ("AAA", "SPY") for day in days))
    marks = signals((JAN31, "AAA", 0.5), (date(2024, 2, 29), "AAA", None))
    result = engine.run(table, actions(), marks, ALL_IN, benchmark="SPY", start=days[0], end=days[-1], capital=1000.0)
    assert result.trades["quantity"].to_list() == [100.0, -100.0]


def test_the_benchmark_reinvests_its_dividends():
    days = DAYS
    table = [*stock((10, 10), (10, 10), (10, 10), (10, 10)), ("QQQ", days[0], 100.0, 100.0)]
    table += [("QQQ", days[1], 100.0, 110.0), ("QQQ", days[2], 99.0, 99.0), ("QQQ", days[3], 50.0, 51.0)]
    events = actions(("QQQ", FEB1, "dividend", 11.0), ("QQQ", FEB2, "split", 2.0))
    result = engine.run(
        prices(*table), events, signals((JAN31, "AAA", 0.5)), ALL_IN,
        benchmark="QQQ", start=JAN30, end=FEB2, capital=1000.0,
    )  # fmt: skip
    assert result.equity["benchmark"].to_list() == pytest.approx([1000, 1100, 1100, 1100 * 102 / 99])


def test_weekly_bars_decide_monthly_and_annualise_by_52():
    fridays = weekdays(date(2022, 1, 7), 800)[::5]
    table = walk(["AAA", "BBB", "SPY"], fridays, seed=3)
    decided = decision_dates(fridays)
    marks = signals(*((day, ticker, 0.1) for day in decided for ticker in ("AAA", "BBB")))
    result = engine.run(
        table, actions(), marks, value(), benchmark="SPY", start=fridays[0], end=fridays[-1], capital=1e5
    )
    assert result.decisions["date"].unique().sort().to_list() == decided
    returns = result.equity["value"].pct_change().drop_nulls().to_numpy()
    assert result.metrics["volatility"] == pytest.approx(returns.std(ddof=1) * 52**0.5)
    assert result.metrics["cagr"] == pytest.approx(metrics.cagr(returns, 52))
    assert len(decided) == 36


def test_the_last_bar_of_all_is_no_decision():
    assert decision_dates([JAN30, JAN31]) == []
    assert decision_dates([JAN30, JAN31, FEB1]) == [JAN31]


def test_what_is_missing_is_an_error():
    bars = stock((10, 10), (10, 10), (10, 10), (10, 10))
    with pytest.raises(InputMissingError, match="signal"):
        run(bars, marks=((date(2023, 6, 1), "AAA", 0.5),))
    with pytest.raises(InputMissingError, match="benchmark QQQ"):
        engine.run(
            prices(*bars), actions(), signals((JAN31, "AAA", 0.5)), ALL_IN,
            benchmark="QQQ", start=JAN30, end=FEB2, capital=1.0,
        )  # fmt: skip
    with pytest.raises(UsageError):
        run(bars, capital=float("nan"))
