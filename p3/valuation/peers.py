"""Companies of the same industry: the betas that stand in where a company's own price history is short.

Source: Damodaran, "Investment Valuation", chapter 8 (bottom-up betas).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from p3.valuation import betas
from p3.valuation.betas import Estimate
from p3.valuation.rules import CapitalRules


@dataclass(frozen=True)
class Leverage:
    """Debt over equity at market values, and the rate at which interest saves tax."""

    debt_to_equity: float
    tax_rate: float


UNLEVERED = Leverage(0.0, 0.0)
"""Of a company whose debt is its raw material: betas of equity are compared as they are."""


@dataclass(frozen=True)
class Peer:
    """A company of the industry: the beta of its equity, by regression over a full history, and its leverage."""

    ticker: str
    beta: float
    leverage: Leverage


@dataclass(frozen=True)
class Industry:
    """The beta of a company's equity as its peers have it, their median without debt, and who they are."""

    beta: Estimate
    unlevered: float
    tickers: tuple[str, ...]


def no_peers(_as_of: datetime) -> Sequence[Peer]:
    """Return that no peers are known."""
    return ()


def industry(peers: Sequence[Peer], leverage: Leverage, rules: CapitalRules) -> Industry | None:
    """Return the industry's beta relevered at ``leverage``; None where too few peers are known."""
    if len(peers) < rules.beta_least_peers:
        return None
    ratios, taxes = ([getattr(peer.leverage, name) for peer in peers] for name in ("debt_to_equity", "tax_rate"))
    median = betas.of_industry(np.array([peer.beta for peer in peers]), np.array(ratios), np.array(taxes))
    levered, error = (
        float(betas.lever(value, leverage.debt_to_equity, leverage.tax_rate)) for value in (median.beta, median.error)
    )
    return Industry(Estimate(levered, error), float(median.beta), tuple(peer.ticker for peer in peers))
