"""Facts to line items, bitemporal: what each item was for each period, and from when on that was known."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from p3.facts import derived, filed, reported
from p3.facts.arrays import NONE, Ints
from p3.facts.days import KINDS, NO_DAY, Grid
from p3.facts.formula import write
from p3.facts.items import Items, items_of
from p3.facts.periods import ANNUAL, QUARTER, TTM
from p3.facts.rules import Rules
from p3.facts.together import with_restated_to_date, without_misdated
from p3.facts.versions import Versions, changes, merge, prefer

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
    with np.errstate(over="ignore", invalid="ignore"):  # sums beyond all numbers are left out
        frames = [_company(cik, part, rules, sic) for (cik,), part in facts.group_by("cik", maintain_order=True)]
    return pl.concat(frames) if frames else pl.DataFrame(schema=SCHEMA)


def _company(cik: Any, facts: pl.DataFrame, rules: Rules, sic: str | None) -> pl.DataFrame:
    industry = rules.industry(sic)
    items = items_of(rules, industry)
    found = filed.read(facts, rules, items.concepts)
    versions, texts = reported.timelines(items, found)
    versions = without_misdated(versions, found.grid, items.additive)
    for item in rules.items:
        for formula in item.derive if item.formulas_for(industry) else ():
            terms = [(term.sign, items.number(term.names[0])) for term in formula.terms]
            versions = derived.fill(versions, found.grid, items.number(item.name), terms, len(texts))
            texts.append(write([(term.sign, term.names[0]) for term in formula.terms]))
    versions = with_restated_to_date(versions, found.grid, items.additive)
    shown = changes(_durations(versions, items, found.grid))
    return _table(cik, shown, [item.name for item in items.rules], texts, found, facts)


def _durations(versions: Versions, items: Items, grid: Grid) -> Versions:
    """Return the versions of the periods that are shown: of flows years, quarters and trailing years."""
    item, kind = grid.item(versions.line), grid.kind(versions.line)
    flow, additive = items.flow[item], items.additive[item]
    years, parts = versions.take(flow & (kind == KINDS.index(ANNUAL))), versions.take(additive)
    return merge(
        [
            versions.take(~flow),
            years,
            versions.take(flow & ~additive & (kind == KINDS.index(QUARTER))),
            derived.quarters(parts, grid, items.signed),
            prefer(
                replace(years, line=grid.of_kind(years.line, TTM)), derived.trailing_years(parts, grid, items.signed)
            ),
        ]
    )


def _table(
    cik: Any, versions: Versions, names: Sequence[str], texts: Sequence[str], found: filed.Filed, facts: pl.DataFrame
) -> pl.DataFrame:
    grid = found.grid
    item, start = grid.item(versions.line), pl.Series(versions.start)
    return pl.DataFrame(
        {
            "item": pl.Series(names).gather(item),
            "duration": pl.Series(KINDS).gather(grid.kind(versions.line)),
            "start": start.replace(NO_DAY, None).cast(pl.Int32).cast(pl.Date),
            "end": pl.Series(grid.end(versions.line)).cast(pl.Int32).cast(pl.Date),
            "value": pl.Series(versions.value).fill_nan(None),
            "unit": found.units.gather(versions.unit),
            "known_from": pl.Series(found.filings.moments[versions.when]).cast(MOMENT),
            "formula": pl.Series(_formulas(versions, names, texts, grid), dtype=pl.String),
            "sources": _sources(facts, versions.facts),
        }
    ).select(pl.lit(cik, pl.Int64).alias("cik"), pl.all())


def _formulas(versions: Versions, names: Sequence[str], texts: Sequence[str], grid: Grid) -> list[str | None]:
    spans = {span: grid.written(span) for span in np.unique(versions.spans[versions.spans != NONE]).tolist()}

    def difference(item: str, minuend: int, subtrahend: int, addend: int) -> str:
        added = f" + {item} {spans[addend]}" if addend != NONE else ""
        return f"{item} {spans[minuend]} - {item} {spans[subtrahend]}{added}"

    rows = zip(grid.item(versions.line).tolist(), versions.text.tolist(), versions.spans.tolist(), strict=True)
    return [
        texts[text] if text != NONE else difference(names[item], *days) if days[0] != NONE else None
        for item, text, days in rows
    ]


def _sources(facts: pl.DataFrame, places: Ints) -> pl.Series:
    """Return for each row of ``places`` the facts in these rows, NONE left out."""
    import pyarrow as pa

    told = places != NONE
    offsets = np.append(0, np.cumsum(told.sum(axis=1)))
    listed = facts.select(*_SOURCE.to_schema())[places[told]].to_struct()
    return pl.Series(pa.LargeListArray.from_arrays(offsets, listed.to_arrow()), dtype=SCHEMA["sources"])
