"""What many scenarios of many companies cost, against drawing the random numbers that they rest on."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from benchmarks.measure import Line, call

from p3.valuation.discounting import Timing
from p3.valuation.firm_models import THREE_STAGE
from p3.valuation.model import Frame
from p3.valuation.paths import Stages
from p3.valuation.records import Input, Inputs
from p3.valuation.rules import rules
from p3.valuation.scenarios import draw, simulate

_COMPANIES, _SCENARIOS, _TARGET = 100, 10_000, 3.0
_VALUES = {
    "revenue": 1e9,
    "margin": 0.2,
    "terminal_margin": 0.2,
    "growth": 0.08,
    "terminal_growth": 0.02,
    "return_on_capital": 0.2,
    "terminal_return": 0.12,
    "tax_rate": 0.2,
    "marginal_tax_rate": 0.25,
    "wacc": 0.09,
    "terminal_wacc": 0.085,
    "cash": 1e8,
    "operating_cash": 2e7,
    "investments": 0.0,
    "options": 0.0,
    "debt": 1e8,
    "minority_interests": 0.0,
    "preferred": 0.0,
    "shares_diluted": 1e8,
}


def lines() -> Iterator[Line]:
    """Yield the three-stage model's scenarios as `p3 dcf` simulates them, company after company, and their growth."""
    companies = [_company(number) for number in range(_COMPANIES)]
    deviations = rules().simulation
    drawing = call(lambda: [draw(deviations, (7, each.cik), _SCENARIOS) for each in companies])
    both = call(lambda: [simulate(each, (7, each.cik), _SCENARIOS) for each in companies])
    tenth = call(lambda: [simulate(each, (7, each.cik), _SCENARIOS) for each in companies[: _COMPANIES // 10]])
    name = f"{_COMPANIES} companies x {_SCENARIOS} scenarios x 10 years"
    yield Line(f"drawing and valuing {name}", both.cpu, "drawing the numbers", drawing.cpu, _TARGET)
    yield Line(f"valuing {_COMPANIES} companies", both.cpu, f"{_COMPANIES // 10} of them", tenth.cpu, 11.0)


def _company(number: int) -> Inputs:
    inputs = tuple(Input(name, value, "ratio", "rule") for name, value in _VALUES.items())
    frame = Frame(Stages(5, 5), Timing(mid_year=True))
    moment = datetime(2024, 5, 31, tzinfo=UTC)
    return Inputs("ACME", number, moment, 10.0, date(2024, 5, 31), THREE_STAGE, "", frame, inputs, rules())
