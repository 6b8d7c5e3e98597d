"""Published valuations by free cash flow to the firm, each with its source and the tolerance of its rounding."""

import numpy as np
import pytest

from p3.valuation.bridge import Claims, bridge
from p3.valuation.cost_of_capital import cost_of_equity, wacc
from p3.valuation.discounting import Timing, perpetuity, present_value
from p3.valuation.fcff_three_stage import Drivers, Economics, forecast, operate, reinvestment_rate
from p3.valuation.paths import Stages, fade

YEAR_END = Timing()


def test_titan_2005() -> None:
    """Damodaran, "Damodaran on Valuation", 2nd ed. (2006), illustration 6.2, EUR million.

    The tax rate changes with the perpetuity, which is capitalised at its own cost of capital.
    """
    equity_cost = cost_of_equity(0.0341, 0.93, 0.0446)
    growth = 0.2854 * 0.1925
    assert growth == pytest.approx(0.0549, abs=6e-5)
    assert equity_cost == pytest.approx(0.0756, abs=6e-5)
    assert wacc(1 - 0.176, 0.176, equity_cost, 0.0417, 0.2547) == pytest.approx(0.0678, abs=6e-5)
    found = forecast(
        Drivers(
            revenue=231.8,
            margin=1.0,
            terminal_margin=1.0,
            growth=0.0549,
            terminal_growth=0.0341,
            return_on_capital=0.0549 / 0.2854,
            terminal_return=0.0657,
            tax_rate=0.2547,
            terminal_tax_rate=0.33,
            wacc=0.0678,
            terminal_wacc=0.0657,
            stages=Stages(5),
            timing=YEAR_END,
            claims=Claims(cash=76.8, debt=414.25, minority_interests=45.9),
        )
    )
    assert found.operations.value == pytest.approx(2897.42, abs=6)
    assert found.equity == pytest.approx(2514.07, abs=6)


@pytest.mark.parametrize(
    ("ebit", "pretax_return", "reinvested", "beta", "growth", "cost", "value", "tolerance"),
    [
        pytest.param(10927, 0.2867, 0.4, 0.8, 0.0745, 0.0703, 128985, 386.955, id="procter-gamble"),
        pytest.param(2645, 0.25, 0.5, 0.9, 0.0813, 0.0739, 29482, 88.446, id="gillette"),
    ],
)
def test_procter_gamble_and_gillette_2005(
    ebit: float,
    pretax_return: float,
    reinvested: float,
    beta: float,
    growth: float,
    cost: float,
    value: float,
    tolerance: float,
) -> None:
    """Damodaran, "Damodaran on Valuation" (2006), the stand-alone values of the synergy illustration, USD million."""
    rate = wacc(0.9, 0.1, cost_of_equity(0.0425, beta, 0.04), 0.05, 0.35)
    earned = pretax_return * (1 - 0.35)
    assert reinvested * earned == pytest.approx(growth, abs=6e-5)
    assert rate == pytest.approx(cost, abs=6e-5)
    found = forecast(
        Drivers(
            revenue=ebit,
            margin=1.0,
            terminal_margin=1.0,
            growth=reinvested * earned,
            terminal_growth=0.0425,
            return_on_capital=earned,
            terminal_return=rate,
            tax_rate=0.35,
            terminal_tax_rate=0.35,
            wacc=rate,
            terminal_wacc=rate,
            stages=Stages(5),
            timing=YEAR_END,
            claims=Claims(),
        )
    )
    assert found.operations.value == pytest.approx(value, abs=tolerance)


SAP_STAGES = Stages(5, 5)
SAP_TAX = 0.3654


