"""A company's periods, line items and their history in the shapes that ``p3 facts TICKER`` prints."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from p3 import clock
from p3.errors import InputMissingError
from p3.facts import restatements, view
from p3.facts.growth import growth
from p3.facts.restatements import History, Version
from p3.facts.shares import ShareBasis, adjusted
from p3.provenance import FactSource
from p3.shapes import Duration, Facts, FactsPeriod, ItemHistory, ItemValue, ItemVersion, Restatements, Source

Violated = Mapping[tuple[date, str], Sequence[str]]
"""The identities that (period's end, item) breaks."""


@dataclass(frozen=True)
class Shown:
    """What of a company is asked for: a row of companies, its periods and the share basis of the as-of.

    Of the periods the ``last`` newest, or all; without a ``basis`` nothing is adjusted for splits.
    """

    company: Mapping[str, Any]
    as_of: datetime
    duration: Duration
    last: int | None
    basis: ShareBasis | None

    def header(self) -> dict[str, Any]:
        """Return the fields that a company's documents have in common."""
        return {
            "ticker": self.company["ticker"],
            "cik": self.company["cik"],
            "name": self.company["name"],
            "as_of": clock.iso(self.as_of),
            "origin": self.company["origin"],
            "duration": self.duration,
            "splits_from": self.basis.first if self.basis else None,
            "splits_until": self.basis.last if self.basis else None,
        }


def statements(line_items: pl.DataFrame, shown: Shown, violated: Violated) -> Facts:
    """Return the company's periods as known at the as-of, oldest first.

    Raises InputMissingError where nothing was known then.
    """
    periods = _known(line_items, shown)
    grown = growth(periods)
    return Facts(
        **shown.header(),
        currency=_currency(periods),
        periods=[_period(each, grown[each.end], shown.basis, violated) for each in _newest(periods, shown.last)],
    )


def restated(line_items: pl.DataFrame, shown: Shown, forms: Mapping[str, str]) -> Restatements:
    """Return what changed in the company's periods; ``forms`` are its filings' by accession.

    Raises InputMissingError where nothing was known then.
    """
    known = _known(line_items, shown)
    periods = _newest(known, shown.last)
    found = restatements.histories(line_items, shown.as_of, shown.duration, periods, shown.basis)
    return Restatements(
        **shown.header(),
        currency=_currency(known),
        first=periods[0].label,
        last=periods[-1].label,
        histories=[_history(history, forms) for history in found],
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


def _known(line_items: pl.DataFrame, shown: Shown) -> list[view.Period]:
    periods = view.shown(view.periods(line_items, shown.as_of, shown.duration))
    if not periods:
        raise InputMissingError(
            f"no {shown.duration} figures of {shown.company['ticker']} were known at {clock.iso(shown.as_of)}",
            "Choose a later --as-of, or fetch more with `p3 fetch-sec`.",
        )
    return periods


def _newest(periods: list[view.Period], last: int | None) -> list[view.Period]:
    return periods[-last:] if last else periods


def _period(
    period: view.Period, grown: Mapping[str, float], basis: ShareBasis | None, violated: Violated
) -> FactsPeriod:
    return FactsPeriod(
        start=period.start,
        end=period.end,
        label=period.label,
        items={
            name: _item(item, basis, violated.get((period.end, name), ()))
            for name, item in sorted(period.items.items())
        },
        growth=dict(grown),
    )


def _item(item: view.Item, basis: ShareBasis | None, violates: Sequence[str]) -> ItemValue:
    factor = basis.factor_of(item.unit, item.sources) if basis else None
    return ItemValue(
        value=item.value,
        unit=item.unit,
        sources=[source_shape(source) for source in item.sources],
        derived=item.formula,
        known_from=clock.iso(item.known_from),
        split_adjusted=None if factor is None else adjusted(item.value, item.unit, factor),
        split_factor=factor,
        violates=list(violates),
    )


def _history(history: History, forms: Mapping[str, str]) -> ItemHistory:
    period = history.period
    return ItemHistory(
        item=history.name,
        start=period.start,
        end=period.end,
        label=period.label,
        unit=history.versions[-1].item.unit,
        versions=[_version(version, forms) for version in history.versions],
    )


def _version(version: Version, forms: Mapping[str, str]) -> ItemVersion:
    item = version.item
    accession = max(item.sources, key=lambda source: source.accepted).accession
    return ItemVersion(
        value=item.value,
        known_from=clock.iso(item.known_from),
        accession=accession,
        form=forms.get(accession),
        cause=version.cause,
        change=version.change,
        percent=version.percent,
        split_factor=version.split_factor,
        derived=item.formula,
        sources=[source_shape(source) for source in item.sources],
    )


def _currency(periods: list[view.Period]) -> str:
    """Return the unit of most money items: three capital letters, as in ISO 4217."""
    units = Counter(
        i.unit for period in periods for i in period.items.values() if len(i.unit) == 3 and i.unit.isupper()
    )
    return units.most_common(1)[0][0] if units else ""
