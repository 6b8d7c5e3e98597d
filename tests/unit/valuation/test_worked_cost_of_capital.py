"""Published costs of capital and betas, each with its source and the tolerance of its rounding."""

import numpy as np
import pytest

from p3.valuation.betas import debt_to_equity, lever, of_operations, unlever
from p3.valuation.cost_of_capital import blume, cost_of_equity, wacc

RATIOS = np.arange(10) / 10


def test_hamada_for_disney_2004() -> None:
    """Damodaran, "Applied Corporate Finance" (2004 data), slide 326; the printed betas carry more digits."""
    leverage = debt_to_equity(RATIOS)
    betas = lever(1.0674, leverage, 0.373)
    assert leverage == pytest.approx([0, 0.1111, 0.25, 0.4286, 0.6667, 1, 1.5, 2.3333, 4, 9], abs=6e-5)
    printed = [1.0674, 1.1418, 1.2348, 1.3543, 1.5136, 1.7367, 2.0714, 2.6291, 3.7446, 7.0911]
    assert betas == pytest.approx(printed, abs=6e-4)
    costs = [0.0915, 0.095, 0.0995, 0.1053, 0.113, 0.1237, 0.1398, 0.1667, 0.2205, 0.3818]
    assert [cost_of_equity(0.04, float(beta), 0.0482) for beta in betas] == pytest.approx(costs, abs=1e-4)


def test_the_schedule_of_disney_2004() -> None:
    """The same, slide 332: the weighting alone, for beyond 30 % of debt the tax saved does not follow from a rate."""
    equity = [0.0915, 0.095, 0.0995, 0.1053, 0.115, 0.1333, 0.1566, 0.1954, 0.2731, 0.5063]
    debt = [0.0273, 0.0273, 0.0314, 0.0376, 0.0825, 0.13, 0.135, 0.1386, 0.1413, 0.1433]
    found = [
        wacc(1 - float(ratio), float(ratio), own, owed, 0.0)
        for ratio, own, owed in zip(RATIOS, equity, debt, strict=True)
    ]
    printed = [0.0915, 0.0883, 0.0859, 0.085, 0.102, 0.1316, 0.1436, 0.1556, 0.1676, 0.1796]
    assert found == pytest.approx(printed, abs=1.2e-4)
    assert RATIOS[np.argmin(found)] == 0.3


def test_disney_2004() -> None:
    """The same, slide 495, USD billion."""
    equity = cost_of_equity(0.04, 1.25, 0.0482)
    assert equity == pytest.approx(0.1, abs=3e-4)
    debt = 0.04 + 0.0125
    assert wacc(0.0, 14.668, equity, debt, 0.373) == pytest.approx(0.0329, abs=3e-4)
    assert wacc(55.101, 14.668, 1.0, 0.0, 0.373) == pytest.approx(0.79, abs=5e-4)
    assert wacc(55.101, 14.668, equity, debt, 0.373) == pytest.approx(0.0859, abs=3e-4)


@pytest.mark.parametrize(
    ("risk_free", "beta", "premium", "expected"),
    [
        pytest.param(0.0341, 0.93, 0.0446, 0.0756, id="titan"),
        pytest.param(0.02, 1.1, 0.0469, 0.0716, id="toyota"),
        pytest.param(0.0341, 1.26, 0.0425, 0.0877, id="sap"),
    ],
)
def test_costs_of_equity_of_2005(risk_free: float, beta: float, premium: float, expected: float) -> None:
    """Damodaran, "Damodaran on Valuation" (2006), pages 352 and 387; SAP: valuation slides (2020), slide 140."""
    assert cost_of_equity(risk_free, beta, premium) == pytest.approx(expected, abs=1.1e-4)


@pytest.mark.parametrize(
    ("risk_free", "beta", "premium", "debt_cost", "tax", "debt_ratio", "expected"),
    [
        pytest.param(0.0341, 0.93, 0.0446, 0.0417, 0.2547, 0.176, 0.0678, id="titan"),
        pytest.param(0.0425, 0.8, 0.04, 0.05, 0.35, 0.1, 0.0703, id="procter-gamble"),
        pytest.param(0.0425, 0.9, 0.04, 0.05, 0.35, 0.1, 0.0739, id="gillette"),
        pytest.param(0.0341, 1.26, 0.0425, 0.0376, 0.3654, 0.0141, 0.0868, id="sap"),
    ],
)
def test_costs_of_capital_of_2005(
    risk_free: float, beta: float, premium: float, debt_cost: float, tax: float, debt_ratio: float, expected: float
) -> None:
    """The same sources."""
    equity = cost_of_equity(risk_free, beta, premium)
    assert wacc(1 - debt_ratio, debt_ratio, equity, debt_cost, tax) == pytest.approx(expected, abs=1.1e-4)


