"""The tables of FACTS and RESULTS: columns, types, the key of a row, the column that a rewrite replaces by.

Money is in single units of the filing's currency, rates and ratios are fractions, moments are UTC. A row's knowledge
time (``accepted`` or ``known_from``) is what an as-of is compared with. ``origin`` is ``edgar``, ``sample`` or the name
of a price source.
"""

from dataclasses import dataclass

import polars as pl

from p3.data.layers import DataLayer

MOMENT = pl.Datetime("us", "UTC")
FACT_SOURCE = pl.Struct(
    {
        "taxonomy": pl.String(),
        "concept": pl.String(),
        "unit": pl.String(),
        "start": pl.Date(),
        "end": pl.Date(),
        "value": pl.Float64(),
        "accession": pl.String(),
        "accepted": MOMENT,
    }
)
INPUT = pl.Struct(
    {
        "name": pl.String(),
        "value": pl.Float64(),
        "unit": pl.String(),
        "assumption": pl.String(),
        "sources": pl.List(FACT_SOURCE),
    }
)


@dataclass(frozen=True)
class Table:
    """A table's place and shape.

    ``owner`` is the column by which a unit's rows are replaced as a whole. It is part of ``key``: rows of two owners,
    each sound by itself, never collide in one commit.
    """

    name: str
    layer: DataLayer
    schema: pl.Schema
    key: tuple[str, ...]
    owner: str
    known: str | None = None


COMPANIES = Table(
    "companies",
    DataLayer.FACTS,
    pl.Schema(
        {
            "cik": pl.Int64(),
            "ticker": pl.String(),
            "name": pl.String(),
            "former_names": pl.List(pl.String()),
            "sic": pl.String(),
            "exchange": pl.String(),
            "fiscal_year_end": pl.String(),
            "origin": pl.String(),
        }
    ),
    key=("cik",),
    owner="cik",
)

FILINGS = Table(
    "filings",
    DataLayer.FACTS,
    pl.Schema(
        {
            "cik": pl.Int64(),
            "accession": pl.String(),
            "form": pl.String(),
            "filed": pl.Date(),
            "period": pl.Date(),
            "fiscal_year": pl.Int64(),  # as who ingested the document named it; null for EDGAR's
            "accepted": MOMENT,
            "accepted_exact": pl.Boolean(),  # False: EDGAR gave a date alone, taken as the end of that day in New York
            "items": pl.String(),
            "document": pl.String(),
            "type": pl.String(),  # the document's: the form for the filing itself, or an exhibit's such as EX-99.1
            "url": pl.String(),
            "document_sha": pl.String(),
            "status": pl.String(),  # listed | stored | missing
            "origin": pl.String(),
        }
    ),
    key=("cik", "accession", "document"),  # a filing of several companies has rows under each
    owner="cik",
    known="accepted",
)

PRIMARY = "(type IS NULL OR type = form)"
"""The condition on filings that leaves out exhibits: one row a filing. An older p3 had no types."""
IS_PRIMARY = pl.col("type").is_null() | (pl.col("type") == pl.col("form"))
"""The same as an expression."""

FACTS = Table(
    "facts",
    DataLayer.FACTS,
    pl.Schema(
        {
            "cik": pl.Int64(),
            "taxonomy": pl.String(),
            "concept": pl.String(),
            "unit": pl.String(),
            "start": pl.Date(),
            "end": pl.Date(),
            "value": pl.Float64(),
            "accession": pl.String(),
            "form": pl.String(),
            "filed": pl.Date(),
            "accepted": MOMENT,
            "origin": pl.String(),
        }
    ),
    key=("cik", "taxonomy", "concept", "unit", "start", "end", "accession"),
    owner="cik",
    known="accepted",
)

LINE_ITEMS = Table(
    "line_items",
    DataLayer.FACTS,
    pl.Schema(
        {
            "cik": pl.Int64(),
            "item": pl.String(),
            "duration": pl.String(),  # annual | quarter | ttm | instant
            "start": pl.Date(),
            "end": pl.Date(),
            "value": pl.Float64(),
            "unit": pl.String(),
            "known_from": MOMENT,  # this value stood from here until a later row of the same item and period
            "formula": pl.String(),
            "sources": pl.List(FACT_SOURCE),
            "origin": pl.String(),
        }
    ),
    key=("cik", "item", "duration", "start", "end", "known_from"),
    owner="cik",
    known="known_from",
)

