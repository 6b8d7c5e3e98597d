"""Present values at rates that may change from year to year, at year ends or in the middle of the years.

The discount factor is the product of the yearly ones. Under the mid-year convention a growing perpetuity's
value is discounted with the last flow, at N - 0.5. Sources: Damodaran, "Damodaran on Valuation" (2006),
chapters 5 and 6; Pratt and Grabowski, "Cost of Capital", on the mid-year convention.
"""

from dataclasses import dataclass

import numpy as np

from p3.valuation.paths import Driver, Floats, stack


@dataclass(frozen=True)
class Timing:
    """When flows arrive. ``stub`` is the part of the first forecast year that is still to come, in (0, 1].

    Raises ValueError for a stub outside of it.
    """

    mid_year: bool = False
    stub: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.stub <= 1.0:
            raise ValueError(f"a first year of which {self.stub} is to come")


class Discounter:
    """Discounts one year's flow after the other, and at the end what lies beyond the last."""

    def __init__(self, timing: Timing) -> None:
        self._mid_year = timing.mid_year
        self._part = timing.stub
        self._year_end: Driver = 1.0
        self._at_flow: Driver = 1.0
        self._rate: Driver | None = None
        self._to_end: Driver = 1.0
        self._to_flow: Driver = 1.0

    def flow(self, amount: Driver, rate: Driver) -> Driver:
        """Return the present value of the next year's flow, of which in the first year only the stub is to come.

        Raises ValueError for a rate of -100 % or less.
        """
        part, self._part = self._part, 1.0
        if rate is not self._rate:
            self._change(rate, part)
        start = self._year_end
        self._year_end = start * self._to_end
        self._at_flow = start * self._to_flow if self._mid_year else self._year_end
        return (amount if part == 1.0 else amount * part) / self._at_flow

    def beyond(self, amount: Driver) -> Driver:
        """Return the present value of an amount that stands where the last flow does."""
        return amount / self._at_flow

    def _change(self, rate: Driver, part: float) -> None:
        """Take up a new rate; the years of high growth share one, and its root is taken once."""
        yearly = 1.0 + rate
        if np.min(yearly) <= 0.0:
            raise ValueError("a discount rate of -100 % or less")
        self._rate = rate if part == 1.0 else None
        self._to_end = _power(yearly, part)
        if self._mid_year:
            self._to_flow = _power(yearly, part / 2)


@dataclass(frozen=True)
class PresentValue:
    """Present values: of the flows (..., years), of what follows the last of them (...), and of both (...)."""

    flows: Floats
    terminal: Floats
    total: Floats


def present_value(flows: Floats, rate: Driver, terminal_value: Driver, timing: Timing) -> PresentValue:
    """Return the present values of yearly ``flows`` (..., years) and of ``terminal_value`` (...) at the last year.

    ``rate`` broadcasts to the shape of the flows. Raises ValueError for a rate of -100 % or less.
    """
    rates = np.broadcast_to(rate, np.broadcast_shapes(np.shape(rate), flows.shape))
    discounter = Discounter(timing)
    present = stack([discounter.flow(flows[..., year], rates[..., year]) for year in range(flows.shape[-1])])
    terminal = np.asarray(discounter.beyond(terminal_value), dtype=np.float64)
    return PresentValue(present, terminal, present.sum(axis=-1) + terminal)


def perpetuity(flow: Driver, rate: Driver, growth: Driver) -> Driver:
    """Return the value, a year before ``flow``, of that flow growing for ever (Gordon and Shapiro, 1956).

    Raises ValueError where the rate does not exceed growth.
    """
    spread = rate - growth
    if np.min(spread) <= 0.0:
        raise ValueError("the discount rate does not exceed terminal growth")
    return flow / spread


def _power(base: Driver, exponent: float) -> Driver:
    """Return the power; roots and the base itself are the common cases, and quicker than any."""
    if exponent == 1.0:
        return base
    return np.sqrt(base) if exponent == 0.5 else base**exponent
