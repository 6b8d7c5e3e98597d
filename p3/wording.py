"""How figures are written for people, on report pages as on a terminal. A missing figure is a dash, never a zero."""

from collections.abc import Sequence
from datetime import UTC, datetime

from p3 import clock

MISSING = "–"

METRICS = {
    "cagr": "return a year",
    "volatility": "volatility",
    "sharpe": "Sharpe ratio",
    "sortino": "Sortino ratio",
    "max_drawdown": "deepest loss",
    "calmar": "Calmar ratio",
    "turnover": "turnover a year",
    "costs": "costs paid",
    "alpha": "alpha a year",
    "beta": "beta",
    "information_ratio": "information ratio",
    "deflated_sharpe": "deflated Sharpe",
}
_PERCENT = {"cagr", "volatility", "max_drawdown", "turnover", "alpha", "deflated_sharpe"}
_MONEY = {"costs"}
_MILLION = 1e6


def number(value: float | None, places: int = 2) -> str:
    """Return ``value`` with thousands separators and so many decimal places."""
    return MISSING if value is None else f"{value:,.{places}f}"


def percent(fraction: float | None, places: int = 1, *, signed: bool = False) -> str:
    """Return a fraction as a percentage."""
    if fraction is None:
        return MISSING
    return f"{fraction:{'+' if signed else ''},.{places}%}"


def quantity(shares: float | None) -> str:
    """Return a number of shares, with decimals only where it is not whole."""
    if shares is None:
        return MISSING
    return f"{shares:,.0f}" if shares == int(shares) else f"{shares:,.4f}".rstrip("0")


def metric(name: str, value: float | None) -> str:
    """Return a backtest's metric as its kind is written."""
    if name in _MONEY:
        return number(value, 0)
    return percent(value) if name in _PERCENT else number(value)


def amount(value: float | None, unit: str) -> str:
    """Return a value with its unit: large money and share counts in millions, fractions as percentages."""
    if value is None:
        return MISSING
    if unit in ("fraction", "rate"):
        return percent(value, 2)
    if unit in ("ratio", "pure", ""):
        return number(value)
    if "/" not in unit and abs(value) >= _MILLION:
        return f"{number(value / _MILLION, 0)} million {unit}"
    return f"{number(value, 2 if '/' in unit or value != int(value) else 0)} {unit}"


def name(identifier: str) -> str:
    """Return an identifier such as ``risk_free_rate`` as words."""
    return identifier.replace("_", " ")


def few(things: Sequence[str], most: int = 6) -> str:
    """Return the first ``most`` of ``things``, and how many more there are."""
    more = len(things) - most
    return ", ".join(things) if more <= 0 else f"{', '.join(things[:most])} and {more:,} more"


def day(moment: str) -> str:
    """Return a moment (ISO 8601) as people say it: to the minute in UTC, or by the day that it ends in New York."""
    parsed = datetime.fromisoformat(moment)
    if clock.end_of_day(clock.market_date(parsed)).replace(microsecond=0) == parsed.replace(microsecond=0):
        return f"the end of {clock.market_date(parsed)} in New York"
    return f"{parsed.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
