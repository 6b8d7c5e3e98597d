import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import company_frames as frames
import numpy as np
import polars as pl
import pytest

from p3.valuation import assumptions, dcf, history, inputs, scenarios
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
    operations += _terminal_present_value(gathered, detail["terminal_value"])
    assert detail["operations"] == pytest.approx(operations)
    assert detail["equity"] == pytest.approx(operations + 300e6 - 0.02 * 1500e6 - 400e6)
    assert detail["terminal_share"] == pytest.approx(
        _terminal_present_value(gathered, detail["terminal_value"]) / operations
    )
    assert valuation.value_per_share == pytest.approx(detail["equity"] / 10e6)
    assert valuation.value_per_share is not None
    assert valuation.upside == pytest.approx(valuation.value_per_share / gathered.price - 1)
    assert json.loads(json.dumps(detail)) == detail


def _terminal_present_value(gathered: Inputs, undiscounted: float) -> float:
    """Return it by hand: five years at the first rate, the fade's in a straight line, the last one to its middle."""
    first, last = gathered["wacc"], gathered["terminal_wacc"]
    factor = (1 + first) ** (gathered["first_year_left"] + 4)
    for year in range(1, 6):
        rate = first + (last - first) * year / 5
        factor *= (1 + rate) ** (0.5 if year == 5 else 1.0)
    return undiscounted / factor


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
    rules = gathered.rules
    still = replace(rules.simulation, growth=0.0, margin=0.0, return_on_capital=0.0, rate=0.0)
    calm = replace(gathered, rules=replace(rules, simulation=still))
    valuation = dcf.value(calm, 7, 10)
    assert valuation.distribution == pytest.approx(
        dict.fromkeys(valuation.distribution or (), valuation.value_per_share)
    )
    below = valuation.value_per_share is not None and valuation.value_per_share > gathered.price
    assert valuation.probability_undervalued == (1.0 if below else 0.0)


def test_the_implied_growth_gives_the_price_back(gathered: Inputs) -> None:
    growth = scenarios.implied_growth(gathered, gathered.price)
    assert growth is not None
    implied = gathered.model.per_share(gathered.values | {"growth": growth}, gathered.frame)
    assert float(implied) == pytest.approx(gathered.price, rel=1e-6)


def test_a_price_that_no_growth_gives_implies_none(gathered: Inputs) -> None:
    assert scenarios.implied_growth(gathered, 1e9) is None


def test_the_grid_holds_the_base_case_and_falls_with_the_cost_of_capital(gathered: Inputs) -> None:
    valuation = dcf.value(gathered, 7, 10)
    cells = valuation.detail["sensitivity"]["value_per_share"]
    assert cells[2][2] == pytest.approx(valuation.value_per_share)
    first_column = [line[0] for line in cells]
    assert first_column == sorted(first_column, reverse=True)


def test_a_grid_cell_without_room_below_the_cost_of_capital_is_empty(gathered: Inputs) -> None:
    tight = {"wacc": 0.05, "terminal_wacc": 0.05, "terminal_growth": 0.03}
    changed = tuple(replace(item, value=tight.get(item.name, item.value)) for item in gathered.inputs)
    assert scenarios.sensitivity(replace(gathered, inputs=changed)).value_per_share[0][-1] is None


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
    rules = gathered.rules
    wide = replace(gathered, rules=replace(rules, simulation=replace(rules.simulation, growth=0.12)))
    assert np.std(scenarios.simulate(wide, (1, 1), 2000)) > np.std(scenarios.simulate(gathered, (1, 1), 2000))


def test_the_drivers_are_correlated_as_the_rules_say(gathered: Inputs) -> None:
    drawn = scenarios.draw(gathered.rules.simulation, (1, 1), 20_000)
    found = np.corrcoef(list(drawn.values()))
    assert found == pytest.approx(np.asarray(gathered.rules.simulation.correlation), abs=0.03)


def test_named_scenarios_stand_around_the_base_case(gathered: Inputs) -> None:
    found = scenarios.named(gathered)
    assert list(found) == ["pessimistic", "base", "optimistic"]
    assert found["pessimistic"] < found["base"] < found["optimistic"]
    assert found["base"] == pytest.approx(gathered.per_share)


def test_the_tornado_has_the_widest_bar_first(gathered: Inputs) -> None:
    bars = scenarios.tornado(gathered)
    assert {bar["driver"] for bar in bars} == {"growth", "margin", "return_on_capital", "rate"}
    widths = [abs(bar["above"] - bar["below"]) for bar in bars]
    assert widths == sorted(widths, reverse=True)
    rate = next(bar for bar in bars if bar["driver"] == "rate")
    assert rate["above"] < gathered.per_share < rate["below"]
