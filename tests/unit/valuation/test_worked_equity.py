"""Published valuations by flows to equity and by dividends, each with its source and the tolerance of its rounding."""

import numpy as np
import pytest

from p3.valuation import dividends, fcfe
from p3.valuation.bridge import Claims
from p3.valuation.cost_of_capital import cost_of_equity
from p3.valuation.discounting import Timing, perpetuity, present_value
from p3.valuation.paths import Stages

YEAR_END = Timing()


def test_toyota_2005() -> None:
    """Damodaran, "Damodaran on Valuation", 2nd ed. (2006), illustration 5.8, JPY billion, shares in billion.

    What the cash earns is left out of net income, and the cash added.
    """
    growth = 0.644 * 0.1655
    assert growth == pytest.approx(0.1066, abs=6e-5)
    assert cost_of_equity(0.02, 1.1, 0.0469) == pytest.approx(0.0716, abs=6e-5)
    assert 1 - fcfe.payout(0.02, 0.0716) == pytest.approx(0.2793, abs=6e-5)
    found = fcfe.forecast(
        fcfe.Drivers(
            earnings=1171 - 29.68,
            growth=0.1066,
            terminal_growth=0.02,
            return_on_equity=0.1066 / 0.644,
            terminal_return=0.0716,
            cost_of_equity=0.0716,
            terminal_cost_of_equity=0.0716,
            stages=Stages(5),
            timing=YEAR_END,
            claims=Claims(cash=1484, shares=3.61),
        )
    )
    assert found.flows.earnings[-1] == pytest.approx(1893.91, abs=2)
    assert found.flows.earnings[-1] * 1.02 == pytest.approx(1931.79, abs=2)
    assert found.flows.present_value.sum() == pytest.approx(2239.49, abs=3)
    assert found.flows.value - found.flows.present_value.sum() == pytest.approx(19088, abs=25)
    assert found.flows.value == pytest.approx(21327, abs=25)
    assert found.equity == pytest.approx(22811, abs=25)
    assert found.per_share == pytest.approx(6319, abs=8)


def test_shamrock_three_stages_with_a_rate_each() -> None:
    """Elan Guides, CFA Level II practice question (quoted on AnalystForum), per share: factors are products."""
    flows = 0.6 * np.cumprod(1 + np.array([0.4, 0.4, 0.4, 0.25, 0.1]))
    rates = np.array([0.2, 0.2, 0.2, 0.16, 0.16])
    beyond = perpetuity(flows[-1] * 1.1, 0.12, 0.1)
    found = present_value(flows, rates, beyond, YEAR_END)
    assert flows[-1] + beyond == pytest.approx(126.77, abs=0.01)
    assert found.flows[-1] + found.terminal == pytest.approx(54.52, abs=0.01)
    assert found.total == pytest.approx(58.02, abs=0.01)


def test_tsingtao_2001_from_year_ten_on() -> None:
    """Damodaran, "Investment Valuation", 2nd ed., chapter 14, CNY million.

    Only what follows year 10: the printed growth of 44.91 % is not what the printed formula gives (51.78 %), and
    the net income of year 10 does not follow from it.
    """
    rates = np.array([0.1471] * 5 + [0.1456, 0.1441, 0.1426, 0.1411, 0.1396])
    first = 1859.17 * 1.1 * 0.5
    assert first == pytest.approx(1022.54, abs=0.01)
    beyond = perpetuity(first, 0.1396, 0.1)
    assert beyond == pytest.approx(25821.81, abs=0.15)
    equity = -161.03 + present_value(np.zeros(10), rates, beyond, YEAR_END).terminal
    assert equity == pytest.approx(6514.92, abs=0.01)
    assert equity / 653.15 == pytest.approx(9.97, abs=0.006)


def test_consolidated_edison_2000() -> None:
    """Damodaran, "Investment Valuation", chapter 13 slides, slide 4, per share."""
    required = cost_of_equity(0.051, 0.8, 0.04)
    assert required == pytest.approx(0.083, abs=1e-4)
    assert dividends.gordon(2.18, required, 0.03) == pytest.approx(42.37, abs=0.006)


def test_consolidated_edison_2011() -> None:
    """Hawkins, Econ 136 lecture notes, UC Berkeley (after Damodaran 2012), per share.

    The source grows the dividend at 3.52 % and capitalises at 3.5 %; read so, its value of 57.45 follows.
    """
    required = cost_of_equity(0.035, 0.8, 0.05)
    assert required == pytest.approx(0.075, abs=1e-4)
    growth = (1 - 0.64) * 0.0979
    assert growth == pytest.approx(0.0352, abs=1e-4)
    assert perpetuity(2.22 * 1.0352, required, 0.035) == pytest.approx(57.45, abs=0.01)
    assert dividends.gordon(2.22, required, 0.0352) == pytest.approx(57.45, abs=0.3)


def test_deutsche_bank_2004() -> None:
    """Damodaran, "Applied Corporate Finance", chapter 12, EUR per share; the terminal rate only capitalises."""
    retention = 1 - 1.5 / 4.33
    assert retention == pytest.approx(0.6536, abs=2e-4)
    assert retention * 0.1126 == pytest.approx(0.0736, abs=2e-4)
    assert cost_of_equity(0.0405, 0.98, 0.0482) == pytest.approx(0.0876, abs=2e-4)
    assert cost_of_equity(0.0405, 1.0, 0.0482) == pytest.approx(0.0887, abs=2e-4)
    payout = dividends.sustainable_payout(0.04, 0.0887)
    assert payout == pytest.approx(0.549, abs=5e-4)
    found = dividends.forecast(
        dividends.Drivers(
            earnings=4.33,
            payout=1.5 / 4.33,
            terminal_payout=payout,
            growth=0.0736,
            terminal_growth=0.04,
            cost_of_equity=0.0876,
            terminal_cost_of_equity=0.0887,
            stages=Stages(5),
            timing=YEAR_END,
        )
    )
    assert found.flows.earnings[-1] == pytest.approx(6.18, abs=0.006)
    assert found.flows.earnings[-1] * 1.04 * payout == pytest.approx(3.5263, abs=0.005)
    assert found.flows.terminal_value == pytest.approx(72.41, abs=0.1)
    assert found.flows.present_value.sum() == pytest.approx(7.22, abs=0.01)
    assert found.per_share - found.flows.present_value.sum() == pytest.approx(47.59, abs=0.06)
    assert found.per_share == pytest.approx(54.80, abs=0.06)


def test_h_model() -> None:
    """AnalystNotes, CFA practice question F9S79PDKL: H is half of the eight years of decline."""
    assert dividends.h_model(4.0, 0.12, 0.2, 0.06, 8) == pytest.approx(108, abs=1e-9)
