"""Around a base case: correlated scenarios, named ones, the growth that the price implies, grids and tornado."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from p3.valuation import reverse
from p3.valuation.model import DRIVERS, GROWTH, MARGIN, RATE, RETURN
from p3.valuation.paths import Driver, Floats
from p3.valuation.records import Inputs
from p3.valuation.rules import SimulationRules

_PERCENTILES = {"p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95}
_IMPLIED_RANGE = (-0.5, 1.0)
_STEPS = (-0.01, -0.005, 0.0, 0.005, 0.01)
_BINS = 40
_LEAST_RETURN = 0.01
_LEAST_GROWTH = -0.9


@dataclass(frozen=True)
class Grid:
    """Value per share by discount rate (rows) and terminal growth (columns).

    None where these come too close, and where growth for ever is above the risk-free rate.
    """

    wacc: list[float]
    terminal_growth: list[float]
    value_per_share: list[list[float | None]]


def simulate(inputs: Inputs, seed: tuple[int, int], scenarios: int) -> Floats:
    """Return the value per share in each scenario; the same ``seed`` gives the same values.

    Growth, margin, return on capital and the discount rate are drawn from a normal distribution around the base case
    with the standard deviations and correlation of the rules. Raises ValueError without a scenario.
    """
    if scenarios < 1:
        raise ValueError(f"{scenarios} scenarios")
    return _per_share(inputs, moved(inputs, draw(inputs.rules.simulation, seed, scenarios)))


def draw(rules: SimulationRules, seed: tuple[int, int], scenarios: int) -> dict[str, Floats]:
    """Return correlated standard normal draws (scenarios,) by driver."""
    normal = np.random.Generator(np.random.PCG64(seed)).standard_normal((len(DRIVERS), scenarios))
    return dict(zip(DRIVERS, np.linalg.cholesky(np.asarray(rules.correlation)) @ normal, strict=True))


def moved(inputs: Inputs, deviations: Mapping[str, Driver]) -> dict[str, Driver]:
    """Return the inputs with the drivers so many standard deviations off the base case.

    Returns stay positive; the discount rates keep the rules' least spread over terminal growth.
    """
    base, rules, off = inputs.values, inputs.rules.simulation, deviations
    least = base["terminal_growth"] + inputs.rules.forecast.least_spread
    changes: dict[str, Callable[[float], Driver]] = {
        GROWTH: lambda value: np.maximum(value + rules.growth * off.get(GROWTH, 0.0), _LEAST_GROWTH),
        MARGIN: lambda value: value + value * rules.margin * off.get(MARGIN, 0.0),
        RETURN: lambda value: np.maximum(value + value * rules.return_on_capital * off.get(RETURN, 0.0), _LEAST_RETURN),
        RATE: lambda value: np.maximum(value + rules.rate * off.get(RATE, 0.0), least),
    }
    values: dict[str, Driver] = dict(base)
    for driver, names in inputs.model.moved.items():
        # Equal inputs share one array: a path from a value to itself is then no work.
        changed = {base[name]: changes[driver](base[name]) for name in names}
        values |= {name: changed[base[name]] for name in names}
    return values


def distribution(values: Floats) -> dict[str, float]:
    """Return the percentiles and the mean of the scenarios' values."""
    found = np.percentile(values, list(_PERCENTILES.values())).tolist()
    return dict(zip(_PERCENTILES, found, strict=True)) | {"mean": float(values.mean())}


def histogram(values: Floats) -> dict[str, list[float]]:
    """Return how many scenarios fall between each two of the edges; the widest 1 % are left out."""
    counts, edges = np.histogram(values, _BINS, range=tuple(np.percentile(values, (0.5, 99.5))))
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def implied_growth(inputs: Inputs, price: float) -> float | None:
    """Return the growth of the first years at which the value is ``price``; see ``implied``."""
    return implied(inputs, "growth", price)


def implied(inputs: Inputs, name: str, price: float) -> float | None:
    """Return the rate called ``name`` at which the value is ``price``, the one nearest to the base case's.

    Value need not rise with growth: where new capital earns less than its cost it falls. None where no rate
    from -50 % to 100 % gives the price.
    """
    base = inputs.values
    low, high = _IMPLIED_RANGE
    return reverse.implied(
        lambda rate: _per_share(inputs, base | {name: rate}), price, low=low, high=high, near=base[name]
    )


def named(inputs: Inputs) -> dict[str, float]:
    """Return the value per share in each of the rules' named scenarios."""
    return {
        name: _one(inputs, moved(inputs, {driver: getattr(shift, driver) for driver in DRIVERS}))
        for name, shift in inputs.rules.scenarios.items()
    }


def tornado(inputs: Inputs) -> list[dict[str, Any]]:
    """Return the value per share with each driver one standard deviation below and above, the widest first."""
    bars = [
        {
            "driver": driver,
            "inputs": list(inputs.model.moved[driver]),
            "below": _one(inputs, moved(inputs, {driver: -1.0})),
            "above": _one(inputs, moved(inputs, {driver: 1.0})),
        }
        for driver in DRIVERS
    ]
    return sorted(bars, key=lambda bar: -abs(bar["above"] - bar["below"]))


def sensitivity(inputs: Inputs) -> Grid:
    """Return the grid of values half and one percentage point around the base case; all discount rates move alike."""
    base, rates = inputs.values, inputs.model.rates
    growth = [base["terminal_growth"] + step for step in _STEPS]
    cells = [[_cell(inputs, step, terminal) for terminal in growth] for step in _STEPS]
    return Grid([base[rates[0]] + step for step in _STEPS], growth, cells)


def _cell(inputs: Inputs, step: float, terminal_growth: float) -> float | None:
    base, rates = inputs.values, inputs.model.rates
    changed = {name: base[name] + step for name in rates}
    beyond = terminal_growth > max(base["risk_free_rate"], base["terminal_growth"])
    if beyond or changed[rates[-1]] - terminal_growth < inputs.rules.forecast.least_spread:
        return None
    return _one(inputs, base | changed | {"terminal_growth": terminal_growth})


def _one(inputs: Inputs, values: Mapping[str, Driver]) -> float:
    return float(_per_share(inputs, values).reshape(-1)[0])


def _per_share(inputs: Inputs, values: Mapping[str, Driver]) -> Floats:
    return inputs.model.per_share(values, inputs.frame)
