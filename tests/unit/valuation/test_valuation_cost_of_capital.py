"""Published examples: Damodaran's Disney 2004 and his set of 2005, and Blume."""

import numpy as np
import pytest

from p3.valuation import cost_of_capital as cost


def test_disney_2004() -> None:
    equity = cost.cost_of_equity(0.04, 1.25, 0.0482)
    assert equity == pytest.approx(0.1, abs=3e-4)
    assert cost.wacc(55.101, 14.668, equity, 0.04 + 0.0125, 0.373) == pytest.approx(0.0859, abs=3e-4)


@pytest.mark.parametrize(
    ("risk_free", "beta", "premium", "debt_cost", "tax", "debt_ratio", "expected"),
    [
        pytest.param(0.0341, 0.93, 0.0446, 0.0417, 0.2547, 0.176, 0.0678, id="titan"),
        pytest.param(0.0425, 0.8, 0.04, 0.05, 0.35, 0.1, 0.0703, id="procter-gamble"),
        pytest.param(0.0425, 0.9, 0.04, 0.05, 0.35, 0.1, 0.0739, id="gillette"),
        pytest.param(0.0341, 1.26, 0.0425, 0.0376, 0.3654, 0.0141, 0.0868, id="sap"),
    ],
)
def test_the_set_of_2005(
    risk_free: float, beta: float, premium: float, debt_cost: float, tax: float, debt_ratio: float, expected: float
) -> None:
    equity = cost.cost_of_equity(risk_free, beta, premium)
    assert cost.wacc(1 - debt_ratio, debt_ratio, equity, debt_cost, tax) == pytest.approx(expected, abs=1.1e-4)


@pytest.mark.parametrize(("raw", "adjusted"), [(1.6, 1.4), (0.7, 0.8)])
def test_blume(raw: float, adjusted: float) -> None:
    assert cost.blume(raw) == pytest.approx(adjusted)


def test_the_regression_recovers_a_known_slope() -> None:
    market = np.array([0.01, -0.02, 0.03, 0.0, -0.01])
    noise = np.array([1.0, 1.0, 1.0, 1.0, 1.0]) * 0.004  # a constant is the intercept's, not the slope's
    assert cost.regression_beta(1.5 * market + noise, market) == pytest.approx(1.5)


def test_a_market_that_stood_still_gives_no_beta() -> None:
    with pytest.raises(ValueError, match="benchmark"):
        cost.regression_beta(np.array([0.1, 0.2]), np.zeros(2))
