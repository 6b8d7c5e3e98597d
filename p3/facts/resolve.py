"""Facts to line items, bitemporal: what each item was for each period, and from when on that was known."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import polars as pl

from p3.facts import derived, filed, reported
from p3.facts.choices import Choices
from p3.facts.days import Day
from p3.facts.derived import ItemTimelines
from p3.facts.periods import ANNUAL, INSTANT, QUARTER, TTM
from p3.facts.rules import ItemRule, Rules
from p3.facts.timeline import Timeline, Version, changes

MOMENT = pl.Datetime("us", "UTC")
_SOURCE = pl.Struct(
    {
        "taxonomy": pl.String,
        "concept": pl.String,
        "unit": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "value": pl.Float64,
        "accession": pl.String,
        "accepted": MOMENT,
    }
)
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "cik": pl.Int64,
    "item": pl.String,
    "duration": pl.String,
    "start": pl.Date,
    "end": pl.Date,
    "value": pl.Float64,
    "unit": pl.String,
    "known_from": MOMENT,
    "formula": pl.String,
    "sources": pl.List(_SOURCE),
}
SCHEMA = pl.Schema(_COLUMNS)


def resolve(facts: pl.DataFrame, rules: Rules, sic: str | None) -> pl.DataFrame:
    """Return the line items of the companies in ``facts`` (columns of the facts table), with the columns of ``SCHEMA``.

    One row for each moment at which the value of an (item, duration, end) changed; a null value withdraws the one
    before. Durations are annual, quarter, ttm and instant. Share counts and amounts per share are given as filed, on
    the share basis of the filing that ``sources`` names, and only for periods that a filing states: they do not add
    up. Costs and payments are positive. ``sic`` chooses the rules of an industry. A row depends on facts accepted by
    its ``known_from`` alone.
    """
    frames = [_company(cik, part, rules, sic) for (cik,), part in facts.group_by("cik", maintain_order=True)]
    return pl.concat(frames) if frames else pl.DataFrame(schema=SCHEMA)


def _company(cik: Any, facts: pl.DataFrame, rules: Rules, sic: str | None) -> pl.DataFrame:
    industry = rules.industry(sic)
    items = _timelines(facts, rules, industry)
    rows = [
        (item.name, duration, end, version)
        for item in sorted(rules.items, key=lambda item: item.name)
        for duration, timelines in _durations(item, items[item.name])
        for end, timeline in sorted(timelines.items())
        for version in changes(timeline)
    ]
    return _frame(rows, facts).select(pl.lit(cik, pl.Int64).alias("cik"), pl.all())


def _timelines(facts: pl.DataFrame, rules: Rules, industry: str | None) -> Mapping[str, ItemTimelines]:
    """Return what was known of each item in each period: as reported, and by formulas over other items."""
    found = filed.filings(facts, rules, rules.concepts(industry))
    year_ends = filed.fiscal_year_ends(found, rules)
    choices = {item.name: Choices(item.formulas_for(industry)) for item in rules.items}
    shown = reported.by_item(found, {name: choice.names for name, choice in choices.items()})
    items: dict[str, ItemTimelines] = {
        item.name: reported.timelines(item, choices[item.name], shown[item.name], rules, year_ends)
        for item in rules.items
    }
    for item in rules.items:
        if item.formulas_for(industry):
            for formula in item.derive:
                items[item.name] = derived.fill(formula, items, items[item.name])
    return items


def _durations(item: ItemRule, timelines: ItemTimelines) -> list[tuple[str, Mapping[Day, Timeline]]]:
    spans = derived.by_kind(timelines)
    if item.kind != "flow":
        return [(INSTANT, spans[INSTANT])]
    years = spans[ANNUAL]
    if not item.additive:
        return [(ANNUAL, years), (QUARTER, spans[QUARTER]), (TTM, years)]
    trailing = derived.trailing_years(item, timelines)
    return [(ANNUAL, years), (QUARTER, derived.quarters(item, timelines)), (TTM, {**trailing, **years})]


def _frame(rows: Sequence[tuple[str, str, Day, Version]], facts: pl.DataFrame) -> pl.DataFrame:
    names, durations, ends, versions = zip(*rows, strict=True) if rows else ((),) * 4
    known_from, values, units, starts, formulas, places = zip(*versions, strict=True) if rows else ((),) * 6
    stored = {
        "item": pl.Series(names, dtype=pl.String),
        "duration": pl.Series(durations, dtype=pl.String),
        "start": pl.Series(starts, dtype=pl.Int32).cast(pl.Date),
        "end": pl.Series(ends, dtype=pl.Int32).cast(pl.Date),
        "value": pl.Series(values, dtype=pl.Float64),
        "unit": pl.Series(units, dtype=pl.String),
        "known_from": pl.Series(known_from, dtype=pl.Int64).cast(MOMENT),
        "formula": pl.Series(formulas, dtype=pl.String),
        "sources": _sources(facts, places),
    }
    return pl.DataFrame(stored)


def _sources(facts: pl.DataFrame, places: Sequence[Sequence[int]]) -> pl.Series:
    """Return for each of ``places``, which are row numbers, the list of those facts."""
    import pyarrow as pa

    offsets = np.cumsum([0, *map(len, places)])
    listed = facts.select(*_SOURCE.to_schema())[list(chain.from_iterable(places))].to_struct()
    return pl.Series(pa.LargeListArray.from_arrays(offsets, listed.to_arrow()), dtype=SCHEMA["sources"])
