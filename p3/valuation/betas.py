"""Betas: how sure a regression is, what debt and cash do, and the industry's in place of a short history.

Sources: Vasicek, "A Note on Using Cross-Sectional Information in Bayesian Estimation of Security Betas" (1973);
Hamada, "The Effect of the Firm's Capital Structure on the Systematic Risk of Common Stocks" (1972); Damodaran,
"Investment Valuation", chapter 8 (bottom-up betas).

All but the regression's arguments broadcast to a shape (...). Debt to equity is at market values.
"""

from dataclasses import dataclass

import numpy as np

from p3.valuation.cost_of_capital import regression_beta
from p3.valuation.paths import Driver, Floats


@dataclass(frozen=True)
class Estimate:
    """A beta and its standard error."""

    beta: Driver
    error: Driver


def regress(returns: Floats, market: Floats) -> Estimate:
    """Return the beta of ``returns`` on ``market``, both (periods,), with the standard error of least squares.

    Raises ValueError where the market did not move, or there are fewer than three periods.
    """
    if len(returns) < 3:
        raise ValueError(f"{len(returns)} returns")
    beta = regression_beta(returns, market)
    centred = market - market.mean()
    residual = returns - returns.mean() - beta * centred
    variance = float(residual @ residual) / (len(returns) - 2)
    return Estimate(beta, float(np.sqrt(variance / (centred @ centred))))


def vasicek(own: Estimate, prior: Estimate) -> Driver:
    """Return the company's beta drawn towards the ``prior``, each weighted with the inverse of its variance.

    ``prior.error`` is the standard deviation of betas in the industry or the market. With a short history the own
    error is large and the prior prevails. Raises ValueError where an error is negative, or both are 0.
    """
    own_variance, prior_variance = np.square(own.error), np.square(prior.error)
    if min(np.min(own.error), np.min(prior.error)) < 0.0 or np.min(own_variance + prior_variance) == 0.0:
        raise ValueError("standard errors that are negative, or both 0")
    weight = prior_variance / (own_variance + prior_variance)
    adjusted: Driver = weight * own.beta + (1.0 - weight) * prior.beta
    return adjusted


def debt_to_equity(debt_ratio: Driver) -> Driver:
    """Return debt over equity where debt is ``debt_ratio`` of both, in [0, 1)."""
    return debt_ratio / (1.0 - debt_ratio)


def lever(unlevered: Driver, debt_to_equity: Driver, tax_rate: Driver, debt_beta: Driver = 0.0) -> Driver:
    """Return the beta of equity; Hamada's where debt bears no market risk (``debt_beta`` 0)."""
    return unlevered + (unlevered - debt_beta) * (1.0 - tax_rate) * debt_to_equity


def unlever(levered: Driver, debt_to_equity: Driver, tax_rate: Driver, debt_beta: Driver = 0.0) -> Driver:
    """Return the beta of the firm without debt, the inverse of ``lever``."""
    share = (1.0 - tax_rate) * debt_to_equity
    return (levered + debt_beta * share) / (1.0 + share)


def of_operations(unlevered: Driver, cash_to_firm_value: Driver) -> Driver:
    """Return the beta of operations, where that of cash is 0. Raises ValueError where all of the value is cash."""
    if np.max(cash_to_firm_value) >= 1.0:
        raise ValueError("a firm of nothing but cash")
    return unlevered / (1.0 - cash_to_firm_value)


def of_industry(levered: Floats, debt_to_equity: Floats, tax_rates: Floats) -> Estimate:
    """Return the median unlevered beta of peers (peers,) and the standard deviation of theirs, as a prior.

    Raises ValueError with fewer than two peers.
    """
    if len(levered) < 2:
        raise ValueError(f"{len(levered)} peers")
    unlevered = np.asarray(unlever(levered, debt_to_equity, tax_rates))
    return Estimate(float(np.median(unlevered)), float(np.std(unlevered, ddof=1)))
