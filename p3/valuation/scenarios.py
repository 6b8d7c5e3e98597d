"""Around a base case: scenarios drawn at random, the growth that the price implies, and a grid of sensitivities."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from p3.valuation.assumptions import Rules
from p3.valuation.fcff import Drivers, forecast

_PERCENTILES = {"p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95}
_GROWTH_RANGE = (-0.5, 1.0)
_WACC_STEPS = (-0.01, -0.005, 0.0, 0.005, 0.01)
_GROWTH_STEPS = (-0.01, -0.005, 0.0, 0.005, 0.01)


@dataclass(frozen=True)
class Grid:
    """Value per share by cost of capital (rows) and terminal growth (columns); None where they come too close."""

    wacc: list[float]
    terminal_growth: list[float]
    value_per_share: list[list[float | None]]


def simulate(drivers: Drivers, rules: Rules, seed: tuple[int, int], scenarios: int) -> NDArray[np.float64]:
    """Return the value per share in each scenario; the same ``seed`` gives the same values.

    Growth, target margin, cost of capital and terminal growth are drawn independently from normal
    distributions around the base case with the standard deviations of the rules; terminal growth is kept
    below the cost of capital by the rules' least spread.
    """
    if scenarios < 1:
        raise ValueError(f"{scenarios} scenarios")
    draw = np.random.Generator(np.random.PCG64(seed))
    deviation = rules.simulation
    normal = draw.standard_normal((4, scenarios))
    spread = rules.forecast.least_spread
    wacc = np.maximum(drivers.wacc + deviation.wacc * normal[2], spread)
    growth = np.minimum(drivers.terminal_growth + deviation.terminal_growth * normal[3], wacc - spread)
    drawn = replace(
        drivers,
        growth=np.maximum(drivers.growth + deviation.growth * normal[0], -0.9),
        target_margin=drivers.target_margin * (1 + deviation.margin * normal[1]),
        wacc=wacc,
        terminal_growth=growth,
    )
    return forecast(drawn).per_share


def distribution(values: NDArray[np.float64]) -> dict[str, float]:
    """Return the percentiles and the mean of the scenarios' values."""
    return {name: float(np.percentile(values, rank)) for name, rank in _PERCENTILES.items()} | {
        "mean": float(values.mean())
    }


def implied_growth(drivers: Drivers, price: float) -> float | None:
    """Return the growth of the first years at which the value is ``price``, the one nearest to the base case's.

    Value need not rise with growth: where new capital earns less than its cost it falls. None where no growth
    from -50 % to 100 % gives the price.
    """
    candidates = np.linspace(*_GROWTH_RANGE, 601)
    gap = forecast(replace(drivers, growth=candidates)).per_share - price
    crossings = np.flatnonzero(np.signbit(gap[:-1]) != np.signbit(gap[1:]))
    if crossings.size == 0:
        return None
    nearest = crossings[np.argmin(np.abs(candidates[crossings] - drivers.growth))]
    return _bisect(drivers, price, float(candidates[nearest]), float(candidates[nearest + 1]))


def _bisect(drivers: Drivers, price: float, low: float, high: float) -> float:
    def gap(growth: float) -> float:
        return float(forecast(replace(drivers, growth=growth)).per_share[0]) - price

    below = gap(low) < 0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if (gap(middle) < 0) == below else (low, middle)
    return (low + high) / 2


def sensitivity(drivers: Drivers, rules: Rules) -> Grid:
    """Return the grid of values half and one percentage point around the base case."""
    wacc = [float(np.max(drivers.wacc)) + step for step in _WACC_STEPS]
    growth = [float(np.max(drivers.terminal_growth)) + step for step in _GROWTH_STEPS]
    spread = rules.forecast.least_spread
    cells = [
        [_value(drivers, rate, terminal) if rate - terminal >= spread else None for terminal in growth] for rate in wacc
    ]
    return Grid(wacc, growth, cells)


def _value(drivers: Drivers, wacc: float, terminal_growth: float) -> float:
    return float(forecast(replace(drivers, wacc=wacc, terminal_growth=terminal_growth)).per_share[0])
