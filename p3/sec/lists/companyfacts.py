"""All XBRL facts of a company: the companyfacts JSON as the table facts.

``fy``, ``fp`` and ``frame`` are left out on purpose: they describe the filing that a value stood in, not the value; a
quarter's value inside a 10-K carries ``fp`` FY. A fact is what its own concept, unit and period say.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import msgspec
import numpy as np
import polars as pl

from p3.errors import DataError
from p3.sec import urls
from p3.sec.lists import acceptance
from p3.sec.lists.jsonbody import as_list, as_object, load_object

_WHAT = "companyfacts"
_LISTED = pl.Schema(
    {
        "series": pl.UInt32,
        "start": pl.String,
        "end": pl.String,
        "value": pl.Float64,
        "accession": pl.String,
        "form": pl.String,
        "filed": pl.String,
    }
)
_KEY = ("series", "start", "end", "accession")
_NAMES = ("taxonomy", "concept", "unit")
_ORDER = ("cik", *_NAMES, "start", "end", "value", "accession", "form", "filed", "accepted", "origin")


def parse(body: bytes, filings: pl.DataFrame, cik: int, origin: str) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the facts and how many entries were ignored, by reason.

    ``accepted`` comes from ``filings`` (columns accession and accepted, UTC); for an accession that the filing list
    does not have, it is the end of the filing day in New York. Values are single units as filed. ``start`` is null for
    an instant. Ignored: "no unit", "not a number", "malformed" (no end, filing date or accession), "end before start",
    "duplicate" (the first listed of a key stays).
    Raises DataError for truncated or misshapen JSON and for another company's facts.
    """
    content = _content(body)
    if str(content.cik).lstrip("0") != str(cik):
        raise DataError(f"{_WHAT} of CIK {cik} says it is of {content.cik!r}", "Fetch again; report it.")
    ignored: Counter[str] = Counter()
    series = sorted(_series(content, ignored), key=lambda each: each[:3])
    try:
        known = _with_accepted(_distinct(_sound(_listed(series), ignored), ignored), filings)
        named = known.with_columns(_repeated(series, name, known["series"]) for name in _NAMES)
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can spell
        raise DataError(f"{_WHAT} of CIK {cik} hold text that is no Unicode", "Fetch again; report it.") from None
    facts = named.with_columns(pl.col("accession").cast(pl.String), cik=pl.lit(cik, pl.Int64), origin=pl.lit(origin))
    return facts.select(_ORDER), dict(ignored)


class _Entry(msgspec.Struct, gc=False):
    """A value as listed."""

    start: str | None = None
    end: str | None = None
    val: float | None = None
    accn: str | None = None
    form: str | None = None
    filed: str | None = None


class _Concept(msgspec.Struct, gc=False):
    units: dict[str, list[_Entry]] = {}


class _Content(msgspec.Struct, gc=False):
    cik: Any = ""
    facts: dict[str, dict[str, _Concept]] = {}


_DECODER = msgspec.json.Decoder(_Content)


def _content(body: bytes) -> _Content:
    """Return what ``body`` lists: by schema, quickly, where it is all of EDGAR's types, else entry by entry."""
    try:
        return _DECODER.decode(body.decode())  # the decoder alone would pass over bytes that are no text
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _tolerated(load_object(body, _WHAT))


def _tolerated(content: dict[str, Any]) -> _Content:
    facts = as_object(content.get("facts", {}), f"{_WHAT}: facts")
    return _Content(
        content.get("cik", ""),
        {
            taxonomy: {
                concept: _concept(concept, detail)
                for concept, detail in as_object(concepts, f"{_WHAT}: {taxonomy}").items()
            }
            for taxonomy, concepts in facts.items()
        },
    )


def _concept(name: str, detail: Any) -> _Concept:
    what = f"{_WHAT}: {name}"
    units = as_object(as_object(detail, name).get("units", {}), what)
    return _Concept({unit: [_entry(each) for each in as_list(entries, what)] for unit, entries in units.items()})


