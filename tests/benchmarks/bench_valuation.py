"""What many scenarios of many companies cost, against drawing the random numbers that they rest on."""

from collections.abc import Iterator

import numpy as np
from benchmarks.measure import Line, call

from p3.valuation import fcff_three_stage as fcff
from p3.valuation.bridge import Claims
from p3.valuation.discounting import Timing
from p3.valuation.paths import Floats, Stages

_COMPANIES, _SCENARIOS, _TARGET = 100, 10_000, 3.0


def lines() -> Iterator[Line]:
    """Yield the three-stage model over 100 companies, 10,000 scenarios each and 10 years, company after company."""
    drawing = call(lambda: [_normal(company) for company in range(_COMPANIES)])
    both = call(lambda: [fcff.equity(_drivers(_normal(company))) for company in range(_COMPANIES)])
    name = f"{_COMPANIES} companies x {_SCENARIOS} scenarios x 10 years"
    yield Line(f"drawing and valuing {name}", both.cpu, "drawing the numbers", drawing.cpu, _TARGET)


def _normal(company: int) -> Floats:
    """Return the draws of growth, margin, return on capital and cost of capital."""
    return np.random.Generator(np.random.PCG64((7, company))).standard_normal((4, _SCENARIOS))


def _drivers(normal: Floats) -> fcff.Drivers:
    margin = 0.2 + 0.02 * normal[1]
    return fcff.Drivers(
        revenue=1e9,
        margin=margin,
        terminal_margin=0.9 * margin,
        growth=0.08 + 0.04 * normal[0],
        terminal_growth=0.02,
        return_on_capital=np.maximum(0.2 + 0.03 * normal[2], 0.01),
        terminal_return=0.12,
        tax_rate=0.2,
        terminal_tax_rate=0.25,
        wacc=np.maximum(0.09 + 0.01 * normal[3], 0.04),
        terminal_wacc=np.maximum(0.085 + 0.01 * normal[3], 0.04),
        stages=Stages(5, 5),
        timing=Timing(mid_year=True),
        claims=Claims(shares=1e8, debt=1e8),
    )
