from datetime import UTC, date, datetime, timedelta
from typing import Any

import company_frames as frames
import polars as pl
import pytest

from p3.errors import UsageError
from p3.valuation import assumptions, inputs
from p3.valuation.records import Inputs, Refusal

AS_OF = datetime(2024, 5, 31, 23, tzinfo=UTC)


def gather(as_of: datetime = AS_OF, yours: dict[str, float] | None = None, **changes: Any) -> Inputs | Refusal:
    given = {
        "line_items": frames.line_items(),
        "prices": frames.prices(),
        "actions": frames.actions(),
        "rates": frames.rates(),
        "ticker": frames.TICKER,
        "cik": frames.CIK,
        "sic": "7372",
        "benchmark": frames.BENCHMARK,
    } | changes
    return inputs.gather(**given, as_of=as_of, assumptions=assumptions.load(yours))


def found(as_of: datetime = AS_OF, yours: dict[str, float] | None = None, **changes: Any) -> Inputs:
    gathered = gather(as_of, yours, **changes)
    assert isinstance(gathered, Inputs), gathered
    return gathered


def refused(**changes: Any) -> str:
    gathered = gather(**changes)
    assert isinstance(gathered, Refusal), gathered
    return gathered.reason


def test_facts_are_read_with_their_sources() -> None:
    gathered = found()
    assert gathered["revenue"] == 1500e6
    assert gathered["operating_income"] == 300e6
    assert gathered["debt"] == 400e6
    assert gathered["cash"] == 300e6
    assert gathered["tax_rate"] == pytest.approx(0.2)
    assert gathered["return_on_capital"] == pytest.approx(300 * 0.8 / (900 + 400 - 300))
    assert gathered["operating_cash"] == pytest.approx(0.02 * 1500e6)
    named = {item.name: item for item in gathered.inputs}
    assert named["revenue"].assumption == "fact"
    assert named["revenue"].sources[0].concept == "revenue"
    assert [source.concept for source in named["debt"].sources] == ["short_term_debt", "long_term_debt"]
    assert named["price"].sources[0].end == gathered.price_date


def test_growth_and_margin_follow_the_rules() -> None:
    gathered = found()
    own = 1.5 ** (1 / 4) - 1
    assert gathered["growth"] == pytest.approx(0.05 + 0.6 * (own - 0.05), abs=2e-4)
    mean = (200 + 220 + 250 + 300 + 300) / (1000 + 1100 + 1250 + 1400 + 1500)
    assert gathered["margin"] == pytest.approx((0.2 + mean) / 2)
    assert gathered["terminal_margin"] == gathered["margin"]


def test_beta_is_the_regressions_drawn_to_one() -> None:
    raw = (found()["beta"] - 1 / 3) * 3 / 2
    assert raw == pytest.approx(1.5, abs=0.02)  # the company moves by the benchmark to the power of 1.5


def test_the_cost_of_capital_weighs_equity_at_the_market() -> None:
    gathered = found()
    equity = gathered.price * 10e6
    share = equity / (equity + 400e6)
    expected = share * (0.04 + gathered["beta"] * 0.045) + (1 - share) * (0.04 + 0.0045) * 0.75
    assert gathered["wacc"] == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["split", "spin_off"])
def test_shares_follow_a_split_and_not_a_spin_off(kind: str) -> None:
    after = datetime(2024, 6, 10, 23, tzinfo=UTC)
    gathered = found(after, actions=frames.actions(kind))
    assert gathered["shares_diluted"] == (100e6 if kind == "split" else 10e6)


def test_capitalisation_does_not_jump_with_the_split() -> None:
    friday, monday = found(datetime(2024, 6, 7, 23, tzinfo=UTC)), found(datetime(2024, 6, 10, 23, tzinfo=UTC))
    before, after = (each.price * each["shares_diluted"] for each in (friday, monday))
    assert after == pytest.approx(before, rel=0.05)
    assert monday["beta"] == pytest.approx(friday["beta"], abs=0.02)