PRICES = Table(
    "prices",
    DataLayer.FACTS,
    pl.Schema(
        {
            "ticker": pl.String(),
            "date": pl.Date(),  # the bar's last session
            "open": pl.Float64(),  # as traded, never adjusted
            "high": pl.Float64(),
            "low": pl.Float64(),
            "close": pl.Float64(),
            "volume": pl.Float64(),
            "known_from": MOMENT,
            "origin": pl.String(),
        }
    ),
    key=("ticker", "date"),
    owner="ticker",
    known="known_from",
)

ACTIONS = Table(
    "actions",
    DataLayer.FACTS,
    pl.Schema(
        {
            "ticker": pl.String(),
            "date": pl.Date(),  # ex-date: effective at that session's open
            "kind": pl.String(),  # split | spin_off | dividend
            "value": pl.Float64(),  # new shares per old, price factor, or dividend per share as traded
            "known_from": MOMENT,
            "origin": pl.String(),
        }
    ),
    key=("ticker", "date", "kind"),
    owner="ticker",
    known="known_from",
)

RATES = Table(
    "rates",
    DataLayer.FACTS,
    pl.Schema(
        {"series": pl.String(), "date": pl.Date(), "value": pl.Float64(), "known_from": MOMENT, "origin": pl.String()}
    ),
    key=("series", "date"),
    owner="series",
    known="known_from",
)

VALUATIONS = Table(
    "valuations",
    DataLayer.RESULTS,
    pl.Schema(
        {
            "valuation_id": pl.String(),
            "run_id": pl.String(),
            "cik": pl.Int64(),
            "ticker": pl.String(),
            "as_of": MOMENT,
            "model": pl.String(),
            "value_per_share": pl.Float64(),
            "price": pl.Float64(),
            "price_date": pl.Date(),
            "upside": pl.Float64(),
            "wacc": pl.Float64(),
            "terminal_growth": pl.Float64(),
            "distribution": pl.Struct(dict.fromkeys(("p5", "p25", "p50", "p75", "p95", "mean"), pl.Float64())),
            "probability_undervalued": pl.Float64(),
            "implied_growth": pl.Float64(),
            "inputs": pl.List(INPUT),
            "detail": pl.String(),  # JSON: forecast years, sensitivity grid
            "refused": pl.String(),
            "origin": pl.String(),
        }
    ),
    key=("valuation_id",),
    owner="valuation_id",
    known="as_of",
)

DECISIONS = Table(
    "decisions",
    DataLayer.RESULTS,
    pl.Schema(
        {
            "decision_id": pl.String(),
            "run_id": pl.String(),
            "purpose": pl.String(),  # backtest | trade
            "strategy": pl.String(),
            "as_of": MOMENT,
            "ticker": pl.String(),
            "weight": pl.Float64(),
            "upside": pl.Float64(),
            "valuation_id": pl.String(),  # null in a backtest, whose valuations are recomputed, not stored
            "origin": pl.String(),
        }
    ),
    key=("decision_id", "ticker", "as_of"),
    owner="decision_id",
    known="as_of",
)

BACKTESTS = Table(
    "backtests",
    DataLayer.RESULTS,
    pl.Schema(
        {
            "backtest_id": pl.String(),
            "run_id": pl.String(),
            "strategy": pl.String(),
            "scope": pl.String(),
            "start": pl.Date(),
            "end": pl.Date(),
            "sessions": pl.Int64(),
            "metrics": pl.String(),  # JSON
            "benchmark": pl.String(),  # JSON
            "equity": pl.List(pl.Struct({"date": pl.Date(), "value": pl.Float64(), "benchmark": pl.Float64()})),
            "report": pl.String(),
            "origin": pl.String(),
        }
    ),
    key=("backtest_id",),
    owner="backtest_id",
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (COMPANIES, FILINGS, FACTS, LINE_ITEMS, PRICES, ACTIONS, RATES, VALUATIONS, DECISIONS, BACKTESTS)
}
