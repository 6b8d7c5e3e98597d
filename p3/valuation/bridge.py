"""From the value of operations to the value of a share: what else the company owns, and who is paid before its owners.

Source: Damodaran, "Investment Valuation", chapter 16; McKinsey, "Valuation", chapter "Moving from enterprise
value to value per share".
"""

from dataclasses import dataclass

import numpy as np

from p3.valuation.paths import Driver, Floats


@dataclass(frozen=True)
class Claims:
    """What stands between operations and a share, in the money of the operations; ``shares`` are those outstanding.

    ``cash`` is what operations do not need, ``options`` the value of what employees and others may buy. Raises
    ValueError where a count of shares is not positive.
    """

    shares: Driver = 1.0
    cash: Driver = 0.0
    investments: Driver = 0.0
    debt: Driver = 0.0
    minority_interests: Driver = 0.0
    preferred: Driver = 0.0
    options: Driver = 0.0

    def __post_init__(self) -> None:
        if np.any(np.asarray(self.shares) <= 0.0):
            raise ValueError("no shares")


@dataclass(frozen=True)
class Equity:
    """What belongs to the owners, and to the owner of one share; never below 0, for owners can walk away."""

    equity: Floats
    per_share: Floats


def bridge(operations: Driver, claims: Claims) -> Equity:
    """Return the equity that ``operations`` (...) leave after all ``claims``, of the same shape."""
    owned = claims.cash + claims.investments
    owed = claims.debt + claims.minority_interests + claims.preferred + claims.options
    equity = np.maximum(operations + (owned - owed), 0.0)
    return Equity(equity, np.asarray(equity / claims.shares, dtype=np.float64))
