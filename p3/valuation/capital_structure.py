"""The cost of capital at a target share of debt: beta relevered, debt rated anew.

Source: Damodaran, "Applied Corporate Finance", the cost of capital approach to the optimal mix of debt and equity.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from p3.valuation.betas import lever
from p3.valuation.cost_of_capital import cost_of_equity, wacc
from p3.valuation.paths import Driver
from p3.valuation.synthetic_rating import RatedDebt, Rating, rate_debt


@dataclass(frozen=True)
class Company:
    """What the cost of capital of a company rests on. Money in single units, rates as fractions a year."""

    unlevered_beta: float
    firm_value: float
    operating_income: float
    tax_rate: float
    risk_free_rate: float
    equity_risk_premium: float


@dataclass(frozen=True)
class CapitalCost:
    """The cost of capital at one share of debt; ``tax_rate`` is that at which interest saves tax."""

    debt_ratio: float
    beta: float
    cost_of_equity: float
    debt: RatedDebt
    tax_rate: float
    wacc: float


def debt_to_equity(debt_ratio: Driver) -> Driver:
    """Return debt over equity where debt is ``debt_ratio`` of both, in [0, 1)."""
    return debt_ratio / (1.0 - debt_ratio)


def at(debt_ratio: float, company: Company, table: Sequence[Rating]) -> CapitalCost:
    """Return the cost of capital where debt is ``debt_ratio`` of the firm's value.

    Interest above operating income saves no tax. Raises ValueError where the ratio is outside of [0, 1).
    """
    if not 0.0 <= debt_ratio < 1.0:
        raise ValueError(f"a debt ratio of {debt_ratio}")
    debt = rate_debt(debt_ratio * company.firm_value, company.operating_income, company.risk_free_rate, table)
    tax_rate = company.tax_rate * max(min(debt.coverage, 1.0), 0.0)
    beta = float(lever(company.unlevered_beta, debt_to_equity(debt_ratio), tax_rate))
    equity = cost_of_equity(company.risk_free_rate, beta, company.equity_risk_premium)
    cost = wacc(1.0 - debt_ratio, debt_ratio, equity, debt.cost, tax_rate)
    return CapitalCost(debt_ratio, beta, equity, debt, tax_rate, cost)


def optimal(debt_ratios: Sequence[float], company: Company, table: Sequence[Rating]) -> CapitalCost:
    """Return the cheapest of the structures. Raises ValueError where a ratio is outside of [0, 1)."""
    return min((at(ratio, company, table) for ratio in debt_ratios), key=lambda cost: cost.wacc)
