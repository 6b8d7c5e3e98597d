"""The lognormal distribution in closed form: what a simulation of a value with one lognormal driver must come to.

Source: Hull, "Options, Futures, and Other Derivatives", chapter on the Black-Scholes-Merton model.
"""

from dataclasses import dataclass
from math import exp, expm1, log
from statistics import NormalDist


@dataclass(frozen=True)
class Lognormal:
    """A variable whose logarithm has mean ``mu`` and standard deviation ``sigma``.

    Raises ValueError where ``sigma`` is not positive.
    """

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        if self.sigma <= 0.0:
            raise ValueError(f"a standard deviation of {self.sigma}")

    @property
    def mean(self) -> float:
        """The expected value."""
        return exp(self.mu + self.sigma**2 / 2)

    @property
    def variance(self) -> float:
        """The variance."""
        return expm1(self.sigma**2) * self.mean**2

    def quantile(self, probability: float) -> float:
        """Return the value that is not exceeded with ``probability``, in (0, 1)."""
        return exp(NormalDist(self.mu, self.sigma).inv_cdf(probability))

    def probability_above(self, value: float) -> float:
        """Return the probability of more than ``value``."""
        return 1.0 if value <= 0.0 else 1.0 - NormalDist(self.mu, self.sigma).cdf(log(value))

    def times(self, factor: float) -> "Lognormal":
        """Return the distribution of ``factor``, which is positive, times the variable."""
        return Lognormal(self.mu + log(factor), self.sigma)
