from dataclasses import replace

import numpy as np
import pytest

from p3.valuation.fcff import Drivers, forecast


def damodaran(ebit: float, tax: float, growth: float, wacc: float, reinvestment: float) -> Drivers:
    """Express reinvestment as a share of after-tax income by sales to capital; revenue stands for EBIT."""
    return Drivers(
        revenue=ebit,
        margin=1.0,
        target_margin=1.0,
        growth=growth,
        terminal_growth=0.0425,
        tax_rate=tax,
        marginal_tax_rate=tax,
        sales_to_capital=growth / (1 + growth) / (reinvestment * (1 - tax)),
        terminal_return=wacc,
        wacc=wacc,
        cash=0.0,
        debt=0.0,
        shares=1.0,
        high_growth_years=5,
        fade_years=0,
        mid_year=False,
    )


@pytest.mark.parametrize(
    ("drivers", "flows", "value"),
    [
        pytest.param(
            damodaran(10927, 0.35, 0.4 * 0.2867 * 0.65, 0.07025, 0.4),
            [4579.19, 4920.54, 5287.32, 5681.45, 6104.96],
            128985,
            id="procter-gamble-2005",
        ),
        pytest.param(
            damodaran(2645, 0.35, 0.5 * 0.25 * 0.65, 0.073875, 0.5),
            [929.47, 1004.99, 1086.64, 1174.93, 1270.40],
            29482,
            id="gillette-2005",
        ),
    ],
)
def test_damodarans_two_stage_values(drivers: Drivers, flows: list[float], value: float) -> None:
    found = forecast(drivers)
    assert found.cash_flow[0] == pytest.approx(flows, rel=2e-4)
    assert found.operations[0] == pytest.approx(value, rel=3e-3)


# By hand: revenue 100 grows by 10 % for two years, then by 6 % and 2 %; margin 20 % to 30 % within two years;
# tax 20 %, then 25 % and 30 %; one unit of capital for two of revenue.
HAND = Drivers(
    revenue=100.0,
    margin=0.2,
    target_margin=0.3,
    growth=0.1,
    terminal_growth=0.02,
    tax_rate=0.2,
    marginal_tax_rate=0.3,
    sales_to_capital=2.0,
    terminal_return=0.1,
    wacc=0.1,
    cash=30.0,
    debt=10.0,
    shares=5.0,
    high_growth_years=2,
    fade_years=2,
    mid_year=False,
)


def test_a_case_worked_by_hand() -> None:
    found = forecast(HAND)
    assert found.growth[0] == pytest.approx([0.10, 0.10, 0.06, 0.02])
    assert found.revenue[0] == pytest.approx([110, 121, 128.26, 130.8252])
    assert found.margin[0] == pytest.approx([0.25, 0.30, 0.30, 0.30])
    assert found.nopat[0] == pytest.approx([22.0, 29.04, 28.8585, 27.473292])
    assert found.reinvestment[0] == pytest.approx([5.0, 5.5, 3.63, 1.2826])
    assert found.cash_flow[0] == pytest.approx([17.0, 23.54, 25.2285, 26.190692])
    terminal = 130.8252 * 1.02 * 0.30 * 0.70 * (1 - 0.02 / 0.1) / 0.08
    assert found.terminal_value[0] == pytest.approx(terminal)
    present = 17 / 1.1 + 23.54 / 1.21 + 25.2285 / 1.331 + (26.190692 + terminal) / 1.4641
    assert found.operations[0] == pytest.approx(present)
    assert found.equity[0] == pytest.approx(present + 20)
    assert found.per_share[0] == pytest.approx((present + 20) / 5)


def test_mid_year_moves_flows_and_perpetuity_by_half_a_year() -> None:
    """The convention of the ValuAdder and Felix examples: a growing perpetuity is discounted at N - 0.5."""
    end, middle = forecast(HAND), forecast(replace(HAND, mid_year=True))
    assert middle.operations[0] == pytest.approx(end.operations[0] * 1.1**0.5)


def test_owners_lose_no_more_than_all() -> None:
    assert forecast(replace(HAND, debt=1e6)).per_share[0] == 0.0


def test_a_cost_of_capital_at_or_below_growth_has_no_value() -> None:
    with pytest.raises(ValueError, match="terminal growth"):
        forecast(replace(HAND, wacc=0.02))


def test_an_array_of_scenarios_gives_what_each_gives_alone() -> None:
    growth, wacc = np.array([0.0, 0.1, 0.3]), np.array([0.08, 0.1, 0.12])
    together = forecast(replace(HAND, growth=growth, wacc=wacc)).per_share
    alone = [
        forecast(replace(HAND, growth=float(g), wacc=float(w))).per_share[0] for g, w in zip(growth, wacc, strict=True)
    ]
    assert together == pytest.approx(alone, rel=1e-14)