def test_the_cost_of_debt_of_sap_after_tax() -> None:
    """Damodaran, valuation slides (2020), slide 140: the cost of capital of nothing but debt."""
    assert wacc(0.0, 1.0, 0.0, 0.0376, 0.3654) == pytest.approx(0.0239, abs=1.1e-4)


# industry, beta, debt to equity, tax rate, cash to firm value; printed: unlevered beta, and that of operations
SECTORS_2013 = [
    ("Advertising", 1.68, 0.4084, 0.1602, 0.1312, 1.25, 1.44),
    ("Aerospace/Defense", 0.98, 0.2664, 0.2008, 0.1174, 0.81, 0.92),
    ("Air Transport", 1.03, 0.5908, 0.2135, 0.1413, 0.7, 0.82),
    ("Apparel", 1.36, 0.1377, 0.1857, 0.0513, 1.23, 1.29),
    ("Auto Parts", 1.76, 0.2437, 0.1877, 0.1165, 1.47, 1.66),
    ("Automotive", 1.73, 1.0342, 0.1624, 0.1684, 0.93, 1.11),
    ("Bank", 0.77, 1.2823, 0.1639, 0.1643, 0.37, 0.45),
    ("Bank (Midwest)", 0.89, 0.4985, 0.2099, 0.1503, 0.64, 0.76),
    ("Beverage", 0.95, 0.2229, 0.1882, 0.0433, 0.8, 0.84),
    ("Biotechnology", 1.23, 0.1592, 0.0298, 0.181, 1.07, 1.3),
    ("Building Materials", 1.57, 0.6524, 0.0948, 0.0618, 0.99, 1.05),
    ("Cable TV", 1.4, 0.6611, 0.2123, 0.0361, 0.92, 0.96),
    ("Chemical (Basic)", 1.37, 0.2473, 0.2189, 0.0752, 1.15, 1.24),
    ("Chemical (Diversified)", 1.55, 0.1669, 0.1975, 0.0696, 1.37, 1.47),
    ("Chemical (Specialty)", 1.18, 0.2053, 0.1535, 0.0458, 1.0, 1.05),
    ("Coal", 1.47, 0.6838, 0.1127, 0.0767, 0.91, 0.99),
    ("Computer Software", 0.98, 0.0655, 0.1243, 0.1659, 0.92, 1.11),
    ("Computers/Peripherals", 1.37, 0.097, 0.1001, 0.0978, 1.26, 1.39),
    ("Drug", 1.08, 0.1479, 0.0514, 0.0825, 0.94, 1.03),
    ("E-Commerce", 1.05, 0.0674, 0.1052, 0.0921, 0.99, 1.09),
    ("Educational Services", 0.91, 0.2473, 0.2172, 0.3024, 0.76, 1.09),
]
SECTORS_2010 = [
    ("Advertising", 1.6, 0.7276, 0.1301, 0.1192, 0.98, 1.12),
    ("Aerospace/Defense", 1.19, 0.2294, 0.2005, 0.079, 1.0, 1.09),
    ("Air Transport", 1.06, 0.7074, 0.1763, 0.1184, 0.67, 0.76),
    ("Apparel", 1.3, 0.2361, 0.1654, 0.0695, 1.09, 1.17),
    ("Auto & Truck", 1.72, 1.5447, 0.1325, 0.1175, 0.74, 0.83),
    ("Auto Parts", 1.75, 0.5124, 0.1209, 0.1238, 1.21, 1.38),
]


@pytest.mark.parametrize(
    ("beta", "leverage", "tax", "cash", "unlevered", "operating"),
    [
        pytest.param(*figures, id=f"{year}-{industry}")
        for year, rows in (("2013", SECTORS_2013), ("2010", SECTORS_2010))
        for industry, *figures in rows
    ],
)
def test_betas_by_sector(
    beta: float, leverage: float, tax: float, cash: float, unlevered: float, operating: float
) -> None:
    """Damodaran Online, "Betas by Sector (US)", January 2013 and 2010, printed to two decimals."""
    without_debt = unlever(beta, leverage, tax)
    assert without_debt == pytest.approx(unlevered, abs=0.01)
    assert of_operations(without_debt, cash) == pytest.approx(operating, abs=0.01)


@pytest.mark.parametrize(("raw", "adjusted"), [(1.6, 1.4), (0.7, 0.8)])
def test_blume(raw: float, adjusted: float) -> None:
    """WizEdu, study question 16442, answer (b)."""
    assert blume(raw) == pytest.approx(adjusted, abs=1.5e-3)
