"""Frames for the tests of this folder, in the shape of the tables."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from p3 import clock
from p3.portfolio import strategy
from p3.portfolio.strategy import Strategy

MOMENT = pl.Datetime("us", "UTC")


def prices(*rows: tuple[str, date, float | None, float | None]) -> pl.DataFrame:
    """Bars ``ticker, date, open, close``, known at the close of their session."""
    schema = {"ticker": pl.String, "date": pl.Date, "open": pl.Float64, "close": pl.Float64}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    known = pl.Series("known_from", [clock.session_close(row[1]) for row in rows], dtype=MOMENT)
    return frame.with_columns(known)


def actions(*rows: tuple[str, date, str, float]) -> pl.DataFrame:
    schema = {"ticker": pl.String, "date": pl.Date, "kind": pl.String, "value": pl.Float64}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return frame.with_columns(pl.Series("known_from", [clock.session_close(row[1]) for row in rows], dtype=MOMENT))


def signals(*rows: tuple[date, str, float | None]) -> pl.DataFrame:
    schema = {"as_of": MOMENT, "ticker": pl.String, "upside": pl.Float64}
    return pl.DataFrame([(clock.end_of_day(day), *rest) for day, *rest in rows], schema=schema, orient="row")


def weekdays(first: date, count: int) -> list[date]:
    days = (first + timedelta(days=i) for i in range(2 * count))
    return [day for day in days if day.weekday() < 5][:count]


def walk(tickers: list[str], dates: list[date], seed: int) -> pl.DataFrame:
    """Random bars: opens between closes, a price level of its own for each ticker."""
    rng = np.random.default_rng(seed)
    rows = []
    for number, ticker in enumerate(tickers):
        closes = 40 * (number + 1) * np.exp(np.cumsum(rng.normal(0.0005, 0.02, len(dates))))
        opens = closes * np.exp(rng.normal(0, 0.01, len(dates)))
        rows += [(ticker, day, float(o), float(c)) for day, o, c in zip(dates, opens, closes, strict=True)]
    return prices(*rows)


def value(**sections: dict[str, object]) -> Strategy:
    """The default strategy with some keys of its sections replaced, and a stated risk-free rate of 0."""
    base = strategy.load("value").model_dump()
    base["metrics"] = {"risk_free": 0.0, "trials": 1}
    for name, keys in sections.items():
        base[name] = {**base[name], **keys}
    return Strategy.model_validate(base)
