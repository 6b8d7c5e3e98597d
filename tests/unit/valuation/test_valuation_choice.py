"""Which model values which company, and what each reads."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import company_frames as frames
import polars as pl
import pytest

from p3.valuation import assumptions, dcf, evidence, inputs
from p3.valuation.assumptions import Assumptions
from p3.valuation.price_history import price_history
from p3.valuation.records import Inputs, Refusal

AS_OF = datetime(2024, 5, 31, 23, tzinfo=UTC)
_YEARS = range(2019, 2024)


def items(without: tuple[str, ...] = (), **flows: float) -> pl.DataFrame:
    """Return the made-up company with equity of every year, and further flows, the same each year."""
    rows = [frames.row("equity", year, 700e6 + 50e6 * (year - 2019), instant=True) for year in _YEARS]
    for name, value in flows.items():
        rows += [frames.row(name, year, value) for year in _YEARS]
        rows.append(frames.row(name, 2023, value) | {"duration": "ttm"})
    given = frames.line_items(without=("equity", *without))
    return pl.concat([given, pl.DataFrame(rows, schema=frames.LINE_ITEMS)])


def gather(sic: str, line_items: pl.DataFrame, **yours: float) -> Inputs | Refusal:
    return inputs.gather(
        line_items,
        frames.prices(),
        frames.actions(),
        frames.rates(),
        ticker=frames.TICKER,
        cik=frames.CIK,
        sic=sic,
        benchmark=frames.BENCHMARK,
        as_of=AS_OF,
        assumptions=assumptions.load(yours),
    )


def found(sic: str, line_items: pl.DataFrame, **yours: float) -> Inputs:
    gathered = gather(sic, line_items, **yours)
    assert isinstance(gathered, Inputs), gathered
    return gathered


@pytest.mark.parametrize(
    ("sic", "model"),
    [
        ("7372", "fcff_three_stage"),
        ("6021", "residual_income"),
        ("6211", "residual_income"),
        ("6331", "residual_income"),
        ("6798", "affo"),
        ("4911", "dividend_discount"),
        ("6282", "fcff_three_stage"),
    ],
)
def test_the_industry_chooses_the_model_and_every_part_is_there(sic: str, model: str) -> None:
    gathered = found(sic, items(dividends_paid=140e6, depreciation_amortization=60e6))
    valuation = dcf.value(gathered, 7, 200)
    assert (gathered.model.name, valuation.model) == (model, model)
    assert valuation.value_per_share is not None and valuation.value_per_share > 0
    assert {"reason", "forecast", "terminal_share", "equity", "scenarios", "tornado"} <= valuation.detail.keys()
    assert all(item.sources or item.assumption == "rule" for item in valuation.inputs)
    assert valuation.detail["equity"] / gathered["shares_diluted"] == pytest.approx(valuation.value_per_share)


def test_a_utility_that_keeps_its_earnings_is_valued_by_its_cash_flow() -> None:
    assert found("4911", items(dividends_paid=20e6)).model.name == "fcff_three_stage"


def test_a_loss_of_today_that_the_cycle_outweighs_takes_two_stages() -> None:
    line_items = items().with_columns(
        pl.when(
            (pl.col("item") == "operating_income")
            & (pl.col("duration") == "ttm")
            & (pl.col("end") == date(2023, 12, 31))
        )
        .then(-30e6)
        .otherwise(pl.col("value"))
        .alias("value")
    )
    gathered = found("7372", line_items)
    assert gathered.model.name == "fcff_two_stage"
    assert gathered["operating_income"] < 0 < gathered["target_margin"]
    assert "-2.0% now" in gathered.reason


def test_a_bank_without_book_value_is_refused() -> None:
    line_items = items().with_columns(
        pl.when((pl.col("item") == "equity") & (pl.col("end") == date(2023, 12, 31)))
        .then(-1e6)
        .otherwise(pl.col("value"))
        .alias("value")
    )
    gathered = gather("6021", line_items)
    assert isinstance(gathered, Refusal)
    assert "negative" in gathered.reason


def test_a_bank_that_earns_its_cost_of_equity_is_worth_its_book_value_grown_to_today() -> None:
    cost = {"cost_of_equity": 0.1, "terminal_cost_of_equity": 0.1}
    gathered = found("6021", items(), **cost, return_on_equity=0.1, terminal_return=0.1, growth=0.1)
    elapsed = 1 - gathered["first_year_left"]
    assert gathered.per_share * gathered["shares_diluted"] == pytest.approx(900e6 * 1.1**elapsed)


def test_depreciation_is_no_cost_of_a_trust() -> None:
    gathered = found("6798", items(depreciation_amortization=100e6))
    assert gathered["affo"] == pytest.approx(232e6 + 85e6)


def test_the_price_in_multiples_is_the_cross_check() -> None:
    checks = found("7372", items()).cross_checks
    gathered = found("7372", items())
    assert checks["price_to_earnings"] == pytest.approx(gathered.price * 10e6 / 232e6)
    nopat = gathered["revenue"] * gathered["margin"] * (1 - gathered["tax_rate"])
    equity = nopat / gathered["wacc"] + gathered["cash"] - gathered["operating_cash"] - gathered["debt"]
    assert checks["earnings_power_per_share"] == pytest.approx(equity / 10e6)


@pytest.mark.parametrize("sic", ["6021", "6798", "4911"])
def test_rows_known_later_change_no_model(sic: str) -> None:
    line_items = items(dividends_paid=140e6, depreciation_amortization=60e6)
    late = pl.lit(AS_OF + timedelta(seconds=1), frames.MOMENT).alias("known_from")
    poisoned = pl.concat([line_items, line_items.with_columns(pl.col("value") * 1000, late)])
    assert gather(sic, poisoned) == gather(sic, line_items)


def test_research_as_an_asset_raises_the_margin_and_the_capital() -> None:
    rules = assumptions.load().rules
    capitalising = replace(rules, claims=replace(rules.claims, capitalise_research=True))
    reported = found("7372", items(research_and_development=90e6))
    line_items = items(research_and_development=90e6).with_columns(
        pl.when((pl.col("item") == "research_and_development") & (pl.col("end") == date(2023, 12, 31)))
        .then(120e6)
        .otherwise(pl.col("value"))
        .alias("value")
    )
    known = evidence.gather(
        line_items,
        frames.prices(),
        frames.actions(),
        ticker=frames.TICKER,
        cik=frames.CIK,
        sic="7372",
        market=price_history(frames.prices(), frames.actions(), frames.BENCHMARK),
        risk_free=evidence.rate_series(frames.rates(), "DGS10"),
    )
    gathered = inputs.at(known, AS_OF, Assumptions(capitalising))
    assert isinstance(gathered, Inputs), gathered
    assert gathered["research_asset"] == pytest.approx(120e6 + 90e6 * 2 / 3 + 90e6 / 3)
    assert gathered["research_adjustment"] == pytest.approx(30e6 / 0.8)
    more = 30e6 / (1 - gathered["tax_rate"]) / 1500e6
    assert gathered["margin"] == pytest.approx(reported["margin"] + more)
    nopat = 1500e6 * gathered["margin"] * (1 - gathered["tax_rate"])
    assert gathered["return_on_capital"] == pytest.approx(nopat / (900e6 + 400e6 - 300e6 + gathered["research_asset"]))


def test_a_short_history_draws_beta_to_the_market() -> None:
    prices = frames.prices()
    recent = prices.filter((pl.col("ticker") == frames.BENCHMARK) | (pl.col("date") >= date(2024, 1, 2)))
    known = evidence.gather(
        items(),
        recent,
        frames.actions(),
        ticker=frames.TICKER,
        cik=frames.CIK,
        sic="7372",
        market=price_history(prices, frames.actions(), frames.BENCHMARK),
        risk_free=evidence.rate_series(frames.rates(), "DGS10"),
    )
    short = inputs.at(known, AS_OF, assumptions.load())
    assert isinstance(short, Inputs), short
    assert short["beta"] == pytest.approx(1.5, abs=0.05)  # its returns follow the benchmark without error
    later = inputs.at(known, datetime(2024, 3, 1, 23, tzinfo=UTC), assumptions.load())
    assert isinstance(later, Refusal)
    assert "set beta" in later.reason


@pytest.mark.parametrize(
    ("sic", "yours"),
    [
        ("7372", {"return_on_capital": -0.1}),
        ("7372", {"shares_diluted": 0.0}),
        ("7372", {"debt": -1e9}),
        ("7372", {"wacc": -2.0}),
        ("7372", {"terminal_wacc": 0.05, "terminal_growth": 0.035}),
        ("6021", {"persistence": 3.0}),
        ("6798", {"return_on_equity": 0.0}),
    ],
)
def test_senseless_choices_refuse_the_company_with_a_reason(sic: str, yours: dict[str, float]) -> None:
    gathered = gather(sic, items(depreciation_amortization=60e6), **yours)
    assert isinstance(gathered, Refusal), gathered
    assert gathered.reason
