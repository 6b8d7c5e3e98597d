"""A company's periods and line items in the shape that ``p3 facts TICKER`` prints."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from p3 import clock
from p3.errors import InputMissingError
from p3.facts import view
from p3.provenance import FactSource
from p3.shapes import Duration, Facts, FactsPeriod, ItemValue, Source


def statements(
    line_items: pl.DataFrame, company: Mapping[str, Any], as_of: datetime, duration: Duration, last: int | None
) -> Facts:
    """Return the periods of ``company`` (a row of companies) as known at ``as_of``: the ``last`` newest, oldest first.

    Raises InputMissingError where nothing was known then.
    """
    periods = view.periods(line_items, as_of, duration)
    if not periods:
        raise InputMissingError(
            f"no {duration} figures of {company['ticker']} were known at {clock.iso(as_of)}",
            "Choose a later --as-of, or fetch more with `p3 fetch-sec`.",
        )
    return Facts(
        ticker=company["ticker"],
        cik=company["cik"],
        name=company["name"],
        currency=_currency(periods),
        as_of=clock.iso(as_of),
        origin=company["origin"],
        duration=duration,
        periods=[_period(period) for period in (periods[-last:] if last else periods)],
    )


def source_shape(source: FactSource) -> Source:
    """Return a source as it is printed."""
    return Source(
        taxonomy=source.taxonomy,
        concept=source.concept,
        unit=source.unit,
        start=source.start,
        end=source.end,
        value=source.value,
        accession=source.accession,
        accepted=clock.iso(source.accepted),
    )


def _period(period: view.Period) -> FactsPeriod:
    return FactsPeriod(
        start=period.start,
        end=period.end,
        label=period.label,
        items={name: _item(item) for name, item in sorted(period.items.items())},
    )


def _item(item: view.Item) -> ItemValue:
    return ItemValue(
        value=item.value,
        unit=item.unit,
        sources=[source_shape(source) for source in item.sources],
        derived=item.formula,
        known_from=clock.iso(item.known_from),
    )


def _currency(periods: list[view.Period]) -> str:
    """Return the unit of most money items: three capital letters, as in ISO 4217."""
    units = Counter(
        i.unit for period in periods for i in period.items.values() if len(i.unit) == 3 and i.unit.isupper()
    )
    return units.most_common(1)[0][0] if units else ""
