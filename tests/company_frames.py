"""A made-up company as frames of the tables: line items, prices with a split, rates. For tests of valuation."""

import math
from datetime import UTC, date, datetime, timedelta

import polars as pl

from p3.clock import session_close

MOMENT = pl.Datetime("us", "UTC")
CIK, TICKER, BENCHMARK = 42, "ACME", "SPY"
SPLIT = date(2024, 6, 10)
ACCEPTED = datetime(2024, 2, 20, 22, tzinfo=UTC)  # the 10-K of 2023
_FIRST = date(2021, 1, 4)
_LAST = date(2024, 12, 31)
_SOURCE = {
    "taxonomy": pl.String,
    "concept": pl.String,
    "unit": pl.String,
    "start": pl.Date,
    "end": pl.Date,
    "value": pl.Float64,
    "accession": pl.String,
    "accepted": MOMENT,
}
LINE_ITEMS = pl.Schema(
    {
        "cik": pl.Int64,
        "item": pl.String,
        "duration": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "value": pl.Float64,
        "unit": pl.String,
        "known_from": MOMENT,
        "formula": pl.String,
        "sources": pl.List(pl.Struct(_SOURCE)),
        "origin": pl.String,
    }
)
# Millions, for 2019 to 2023.
_FLOWS = {
    "revenue": (1000, 1100, 1250, 1400, 1500),
    "operating_income": (200, 220, 250, 300, 300),
    "pretax_income": (190, 210, 240, 290, 290),
    "income_tax": (38, 42, 48, 58, 58),
    "interest_expense": (20, 20, 20, 20, 20),
    "net_income": (152, 168, 192, 232, 232),
}
_BALANCES = {"cash": 200, "short_term_investments": 100, "short_term_debt": 50, "long_term_debt": 350, "equity": 900}


def row(item: str, year: int, value: float, *, instant: bool = False, unit: str = "USD") -> dict[str, object]:
    """Return one line item row of a calendar year, known from the acceptance of its 10-K on 20 February."""
    start, end = date(year, 1, 1), date(year, 12, 31)
    known = datetime(year + 1, 2, 20, 22, tzinfo=UTC)
    source = {
        "taxonomy": "us-gaap",
        "concept": item,
        "unit": unit,
        "start": None if instant else start,
        "end": end,
        "value": value,
        "accession": f"0000000042-{year - 1999:02d}-000001",
        "accepted": known,
    }
    return {
        "cik": CIK,
        "item": item,
        "duration": "instant" if instant else "annual",
        "start": None if instant else start,
        "end": end,
        "value": value,
        "unit": unit,
        "known_from": known,
        "formula": None,
        "sources": [source],
        "origin": "test",
    }


def line_items(without: tuple[str, ...] = (), shares: float = 10e6, unit: str = "USD") -> pl.DataFrame:
    """Return five fiscal years; twelve months are fiscal years too. ``shares`` are diluted, pre-split."""
    rows = [
        row(item, 2019 + n, value * 1e6, unit=unit) for item, years in _FLOWS.items() for n, value in enumerate(years)
    ]
    rows += [row(item, 2023, value * 1e6, instant=True, unit=unit) for item, value in _BALANCES.items()]
    rows += [row("shares_diluted", year, shares, unit="shares") for year in range(2019, 2024)]
    rows += [
        row("eps_diluted", 2019 + n, income * 1e6 / shares, unit="USD/shares")
        for n, income in enumerate(_FLOWS["net_income"])
    ]
    rows = [found for found in rows if found["item"] not in without]
    rows += [found | {"duration": "ttm"} for found in rows if found["item"] in _FLOWS]
    return pl.DataFrame(rows, schema=LINE_ITEMS)


def prices(ratio: float = 10.0) -> pl.DataFrame:
    """Return daily closes as traded of the company, whose shares split by ``ratio``, and of the benchmark."""
    rows = []
    for n in range((_LAST - _FIRST).days + 1):
        day = _FIRST + timedelta(days=n)
        if day.weekday() >= 5:
            continue
        market = 400 * math.exp(0.0002 * n + 0.02 * math.sin(n / 5))
        stock = 200 * (market / 400) ** 1.5 / (ratio if day >= SPLIT else 1)
        rows += [(TICKER, day, stock), (BENCHMARK, day, market)]
    frame = pl.DataFrame(rows, schema={"ticker": pl.String, "date": pl.Date, "close": pl.Float64}, orient="row")
    known = [session_close(day) for day in frame["date"]]
    return frame.select(
        "ticker",
        "date",
        *(pl.col("close").alias(name) for name in ("open", "high", "low", "close")),
        pl.lit(1e6).alias("volume"),
        pl.Series("known_from", known, dtype=MOMENT),
        pl.lit("test").alias("origin"),
    )


def actions(kind: str = "split", value: float = 10.0, day: date = SPLIT) -> pl.DataFrame:
    """Return one action of the company, known from its ex-date's open."""
    known = datetime(day.year, day.month, day.day, 13, 30, tzinfo=UTC)
    columns = {
        "ticker": pl.String,
        "date": pl.Date,
        "kind": pl.String,
        "value": pl.Float64,
        "known_from": MOMENT,
        "origin": pl.String,
    }
    return pl.DataFrame([(TICKER, day, kind, value, known, "test")], schema=columns, orient="row")


def rates(value: float = 0.04) -> pl.DataFrame:
    """Return a ten-year yield on each weekday, known a day later."""
    days = [_FIRST + timedelta(days=n) for n in range((_LAST - _FIRST).days + 1)]
    columns = {"series": pl.String, "date": pl.Date, "value": pl.Float64, "known_from": MOMENT, "origin": pl.String}
    rows = [("DGS10", day, value, session_close(day + timedelta(days=1)), "test") for day in days if day.weekday() < 5]
    return pl.DataFrame(rows, schema=columns, orient="row")
