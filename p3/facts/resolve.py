"""Facts to line items, bitemporal: what each item was for each period, and from when on that was known."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from p3.facts import derived, filed, reported
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
    found = filed.filings(facts, rules, rules.concepts(industry))
    year_ends = filed.fiscal_year_ends(found, rules)
    items: dict[str, ItemTimelines] = {}
    rows: list[tuple[Any, ...]] = []
    for item in rules.items:
        formulas = item.formulas_for(industry)
        items[item.name] = reported.timelines(item, formulas, found, rules, year_ends) if formulas else {}
    for item in rules.items:
        if item.formulas_for(industry):
            for formula in item.derive:
                items[item.name] = derived.fill(formula, items, items[item.name])
        for duration, end, timeline in _durations(item, items[item.name]):
            rows.extend(_row(cik, item.name, duration, end, version) for version in changes(timeline))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("item", "duration", "end", "known_from")


def _durations(item: ItemRule, timelines: ItemTimelines) -> Iterator[tuple[str, date, Timeline]]:
    if item.kind != "flow":
        for (_, end), timeline in timelines.items():
            yield INSTANT, end, timeline
        return
    years = {end: timeline for (kind, end), timeline in timelines.items() if kind == ANNUAL}
    quarters: Mapping[date, Timeline] = {end: line for (kind, end), line in timelines.items() if kind == QUARTER}
    trailing: Mapping[date, Timeline] = {}
    if item.additive:
        quarters = derived.quarters(item, timelines)
        trailing = derived.trailing_years(item, timelines)
    for duration, found in ((ANNUAL, years), (QUARTER, quarters), (TTM, {**trailing, **years})):
        for end, timeline in found.items():
            yield duration, end, timeline


def _row(cik: int, item: str, duration: str, end: date, version: Version) -> tuple[Any, ...]:
    sources = [source.as_row() for source in version.sources]
    return (
        cik,
        item,
        duration,
        version.start,
        end,
        version.value,
        version.unit,
        version.known_from,
        version.formula,
        sources,
    )