def test_sap_2005_three_stages() -> None:
    """Damodaran, valuation slides (2020), slide 140, and "Damodaran on Valuation" (2006), illustration 6.4.

    EUR million. Growth, reinvestment and the cost of capital fade in straight lines; the tax rate changes with
    the perpetuity. The slide's equity of 34,656 is a misprint: its items and the book give 33,715.
    """
    paths = zip(
        fade(0.1144, 0.0341, SAP_STAGES),
        fade(0.5742, 0.5154, SAP_STAGES),
        fade(0.0868, 0.0662, SAP_STAGES),
        strict=True,
    )
    years = [Economics(growth, 1.0, SAP_TAX, reinvested, rate) for growth, reinvested, rate in paths]
    terminal = Economics(0.0341, 1.0, 0.35, 0.5154, 0.0662)
    found = operate(1414 / (1 - SAP_TAX), years, terminal, YEAR_END)

    income = [2483, 2767, 3083, 3436, 3829, 4206, 4552, 4854, 5097, 5271]
    assert found.operating_income == pytest.approx(income, abs=6)
    nopat = [1576, 1756, 1957, 2181, 2430, 2669, 2889, 3080, 3235, 3345]
    assert found.nopat == pytest.approx(nopat, abs=4)
    reinvestment = [905, 1008, 1124, 1252, 1395, 1501, 1591, 1660, 1705, 1724]
    assert found.reinvestment == pytest.approx(reinvestment, abs=4)
    flows = [671, 748, 833, 929, 1035, 1168, 1298, 1420, 1530, 1621]
    assert found.cash_flow == pytest.approx(flows, abs=4)
    first = found.operating_income[-1] * 1.0341
    assert first == pytest.approx(5451, abs=6)
    assert first * 0.65 == pytest.approx(3543, abs=4)
    assert first * 0.65 * (1 - 0.5154) == pytest.approx(1717, abs=4)
    assert found.terminal_value == pytest.approx(53546, abs=120)
    assert found.value == pytest.approx(31615, abs=60)


def test_sap_2005_inputs_and_bridge() -> None:
    """The same source: what the drivers come from, and equity less options over shares in million."""
    reinvested = 812 / 1414
    assert reinvested == pytest.approx(0.5742, abs=1.1e-4)
    assert reinvested * 0.1993 == pytest.approx(0.1144, abs=1.1e-4)
    equity_cost = cost_of_equity(0.0341, 1.26, 0.0425)
    assert equity_cost == pytest.approx(0.0877, abs=1.1e-4)
    assert wacc(1 - 0.0141, 0.0141, equity_cost, 0.0376, SAP_TAX) == pytest.approx(0.0868, abs=1.1e-4)
    assert reinvestment_rate(0.0341, 0.0662) == pytest.approx(0.5154, abs=5e-4)
    before = {"cash": 3018.0, "debt": 558.0 + 305.0, "minority_interests": 55.0}
    assert _bridged(31615, Claims(**before)) == pytest.approx(33715, abs=60)
    assert _bridged(31615, Claims(**before, options=180.0, shares=316.0)) == pytest.approx(106.12, abs=0.2)


def _bridged(operations: float, claims: Claims) -> float:
    return float(bridge(operations, claims).per_share)


def test_valuadder_mid_year() -> None:
    """ValuAdder, "Discounted cash flow business valuation: using the mid-year convention" (2010), USD.

    The value with flows at year ends is printed; that with flows in the middle is the stated factor times it.
    """
    flows = np.array([953770.0, 1012310.0, 1070850.0, 1129400.0, 1187940.0])
    beyond = perpetuity(flows[-1] * 1.0553, 0.3, 0.0553)
    assert beyond == pytest.approx(5124129, abs=1500)
    end = present_value(flows, 0.3, beyond, YEAR_END).total
    assert end == pytest.approx(3915542, abs=2000)
    assert present_value(flows, 0.3, beyond, Timing(mid_year=True)).total == pytest.approx(end * 1.3**0.5)


def test_felix_mid_year() -> None:
    """Financial Edge Training (Felix), "Mid Year DCF 1 Workout": a perpetuity is discounted at N - 0.5.

    The rate of 6 % was inferred from the first factor, so that the factors confirm nothing but each other.
    """
    found = present_value(np.array([50.0, 0.0, 0.0]), 0.06, 1530.0, Timing(mid_year=True))
    assert found.flows[0] / 50 == pytest.approx(0.971, abs=6e-4)
    assert found.terminal / 1530 == pytest.approx(0.864, abs=6e-4)
    assert found.flows[0] == pytest.approx(48.6, abs=0.06)
    assert 150.8 + found.terminal == pytest.approx(1473.4, abs=1.0)
