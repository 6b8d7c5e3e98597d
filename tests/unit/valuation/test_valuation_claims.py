"""What stands between operations and a share, and what the user's switches make of leases and research."""

from datetime import UTC, datetime
from typing import Any

import company_frames as frames
import numpy as np
import polars as pl
import pytest
from test_valuation_inputs import AS_OF, found

from p3.errors import UsageError
from p3.valuation import assumptions, scenarios
from p3.valuation.black_scholes import Terms, call
from p3.valuation.price_history import price_history, weekly_returns


def with_rows(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.concat([frames.line_items(), pl.DataFrame(rows, schema=frames.LINE_ITEMS)])


def balance(item: str, value: float, unit: str = "USD") -> dict[str, object]:
    return frames.row(item, 2023, value, instant=True, unit=unit)


def test_investments_belong_to_the_owners_and_are_no_operating_capital() -> None:
    plain, holding = found(), found(line_items=with_rows(balance("long_term_investments", 200e6)))
    assert holding["investments"] == 200e6
    assert plain["investments"] == 0.0
    assert holding["return_on_capital"] == pytest.approx(300 * 0.8 / (900 + 400 - 300 - 200))
    same = {**holding.values, "return_on_capital": plain["return_on_capital"]}
    same["terminal_return"] = plain["terminal_return"]
    worth = float(holding.model.per_share(same, holding.frame).reshape(-1)[0])
    assert worth == pytest.approx(plain.per_share + 200e6 / plain["shares_diluted"])


@pytest.mark.parametrize(("booked", "by_book"), [(222e6, True), (120e6, True), (1e3, False)])
def test_preferred_stock_counts_at_its_book_value_unless_that_is_a_nominal_par(booked: float, by_book: bool) -> None:
    paid = frames.row("net_income_to_common", 2023, 222.1e6) | {"duration": "ttm"}
    gathered = found(line_items=with_rows(balance("preferred_equity", booked), paid))
    expected = booked if by_book else 9.9e6 / gathered["cost_of_debt"]
    assert gathered["preferred"] == pytest.approx(expected)


def test_preferred_dividends_that_are_told_go_before_what_income_leaves() -> None:
    left = frames.row("net_income_to_common", 2023, 200e6) | {"duration": "ttm"}
    paid = frames.row("preferred_dividends", 2023, 9e6) | {"duration": "ttm"}
    gathered = found(line_items=with_rows(left, paid))
    assert gathered["preferred"] == pytest.approx(9e6 / gathered["cost_of_debt"])


def test_leases_are_debt_where_the_user_says_so() -> None:
    rows = with_rows(balance("operating_lease_liability", 500e6))
    plain, leased = found(line_items=rows), found(line_items=rows, yours={"leases_as_debt": True})
    assert plain["debt"] == 400e6
    assert leased["debt"] == 900e6
    interest = 500e6 * leased["cost_of_debt"]
    assert leased["operating_income"] == pytest.approx(300e6 + interest)
    assert leased["margin"] == pytest.approx(plain["margin"] + interest / 1500e6)
    assert leased["debt_ratio"] > plain["debt_ratio"]
    assert leased["return_on_capital"] < plain["return_on_capital"]
    named = {item.name: item for item in leased.inputs}
    assert [source.concept for source in named["operating_leases"].sources] == ["operating_lease_liability"]
    assert "operating_lease_liability" in {source.concept for source in named["debt"].sources}


def test_a_switch_without_anything_to_switch_changes_nothing() -> None:
    assert found(yours={"leases_as_debt": True}).values == found().values


@pytest.mark.parametrize("text", ["leases_as_debt = 0.5", 'leases_as_debt = "yes"', "leases_as_dept = true"])
def test_a_switch_is_true_or_false(text: str) -> None:
    with pytest.raises(UsageError, match="leases_as_de"):
        assumptions.parse(text, "my.toml")


def test_a_switch_is_read_from_a_file() -> None:
    chosen = assumptions.parse("capitalise_research = true\n[ACME]\nleases_as_debt = true", "my.toml")
    made = assumptions.load(assumptions.of("ACME", chosen))
    assert made.rules.claims.leases_as_debt
    assert made.rules.claims.capitalise_research
    assert made.yours == {}


def with_options(count: float, strike: float) -> Any:
    return with_rows(
        balance("options_outstanding", count, "shares"), balance("options_exercise_price", strike, "USD/shares")
    )


def test_options_cost_what_waiting_is_worth_after_tax() -> None:
    gathered = found(line_items=with_options(1e6, 150.0))
    history = price_history(frames.prices(), frames.actions(), frames.TICKER)
    returns, _ = weekly_returns(history, price_history(frames.prices(), frames.actions(), frames.BENCHMARK), AS_OF, 156)
    volatility = float(np.std(returns, ddof=1) * np.sqrt(52))
    value = float(call(gathered.price, Terms(150.0, 5, volatility, 0.04)).value)
    waiting = value - max(gathered.price - 150.0, 0.0)
    assert gathered["options"] == pytest.approx(1e6 * waiting * 0.75)
    assert gathered["options"] > 0


def test_options_follow_a_split_with_the_shares() -> None:
    items = with_options(1e6, 150.0)
    before = found(datetime(2024, 6, 7, 23, tzinfo=UTC), line_items=items)
    after = found(datetime(2024, 6, 10, 23, tzinfo=UTC), line_items=items)
    assert after["options"] == pytest.approx(before["options"], rel=0.1)


def test_no_growth_for_ever_above_the_risk_free_rate_in_the_grid() -> None:
    grid = scenarios.sensitivity(found())
    told = dict(zip(grid.terminal_growth, zip(*grid.value_per_share, strict=True), strict=True))
    for growth, column in told.items():
        assert all(cell is None for cell in column) == (growth > 0.04 + 1e-12)


def test_the_histogram_counts_nearly_all_scenarios() -> None:
    drawn = scenarios.simulate(found(), (7, 42), 1000)
    spread = scenarios.histogram(drawn)
    assert 980 <= sum(spread["counts"]) <= 1000
    assert len(spread["edges"]) == len(spread["counts"]) + 1
    assert spread["edges"][0] < np.median(drawn) < spread["edges"][-1]
