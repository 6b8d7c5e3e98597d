"""Published reverse valuations, and the lognormal distribution in closed form; each with its source and tolerance."""

from dataclasses import replace

import numpy as np
import pytest

from p3.valuation import dividends
from p3.valuation.cost_of_capital import cost_of_equity
from p3.valuation.discounting import Timing
from p3.valuation.lognormal import Lognormal
from p3.valuation.paths import Stages
from p3.valuation.reverse import implied, implied_return

GOLDMAN = dividends.Drivers(
    earnings=11.03,
    payout=0.0907,
    terminal_payout=0.6667,
    growth=0.1682,
    terminal_growth=0.04,
    cost_of_equity=0.093,
    terminal_cost_of_equity=0.085,
    stages=Stages(5),
    timing=Timing(),
)


def test_goldman_sachs_2005() -> None:
    """Damodaran, "Damodaran on Valuation" (2006), illustration 5.3: the growth that a price of 128 implies."""
    fundamental = (1 - 0.0907) * 0.1849
    assert fundamental == pytest.approx(0.1682, abs=2e-4)
    assert cost_of_equity(0.045, 1.2, 0.04) == pytest.approx(0.093, abs=2e-4)
    assert cost_of_equity(0.045, 1.0, 0.04) == pytest.approx(0.085, abs=2e-4)
    assert dividends.sustainable_payout(0.04, 0.12) == pytest.approx(0.6667, abs=2e-4)
    base = dividends.forecast(replace(GOLDMAN, growth=0.0)).flows
    assert base.flow[0] == pytest.approx(1.0, abs=1e-3)
    growth = implied(
        lambda trial: dividends.per_share(replace(GOLDMAN, growth=trial)), 128.0, low=-0.5, high=1.0, near=0.1682
    )
    assert growth == pytest.approx(0.026, abs=5e-4)


def test_the_index_at_the_beginning_of_2005() -> None:
    """Damodaran, "Applied Corporate Finance" (2004 data), slide 100: S&P 500 at 1211.92, growth then 4.22 %."""
    first = 1211.92 * 0.029
    assert first == pytest.approx(35.15, abs=0.01)
    flows = first * np.cumprod(np.full(5, 1.085))
    assert flows == pytest.approx([38.13, 41.37, 44.89, 48.71, 52.85], abs=0.02)
    expected = implied_return(1211.92, flows, 0.0422)
    assert expected == pytest.approx(0.0787, abs=1e-4)
    assert expected - 0.0422 == pytest.approx(0.0365, abs=1e-4)


def test_moments_of_a_lognormal() -> None:
    """EduPristine FRM forum, answer c: mean and variance where the logarithm has mean 0 and deviation 0.5."""
    found = Lognormal(0.0, 0.5)
    assert found.mean == pytest.approx(1.133, abs=6e-4)
    assert found.variance == pytest.approx(0.365, abs=6e-4)
