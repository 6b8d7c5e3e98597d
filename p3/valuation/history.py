"""Base-case values at many past moments, each from what was known then: the signals of a backtest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from p3.clock import market_date
from p3.valuation import evidence, inputs
from p3.valuation.assumptions import Assumptions
from p3.valuation.evidence import Evidence
from p3.valuation.price_history import price_history
from p3.valuation.records import Refusal

SIGNALS = pl.Schema(
    {
        "date": pl.Date(),
        "as_of": pl.Datetime("us", "UTC"),
        "ticker": pl.String(),
        "value_per_share": pl.Float64(),
        "price": pl.Float64(),
        "upside": pl.Float64(),
        "refused": pl.String(),
    }
)


def moments(known: Evidence) -> list[datetime]:
    """Return the moments at which the company's line items changed, from its first price on, the oldest first."""
    if known.prices.known.size == 0:
        return []
    first = pl.Series([known.prices.known.min()]).cast(pl.Datetime("us", "UTC"))[0]
    return [moment for moment in known.moments if moment >= first]


def values(
    line_items: pl.DataFrame,
    prices: pl.DataFrame,
    actions: pl.DataFrame,
    rates: pl.DataFrame,
    *,
    companies: pl.DataFrame,
    dates: Sequence[datetime],
    benchmark: str,
    assumptions: Assumptions,
) -> pl.DataFrame:
    """Return one row per company and moment, with the columns of ``SIGNALS``, by date and ticker.

    The values are those that ``dcf.value`` gives at the same as-of, without the scenarios. ``refused`` holds
    the reason where the value is null. ``companies`` has the columns cik, ticker and sic; the other frames
    those of their tables.
    """
    market = price_history(prices, actions, benchmark)
    risk_free = evidence.rate_series(rates, assumptions.rules.capital.risk_free_series)
    rows: list[tuple[Any, ...]] = []
    for company in companies.select("ticker", "cik", "sic").iter_rows(named=True):
        known = evidence.gather(line_items, prices, actions, market=market, risk_free=risk_free, **company)
        rows += [_row(known, as_of, assumptions) for as_of in dates]
    return pl.DataFrame(rows, schema=SIGNALS, orient="row").sort("date", "as_of", "ticker")


def _row(known: Evidence, as_of: datetime, assumptions: Assumptions) -> tuple[Any, ...]:
    found = inputs.at(known, as_of, assumptions)
    day = market_date(as_of)
    if isinstance(found, Refusal):
        return day, as_of, known.ticker, None, found.price, None, found.reason
    per_share = found.per_share
    return day, as_of, known.ticker, per_share, found.price, per_share / found.price - 1, None
