"""All XBRL facts of a company: the companyfacts JSON as the table facts.

``fy``, ``fp`` and ``frame`` are left out on purpose: they describe the filing that a value stood in, not the value; a
quarter's value inside a 10-K carries ``fp`` FY. A fact is what its own concept, unit and period say.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import polars as pl

from p3.errors import DataError
from p3.sec import acceptance, urls
from p3.sec.jsonbody import as_list, as_object, load_object

_WHAT = "companyfacts"
_RAW = pl.Schema(
    {
        "taxonomy": pl.String,
        "concept": pl.String,
        "unit": pl.String,
        "start": pl.String,
        "end": pl.String,
        "value": pl.Float64,
        "accession": pl.String,
        "form": pl.String,
        "filed": pl.String,
    }
)
_COPIED = {"start": "start", "end": "end", "accession": "accn", "form": "form", "filed": "filed"}
_KEY = ("taxonomy", "concept", "unit", "start", "end", "accession")
_ORDER = ("cik", *_KEY[:5], "value", "accession", "form", "filed", "accepted", "origin")


def parse(body: bytes, filings: pl.DataFrame, cik: int, origin: str) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the facts and how many entries were ignored, by reason.

    ``accepted`` comes from ``filings`` (columns accession and accepted, UTC); for an accession that the filing list
    does not have, it is the end of the filing day in New York. Values are single units as filed. ``start`` is null for
    an instant. Ignored: "no unit", "not a number", "malformed" (no end, filing date or accession), "end before start",
    "duplicate" (the first listed of a key stays).
    Raises DataError for truncated or misshapen JSON and for another company's facts.
    """
    content = load_object(body, _WHAT)
    ignored: Counter[str] = Counter()
    if str(content.get("cik", "")).lstrip("0") != str(cik):
        raise DataError(f"{_WHAT} of CIK {cik} says it is of {content.get('cik')!r}", "Fetch again; report it.")
    facts = as_object(content.get("facts", {}), f"{_WHAT}: facts")
    columns: dict[str, list[Any]] = {name: [] for name in _RAW}
    for series in _series(facts, ignored):
        _append(columns, series, ignored)
    frame = _keep_sound(pl.DataFrame(columns, schema=_RAW, strict=False), ignored)
    known = filings.select("accession", "accepted").unique("accession")
    joined = frame.join(known, on="accession", how="left").with_columns(
        pl.col("accepted").fill_null(acceptance.end_of_day(pl.col("filed"))),
        cik=pl.lit(cik, pl.Int64),
        origin=pl.lit(origin),
    )
    return joined.select(_ORDER).sort(_KEY), {reason: n for reason, n in ignored.items() if n}


class _Series(NamedTuple):
    taxonomy: str
    concept: str
    unit: str
    entries: list[Any]


def _series(facts: dict[str, Any], ignored: Counter[str]) -> Iterator[_Series]:
    for taxonomy, concepts in facts.items():
        for concept, detail in as_object(concepts, f"{_WHAT}: {taxonomy}").items():
            units = as_object(as_object(detail, concept).get("units", {}), f"{_WHAT}: {concept}")
            for unit, entries in units.items():
                rows = as_list(entries, f"{_WHAT}: {concept}")
                if unit:
                    yield _Series(taxonomy, concept, unit, rows)
                else:
                    ignored["no unit"] += len(rows)


def _append(columns: dict[str, list[Any]], series: _Series, ignored: Counter[str]) -> None:
    rows = [entry for entry in series.entries if isinstance(entry, dict)]
    ignored["malformed"] += len(series.entries) - len(rows)
    columns["taxonomy"] += [series.taxonomy] * len(rows)
    columns["concept"] += [series.concept] * len(rows)
    columns["unit"] += [series.unit] * len(rows)
    for name, key in _COPIED.items():
        columns[name] += [row.get(key) for row in rows]
    columns["value"] += [_number(row.get("val")) for row in rows]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _keep_sound(raw: pl.DataFrame, ignored: Counter[str]) -> pl.DataFrame:
    dated = raw.with_columns(
        pl.col("start", "end", "filed").str.to_date("%Y-%m-%d", strict=False),
        half_dated=pl.col("start").is_not_null() & pl.col("start").str.to_date("%Y-%m-%d", strict=False).is_null(),
    )
    accession = pl.col("accession").fill_null("").str.contains(urls.ACCESSION_PATTERN)
    whole = pl.col("end").is_not_null() & pl.col("filed").is_not_null() & accession & ~pl.col("half_dated")
    tests = {
        "malformed": whole,
        "not a number": pl.col("value").is_finite().fill_null(False),
        "end before start": (pl.col("end") >= pl.col("start")).fill_null(True),
    }
    for reason, test in tests.items():
        kept = dated.filter(test)
        ignored[reason] += dated.height - kept.height
        dated = kept
    distinct = dated.unique(_KEY, keep="first", maintain_order=True)
    ignored["duplicate"] += dated.height - distinct.height
    return distinct.drop("half_dated")
