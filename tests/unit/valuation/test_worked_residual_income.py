"""Published valuations by residual income and economic profit, each with its source and tolerance."""

from dataclasses import replace

import numpy as np
import pytest

from p3.valuation import economic_profit, residual_income
from p3.valuation.bridge import Claims
from p3.valuation.discounting import Timing, perpetuity, present_value
from p3.valuation.paths import Stages

YEAR_END = Timing()


def test_five_investments_by_economic_profit_and_by_cash_flow() -> None:
    """Damodaran, "Damodaran on Valuation" (2006), before illustration 6.8, USD million.

    Each of five investments is made at the beginning of its year, so that the flow of the year before pays for it,
    and that of the fifth year for what growth at the cost of capital needs.
    """
    capital = 100.0 + 10.0 * np.arange(1, 6)
    profit = economic_profit.economic_profit(0.15 * capital, capital, 0.1)
    beyond = perpetuity(profit[-1], 0.1, 0.0)
    added = present_value(profit, 0.1, beyond, YEAR_END).total
    in_place = perpetuity(economic_profit.economic_profit(15.0, 100.0, 0.1), 0.1, 0.0)
    assert added == pytest.approx(70.85, abs=0.006)
    assert 100 + in_place == pytest.approx(150, abs=0.006)
    assert added - in_place == pytest.approx(20.85, abs=0.006)
    assert 100 + added == pytest.approx(170.85, abs=0.006)

    nopat = 0.15 * capital
    flows = nopat - np.array([10.0, 10.0, 10.0, 10.0, 0.5 * nopat[-1]])
    terminal = perpetuity((nopat[-1] + 0.1 * 0.5 * nopat[-1]) * (1 - 0.05 / 0.1), 0.1, 0.05)
    assert terminal == pytest.approx(236.25)
    assert present_value(flows, 0.1, terminal, YEAR_END).total - 10 == pytest.approx(170.85, abs=0.006)


def test_titan_2005() -> None:
    """Damodaran, "Damodaran on Valuation" (2006), illustration 6.8, EUR million.

    The economic profits of the five years; what follows is not in the text that the figures were taken from.
    """
    nopat = 231.8 * (1 - 0.2547) * np.cumprod(np.full(5, 1.0549))
    found = economic_profit.value(946.9, nopat, 0.2854 * nopat, 0.0678, 0.0)
    assert found.present_value.sum() == pytest.approx(539.81, abs=0.6)


GAODUN = residual_income.Drivers(
    book_value=12.4,
    return_on_equity=0.136,
    terminal_return=0.136,
    growth=0.136,
    terminal_growth=0.136,
    cost_of_equity=0.087,
    terminal_cost_of_equity=0.087,
    persistence=0.0,
    stages=Stages(5),
    claims=Claims(),
)


def test_residual_income_with_and_without_persistence() -> None:
    """Gaodun CFA question bank, f03t4m, per share: no dividends, residual income ends or persists at 0.35."""
    found = residual_income.forecast(GAODUN)
    assert found.residual_income == pytest.approx([0.61, 0.69, 0.78, 0.89, 1.01], abs=0.012)
    assert found.present_value == pytest.approx([0.56, 0.58, 0.61, 0.64, 0.67], abs=0.012)
    assert found.book_value * 1.136 == pytest.approx([14.09, 16.0, 18.18, 20.65, 23.46], abs=0.012)
    assert found.per_share == pytest.approx(15.46, abs=0.012)
    assert residual_income.forecast(replace(GAODUN, persistence=0.35)).per_share == pytest.approx(15.78, abs=0.012)


def test_madeira() -> None:
    """EduRev (after Kaplan, CFA Level II), Madeira Fruit Suppliers: positive income below the cost of equity."""
    found = residual_income.residual_income(80_520_000, 800e6, 0.123)
    assert found == pytest.approx(-17_880_000, abs=0.5)
    assert 80_520_000 - found == pytest.approx(98_400_000, abs=0.5)


def test_a_single_stage() -> None:
    """LeetQuiz CFA question bank, single-stage residual income: book value and its excess, or justified P/B."""
    excess = perpetuity(residual_income.residual_income(15 * 0.12, 15, 0.1), 0.1, 0.025)
    assert 15 + excess == pytest.approx(19.0, abs=1e-9)
    assert residual_income.single_stage(15, 0.12, 0.1, 0.025) == pytest.approx(19.0, abs=1e-9)


def test_excess_returns_of_a_bank() -> None:
    """A student's workbook (2018) on Damodaran's template eqexret.xls, USD: the first five years' roll-forward.

    Its terminal part does not follow from its own inputs.
    """
    income = np.array([1396700296.0, 1606161899.0, 1847036228.0, 2124034213.0, 2442573282.0])
    book = residual_income.clean_surplus(8354e6, income, 0.103 * income)
    charge = 0.0612 * book
    excess = residual_income.residual_income(income, book, 0.0612)
    present = present_value(excess, 0.0612, 0.0, YEAR_END).flows
    expected = {
        "book": (book, [8354000000, 9606840166, 11047567390, 12704358890, 14609617570]),
        "charge": (charge, [511264800, 587938618, 676111124, 777506764, 894108596]),
        "excess": (excess, [885435496, 1018223281, 1170925103, 1346527450, 1548464686]),
        "present": (present, [834371934, 904166766, 979799905, 1061759721, 1150575438]),
    }
    for name, (computed, printed) in expected.items():
        assert computed == pytest.approx(printed, abs=60000), name
