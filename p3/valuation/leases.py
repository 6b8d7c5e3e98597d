"""Operating leases as debt: the commitments at the pre-tax cost of debt.

Source: Damodaran, "Damodaran on Valuation" (2006), chapter 3; "Investment Valuation", chapter 9.
"""

from dataclasses import dataclass

import numpy as np

from p3.valuation.paths import Driver, Floats


@dataclass(frozen=True)
class LeaseDebt:
    """Present values of the commitments: of each year named (..., years), of those beyond (...), and of all (...)."""

    yearly: Floats
    beyond: Floats
    debt: Floats


def lease_debt(commitments: Floats, beyond: Driver, cost_of_debt: Driver) -> LeaseDebt:
    """Return the debt in ``commitments`` (..., years) and in ``beyond`` (...), the sum of all later years'.

    The sum is spread over as many whole years as it holds average commitments, one at least. Raises ValueError
    where the cost of debt is not positive, or a commitment negative.
    """
    if np.min(cost_of_debt) <= 0.0 or np.min(commitments) < 0.0 or np.min(beyond) < 0.0:
        raise ValueError("the cost of debt must be positive, and no commitment negative")
    count = commitments.shape[-1]
    growth = 1.0 + np.asarray(cost_of_debt, dtype=np.float64)
    yearly = commitments / growth[..., None] ** np.arange(1, count + 1)
    later = np.asarray(_spread(commitments.mean(axis=-1), beyond, cost_of_debt) / growth**count)
    return LeaseDebt(yearly, later, yearly.sum(axis=-1) + later)


def annuity(payment: Driver, rate: Driver, years: Driver) -> Driver:
    """Return the present value of ``payment`` at the end of each of ``years``; the rate is positive."""
    return payment * (1.0 - (1.0 + rate) ** -np.asarray(years, dtype=np.float64)) / rate


def embedded_interest(debt: Driver, cost_of_debt: Driver) -> Driver:
    """Return the interest that a year's lease payments hold."""
    return cost_of_debt * debt


def adjusted_operating_income(operating_income: Driver, debt: Driver, cost_of_debt: Driver) -> Driver:
    """Return operating income before the interest that the lease payments hold."""
    return operating_income + embedded_interest(debt, cost_of_debt)


def _spread(average: Floats, beyond: Driver, rate: Driver) -> Driver:
    known = np.where(average > 0.0, average, 1.0)
    years = np.where(average > 0.0, np.maximum(np.floor(beyond / known), 1.0), 1.0)
    return annuity(beyond / years, rate, years)
