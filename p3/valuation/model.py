"""What every model has in common: it values a share from inputs by name, each a number or an array of scenarios."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from p3.valuation.discounting import Timing
from p3.valuation.paths import Driver, Floats, Stages

Values = Mapping[str, Driver]

GROWTH, MARGIN, RETURN, RATE = "growth", "margin", "return_on_capital", "rate"
DRIVERS = (GROWTH, MARGIN, RETURN, RATE)  # in the order of the correlation in valuation.toml


@dataclass(frozen=True)
class Frame:
    """The years of the forecast and when their flows arrive."""

    stages: Stages
    timing: Timing

    @property
    def elapsed(self) -> float:
        """The part of a year since the accounts, in [0, 1)."""
        return 1.0 - self.timing.stub


@dataclass(frozen=True)
class Model:
    """A way to value a share.

    ``moved`` names the inputs that each of ``DRIVERS`` moves, ``solved`` the one that the price is asked about.
    ``per_share`` broadcasts over arrays of inputs and raises
    ValueError where they have no value; ``detail`` gives the years and the bridge of the base case, ready for JSON.
    """

    name: str
    moved: Mapping[str, tuple[str, ...]]
    per_share: Callable[[Values, Frame], Floats]
    detail: Callable[[Values, Frame], dict[str, Any]]
    solved: str = "growth"

    @property
    def rates(self) -> tuple[str, ...]:
        """The discount rates: of the first years, and of the terminal value last."""
        return self.moved[RATE]


def table(columns: Mapping[str, Floats]) -> list[dict[str, float]]:
    """Return the years of a base case (years,) by row."""
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [{"year": year} | dict(zip(columns, row, strict=True)) for year, row in enumerate(rows, 1)]
