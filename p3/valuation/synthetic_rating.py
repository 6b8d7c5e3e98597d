"""A rating by interest coverage, for a company whose debt nobody rates or quotes; the tables are data.

Source: Damodaran, "Ratings, Interest Coverage Ratios and Default Spread" (``common/config/synthetic_ratings.toml``).
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf
from typing import Literal

from p3.errors import ConfigurationError

Kind = Literal["large", "small", "financial"]


@dataclass(frozen=True)
class Rating:
    """A rating, the least coverage that earns it, and its spread over the risk-free rate."""

    coverage: float
    rating: str
    spread: float


@dataclass(frozen=True)
class RatedDebt:
    """A debt whose interest is that of the rating which its own coverage earns."""

    rating: Rating
    cost: float
    interest: float
    coverage: float


def interest_coverage(operating_income: float, interest: float) -> float:
    """Return operating income over interest, infinite where none is paid.

    Raises ValueError where interest is negative.
    """
    if interest < 0.0:
        raise ValueError("interest paid is negative")
    return operating_income / interest if interest else inf


def rate(coverage: float, table: Sequence[Rating]) -> Rating:
    """Return the best rating of ``table``, best first, whose least coverage is reached; the last where none is."""
    return next((row for row in table if coverage >= row.coverage), table[-1])


def rate_debt(debt: float, operating_income: float, risk_free_rate: float, table: Sequence[Rating]) -> RatedDebt:
    """Return the best rating that pays for itself: whose interest on ``debt`` leaves the coverage that it asks for.

    The worst where none does. Raises ValueError where the interest would be negative.
    """
    candidates = (_at(row, debt, operating_income, risk_free_rate) for row in table)
    found = next((rated for rated in candidates if rated.coverage >= rated.rating.coverage), None)
    return found or _at(table[-1], debt, operating_income, risk_free_rate)


@cache
def table(kind: Kind) -> tuple[Rating, ...]:
    """Return the table of large, of small and risky, or of financial companies, best rating first.

    Raises ConfigurationError where the file is missing or malformed.
    """
    try:
        text = (files("p3.common") / "config" / "synthetic_ratings.toml").read_text("utf-8")
        return tuple(Rating(**row) for row in tomllib.loads(text)[kind])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ConfigurationError(f"synthetic_ratings.toml: {error!r}", "Reinstall p3, or restore the file.") from error


def _at(rating: Rating, debt: float, operating_income: float, risk_free_rate: float) -> RatedDebt:
    cost = risk_free_rate + rating.spread
    interest = debt * cost
    return RatedDebt(rating, cost, interest, interest_coverage(operating_income, interest))