def _entry(listed: Any) -> _Entry:
    """Return an entry of any shape; one that is no object is empty, and malformed for that."""
    if not isinstance(listed, dict):
        return _Entry()
    texts = {name: listed.get(name) for name in ("start", "end", "accn", "form", "filed")}
    return _Entry(val=_number(listed.get("val")), **texts)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


class _Series(NamedTuple):
    taxonomy: str
    concept: str
    unit: str
    entries: list[_Entry]


def _series(content: _Content, ignored: Counter[str]) -> Iterator[_Series]:
    for taxonomy, concepts in content.facts.items():
        for concept, detail in concepts.items():
            for unit, entries in detail.units.items():
                if unit:
                    yield _Series(taxonomy, concept, unit, entries)
                elif entries:
                    ignored["no unit"] += len(entries)


def _listed(series: list[_Series]) -> pl.DataFrame:
    """Return all entries as they are, each with the place of its series in ``series``."""
    entries = list(chain.from_iterable(each.entries for each in series))
    lengths = [len(each.entries) for each in series]
    return pl.DataFrame(
        {
            "series": np.repeat(np.arange(len(series), dtype=np.uint32), lengths),
            "start": [each.start for each in entries],
            "end": [each.end for each in entries],
            "value": [each.val for each in entries],
            "accession": [each.accn for each in entries],
            "form": [each.form for each in entries],
            "filed": [each.filed for each in entries],
        },
        schema=_LISTED,
        strict=False,
    )


def _sound(listed: pl.DataFrame, ignored: Counter[str]) -> pl.DataFrame:
    dated = listed.with_columns(
        pl.col("start", "end", "filed").str.to_date("%Y-%m-%d", strict=False),
        pl.col("accession").cast(_accessions(listed), strict=False),
        had_start=pl.col("start").is_not_null(),
    )
    whole = (
        pl.col("end").is_not_null()
        & pl.col("filed").is_not_null()
        & pl.col("accession").is_not_null()
        & (pl.col("start").is_not_null() == pl.col("had_start"))
    )
    fault = (
        pl.when(~whole)
        .then(pl.lit("malformed"))
        .when(~pl.col("value").is_finite().fill_null(False))
        .then(pl.lit("not a number"))
        .when(pl.col("end") < pl.col("start"))
        .then(pl.lit("end before start"))
    )
    judged = dated.select(pl.exclude("had_start"), fault=fault)
    sound = judged.filter(pl.col("fault").is_null())
    if sound.height < judged.height:
        ignored.update(dict(judged["fault"].drop_nulls().value_counts().iter_rows()))
    return sound.drop("fault")


def _accessions(listed: pl.DataFrame) -> pl.Enum:
    """Return the well-formed accessions of ``listed`` as a type: few, by which rows are compared more quickly."""
    texts = listed["accession"].unique().drop_nulls()
    return pl.Enum(texts.filter(texts.str.contains(urls.ACCESSION_PATTERN)).sort())


def _distinct(sound: pl.DataFrame, ignored: Counter[str]) -> pl.DataFrame:
    """Return the first row of each key, in the order of the keys."""
    ordered = sound.sort(_KEY, maintain_order=True)
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in _KEY)
    distinct = ordered.filter(~same)
    if distinct.height < ordered.height:
        ignored["duplicate"] += ordered.height - distinct.height
    return distinct


def _with_accepted(facts: pl.DataFrame, filings: pl.DataFrame) -> pl.DataFrame:
    known = filings.select(pl.col("accession").cast(facts.schema["accession"], strict=False), "accepted")
    joined = facts.join(known.drop_nulls().unique("accession"), on="accession", how="left", maintain_order="left")
    if not joined["accepted"].null_count():
        return joined
    days = joined.filter(pl.col("accepted").is_null()).select(pl.col("filed").unique())
    ends = days.with_columns(end_of_day=acceptance.end_of_day(pl.col("filed")))
    dated = joined.join(ends, on="filed", how="left", maintain_order="left")
    return dated.with_columns(pl.col("accepted").fill_null(pl.col("end_of_day")))


def _repeated(series: list[_Series], name: str, places: pl.Series) -> pl.Series:
    return pl.Series(name, [getattr(each, name) for each in series], pl.String).gather(places)
