import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import company_frames as frames
import numpy as np
import polars as pl
import pytest

from p3.valuation import assumptions, dcf, history, inputs, scenarios
from p3.valuation.fcff import forecast
from p3.valuation.records import Inputs, Refusal

AS_OF = datetime(2024, 5, 31, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def gathered() -> Inputs:
    found = inputs.gather(
        frames.line_items(),
        frames.prices(),
        frames.actions(),
        frames.rates(),
        ticker=frames.TICKER,
        cik=frames.CIK,
        sic="7372",
        benchmark=frames.BENCHMARK,
        as_of=AS_OF,
        assumptions=assumptions.load(),
    )
    assert isinstance(found, Inputs)
    return found


def test_a_valuation_adds_up(gathered: Inputs) -> None:
    valuation = dcf.value(gathered, 7, 500)
    detail = valuation.detail
    operations = sum(year["present_value"] for year in detail["forecast"])
    operations += detail["terminal_value"] / (1 + gathered["wacc"]) ** 9.5
    assert detail["operations"] == pytest.approx(operations)
    assert detail["equity"] == pytest.approx(operations + 300e6 - 400e6)
    assert valuation.value_per_share == pytest.approx(detail["equity"] / 10e6)
    assert valuation.value_per_share is not None
    assert valuation.upside == pytest.approx(valuation.value_per_share / gathered.price - 1)
    assert json.loads(json.dumps(detail)) == detail


def test_the_same_seed_gives_the_same_scenarios_and_another_does_not(gathered: Inputs) -> None:
    assert dcf.value(gathered, 7, 500) == dcf.value(gathered, 7, 500)
    assert dcf.value(gathered, 8, 500).distribution != dcf.value(gathered, 7, 500).distribution


def test_the_distribution_is_ordered_around_the_base_case(gathered: Inputs) -> None:
    valuation = dcf.value(gathered, 7, 4000)
    assert valuation.distribution is not None and valuation.value_per_share is not None
    ranks = [valuation.distribution[name] for name in ("p5", "p25", "p50", "p75", "p95")]
    assert ranks == sorted(ranks)
    assert valuation.distribution["p50"] == pytest.approx(valuation.value_per_share, rel=0.05)


def test_without_deviation_every_scenario_is_the_base_case(gathered: Inputs) -> None:
    still = assumptions.SimulationRules(growth=0.0, margin=0.0, wacc=0.0, terminal_growth=0.0)
    calm = replace(gathered, rules=replace(gathered.rules, simulation=still))
    valuation = dcf.value(calm, 7, 10)
    assert valuation.distribution == pytest.approx(
        dict.fromkeys(valuation.distribution or (), valuation.value_per_share)
    )
    below = valuation.value_per_share is not None and valuation.value_per_share > gathered.price
    assert valuation.probability_undervalued == (1.0 if below else 0.0)


def test_the_implied_growth_gives_the_price_back(gathered: Inputs) -> None:
    base = dcf.drivers(gathered)
    growth = scenarios.implied_growth(base, gathered.price)
    assert growth is not None
    assert forecast(replace(base, growth=growth)).per_share[0] == pytest.approx(gathered.price, rel=1e-6)


def test_a_price_that_no_growth_gives_implies_none(gathered: Inputs) -> None:
    assert scenarios.implied_growth(dcf.drivers(gathered), 1e9) is None


def test_the_grid_holds_the_base_case_and_falls_with_the_cost_of_capital(gathered: Inputs) -> None:
    valuation = dcf.value(gathered, 7, 10)
    cells = valuation.detail["sensitivity"]["value_per_share"]
    assert cells[2][2] == pytest.approx(valuation.value_per_share)
    first_column = [line[0] for line in cells]
    assert first_column == sorted(first_column, reverse=True)


def test_a_grid_cell_without_room_below_the_cost_of_capital_is_empty(gathered: Inputs) -> None:
    tight = replace(dcf.drivers(gathered), wacc=0.05, terminal_growth=0.03)
    assert scenarios.sensitivity(tight, gathered.rules).value_per_share[0][-1] is None


def test_scenarios_must_be_some(gathered: Inputs) -> None:
    with pytest.raises(ValueError, match="scenarios"):
        dcf.value(gathered, 7, 0)


def test_a_refusal_becomes_a_valuation_without_a_value() -> None:
    valuation = dcf.value(Refusal("ACME", 42, AS_OF, "a bank", 10.0, AS_OF.date()), 7, 10)
    assert (valuation.value_per_share, valuation.price, valuation.refused) == (None, 10.0, "a bank")


def signals(items: pl.DataFrame, dates: list[datetime]) -> pl.DataFrame:
    companies = pl.DataFrame({"ticker": [frames.TICKER, "NONE"], "cik": [frames.CIK, 43], "sic": ["7372", None]})
    return history.values(
        items,
        frames.prices(),
        frames.actions(),
        frames.rates(),
        companies=companies,
        dates=dates,
        benchmark=frames.BENCHMARK,
        assumptions=assumptions.load(),
    )


def test_history_gives_at_each_moment_what_a_valuation_then_gave(gathered: Inputs) -> None:
    found = signals(frames.line_items(), [AS_OF - timedelta(days=30), AS_OF]).filter(pl.col("ticker") == frames.TICKER)
    assert found.schema == history.SIGNALS
    assert found["value_per_share"][1] == dcf.value(gathered, 7, 10).value_per_share
    assert found["price"][1] == gathered.price
    assert found["value_per_share"][0] != found["value_per_share"][1]


def test_history_says_why_there_is_no_value() -> None:
    found = signals(frames.line_items(), [AS_OF]).filter(pl.col("ticker") == "NONE")
    assert found["value_per_share"].to_list() == [None]
    assert "price" in found["refused"][0]


def test_a_later_moment_changes_no_earlier_signal() -> None:
    late = pl.lit(AS_OF + timedelta(days=10), frames.MOMENT).alias("known_from")
    income = frames.line_items().filter(pl.col("item") == "operating_income")
    items = pl.concat([frames.line_items(), income.with_columns(pl.col("value") * 1000, late)])
    moments = [AS_OF + timedelta(days=20), AS_OF]
    clean, dirty = signals(frames.line_items(), moments), signals(items, moments)
    assert dirty.filter(pl.col("as_of") == AS_OF).equals(clean.filter(pl.col("as_of") == AS_OF))
    assert not dirty.equals(clean)


def test_simulated_values_spread_more_with_more_deviation(gathered: Inputs) -> None:
    base, rules = dcf.drivers(gathered), gathered.rules
    wide = replace(rules, simulation=replace(rules.simulation, growth=0.12))
    assert np.std(scenarios.simulate(base, wide, (1, 1), 2000)) > np.std(scenarios.simulate(base, rules, (1, 1), 2000))