def test_on_the_morning_of_the_split_price_and_shares_are_both_old() -> None:
    gathered = found(datetime(2024, 6, 10, 15, tzinfo=UTC))
    assert gathered.price_date == date(2024, 6, 7)
    assert gathered["shares_diluted"] == 10e6


def test_a_filing_on_the_morning_of_the_split_is_brought_back_to_the_old_price() -> None:
    accepted = datetime(2024, 6, 10, 14, tzinfo=UTC)
    quarter = frames.row("shares_diluted", 2023, 100e6, unit="shares")
    source = quarter["sources"][0] | {"accepted": accepted}  # type: ignore[index]
    filed = quarter | {
        "duration": "quarter",
        "start": date(2024, 1, 1),
        "end": date(2024, 3, 31),
        "known_from": accepted,
        "sources": [source],
    }
    items = pl.concat([frames.line_items(), pl.DataFrame([filed], schema=frames.LINE_ITEMS)])
    assert found(datetime(2024, 6, 10, 15, tzinfo=UTC), line_items=items)["shares_diluted"] == pytest.approx(10e6)
    assert found(datetime(2024, 6, 10, 23, tzinfo=UTC), line_items=items)["shares_diluted"] == pytest.approx(100e6)


def test_without_a_count_earnings_over_earnings_per_share_stand_in() -> None:
    gathered = found(line_items=frames.line_items(without=("shares_diluted",)))
    shares = next(item for item in gathered.inputs if item.name == "shares_diluted")
    assert shares.value == pytest.approx(10e6)
    assert shares.assumption == "rule"
    assert {source.concept for source in shares.sources} == {"net_income", "eps_diluted"}


def test_rows_known_later_change_nothing() -> None:
    late = pl.lit(AS_OF + timedelta(seconds=1), frames.MOMENT).alias("known_from")
    items = pl.concat([frames.line_items(), frames.line_items().with_columns(pl.col("value") * 1000, late)])
    quotes = pl.concat([frames.prices(), frames.prices().with_columns(pl.col("close") * 1000, late)])
    events = pl.concat([frames.actions(), frames.actions(day=date(2024, 3, 1)).with_columns(late)])
    yields = pl.concat([frames.rates(), frames.rates(0.5).with_columns(late)])
    poisoned = gather(line_items=items, prices=quotes, actions=events, rates=yields)
    assert poisoned == gather()


def test_yours_replaces_a_rule_and_says_so() -> None:
    gathered = found(yours={"growth": 0.123, "beta": 2.0})
    named = {item.name: item for item in gathered.inputs}
    assert (named["growth"].value, named["growth"].assumption) == (0.123, "yours")
    assert named["beta"].assumption == "yours"
    assert gathered["wacc"] > found()["wacc"]


def test_a_terminal_wacc_of_yours_moves_the_terminal_return() -> None:
    assert found(yours={"terminal_wacc": 0.12})["terminal_return"] == pytest.approx(0.17)


def test_who_earns_less_than_the_premium_keeps_what_it_earns_and_no_less_than_the_cost() -> None:
    gathered = found(yours={"return_on_capital": 0.13, "terminal_wacc": 0.10})
    assert gathered["terminal_return"] == pytest.approx(0.13)
    assert found(yours={"return_on_capital": 0.07, "terminal_wacc": 0.10})["terminal_return"] == pytest.approx(0.10)


