"""Line items as one long table: a row for each company, period and item."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from p3.facts.shares import ShareBasis, adjusted
from p3.facts.view import Item, Period

MOMENT = pl.Datetime("us", "UTC")
SCHEMA = pl.Schema(
    {
        "ticker": pl.String(),
        "cik": pl.Int64(),
        "duration": pl.String(),
        "start": pl.Date(),
        "end": pl.Date(),
        "label": pl.String(),
        "item": pl.String(),
        "value": pl.Float64(),
        "unit": pl.String(),
        "split_adjusted": pl.Float64(),
        "split_factor": pl.Float64(),
        "formula": pl.String(),
        "known_from": MOMENT,
        "concepts": pl.String(),
        "accessions": pl.String(),
    }
)


def rows(
    company: Mapping[str, Any], duration: str, periods: Sequence[Period], basis: ShareBasis | None
) -> pl.DataFrame:
    """Return the periods of ``company`` (a row of companies) with the columns of ``SCHEMA``, by period, then item.

    Values are as filed, ``split_adjusted`` those of share counts and per share amounts on ``basis``. Concepts, with
    their taxonomy, and accessions are each parted by a semicolon.
    """
    made = (
        (company["ticker"], company["cik"], duration, period.start, period.end, period.label, name, *cells)
        for period in periods
        for name, cells in _cells(period, basis)
    )
    return pl.DataFrame(list(made), schema=SCHEMA, orient="row")


def _cells(period: Period, basis: ShareBasis | None) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for name, item in sorted(period.items.items()):
        factor = basis.factor_of(item.unit, item.sources) if basis else None
        on_basis = None if factor is None else adjusted(item.value, item.unit, factor)
        yield name, (item.value, item.unit, on_basis, factor, item.formula, item.known_from, *_origin(item))


def _origin(item: Item) -> tuple[str, str]:
    concepts = dict.fromkeys(f"{source.taxonomy}:{source.concept}" for source in item.sources)
    accessions = dict.fromkeys(source.accession for source in item.sources)
    return ";".join(concepts), ";".join(accessions)