@pytest.mark.parametrize("yours", [{"revenue": 1.0}, {"growht": 0.1}, {"growth": float("nan")}])
def test_an_unknown_or_senseless_choice_is_a_usage_error(yours: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        assumptions.load(yours)


def without_debt(liabilities: float) -> pl.DataFrame:
    items = frames.line_items(without=("short_term_debt", "long_term_debt"))
    owed = frames.row("total_liabilities", 2023, liabilities, instant=True)
    return pl.concat([items, pl.DataFrame([owed], schema=frames.LINE_ITEMS)])


def test_no_debt_is_a_rule_where_liabilities_leave_no_room_for_it() -> None:
    gathered = found(line_items=without_debt(100e6))
    named = {item.name: item for item in gathered.inputs}
    assert (named["debt"].value, named["debt"].assumption) == (0.0, "rule")
    assert [source.concept for source in named["debt"].sources] == ["total_liabilities"]


def test_debt_that_may_hide_in_the_liabilities_is_asked_for() -> None:
    assert "set debt" in refused(line_items=without_debt(2000e6))
    assert "set debt" in refused(line_items=frames.line_items(without=("short_term_debt", "long_term_debt")))
    assert found(line_items=without_debt(2000e6), yours={"debt": 1e9})["debt"] == 1e9


def test_cash_that_is_not_reported_is_asked_for() -> None:
    assert "set cash" in refused(line_items=frames.line_items(without=("cash", "short_term_investments")))


def test_terminal_growth_above_the_risk_free_rate_is_refused() -> None:
    assert "risk-free" in refused(yours={"terminal_growth": 0.041})


def test_the_first_year_shrinks_by_the_days_since_the_accounts() -> None:
    assert found()["first_year_left"] == pytest.approx(1 - 152 / 365)


def test_beta_is_relevered_at_the_target_weights() -> None:
    own, geared = found(), found(yours={"debt_ratio": 0.5})
    assert geared["beta_unlevered"] == own["beta_unlevered"]
    assert geared["beta"] == pytest.approx(own["beta_unlevered"] * (1 + 0.75))
    assert own["beta_unlevered"] < own["beta"] < geared["beta"]


def test_claims_before_the_owners_are_read() -> None:
    rows = [
        frames.row("noncontrolling_interests", 2023, 30e6, instant=True),
        frames.row("temporary_equity", 2023, 20e6, instant=True),
        frames.row("net_income_to_common", 2023, 222.1e6) | {"duration": "ttm"},
    ]
    gathered = found(line_items=pl.concat([frames.line_items(), pl.DataFrame(rows, schema=frames.LINE_ITEMS)]))
    assert gathered["minority_interests"] == 30e6
    assert gathered["preferred"] == pytest.approx(9.9e6 / gathered["cost_of_debt"])


def test_pretax_income_before_interest_stands_in_for_operating_income() -> None:
    gathered = found(line_items=frames.line_items(without=("operating_income",)))
    named = {item.name: item for item in gathered.inputs}
    assert (named["operating_income"].value, named["operating_income"].assumption) == (310e6, "rule")


@pytest.mark.parametrize("sic", ["6189", "6221", "6726", "6770"])
def test_industries_that_the_model_does_not_fit_are_refused(sic: str) -> None:
    assert sic in refused(sic=sic)


def test_refusals_name_what_is_missing() -> None:
    assert "price" in refused(ticker="NONE")
    assert "revenue" in refused(line_items=frames.line_items(without=("revenue",)))
    assert "share count" in refused(line_items=frames.line_items(without=("shares_diluted", "eps_diluted")))
    assert "equity" in refused(line_items=frames.line_items(without=("equity",)))
    assert "operating" in refused(line_items=frames.line_items(without=("operating_income", "pretax_income")))
    assert "DGS10" in refused(rates=frames.rates().clear())
    assert "weeks" in refused(benchmark="NONE")
    assert "EUR" in refused(line_items=frames.line_items(unit="EUR"))


def test_a_loss_maker_is_refused() -> None:
    losing = frames.line_items().with_columns(
        pl.when(pl.col("item") == "operating_income").then(-pl.col("value")).otherwise(pl.col("value")).alias("value")
    )
    assert "margin" in refused(line_items=losing)


def test_stale_prices_and_accounts_are_refused() -> None:
    assert "days old" in refused(as_of=datetime(2025, 2, 1, tzinfo=UTC))
    old = frames.line_items().filter(pl.col("end") < date(2022, 12, 31))
    assert "accounts" in refused(line_items=old)


def test_a_refusal_keeps_the_price_where_there_is_one() -> None:
    gathered = gather(line_items=frames.line_items(without=("revenue",)))
    assert isinstance(gathered, Refusal)
    assert gathered.price_date == date(2024, 5, 31)
