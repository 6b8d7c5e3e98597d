"""Inline XBRL: the numbers that a report's own document tags, as companyfacts would list them.

Inline XBRL 1.1 (https://www.xbrl.org/specification/inlinexbrl-part1/rec-2013-11-18/) as the EDGAR Filer Manual, volume
II, chapter 5, admits it. Companyfacts list facts without dimensions, of standard taxonomies; so does this. Share counts
by class of stock are told apart, for the cover pages that count each class alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html.entities import html5
from math import inf, isfinite
from typing import NamedTuple

import polars as pl
from lxml import etree

from p3.errors import DataError
from p3.sec.documents import contexts, numerals
from p3.sec.documents.contexts import Period
from p3.sec.documents.html import decode

_NAMESPACE = "http://www.xbrl.org/2013/inlineXBRL"
_NON_FRACTION = f"{{{_NAMESPACE}}}nonFraction"
_EXCLUDE = f"{{{_NAMESPACE}}}exclude"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_OF_XML = frozenset(("amp", "lt", "gt", "quot", "apos"))
_POWER = re.compile(r"[+-]?\d{1,2}", re.ASCII)
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "taxonomy": pl.String,
    "concept": pl.String,
    "unit": pl.String,
    "start": pl.Date,
    "end": pl.Date,
    "value": pl.Float64,
}
SCHEMA = pl.Schema(_COLUMNS)
BY_CLASS_SCHEMA = pl.Schema({**_COLUMNS, "member": pl.String})


@dataclass(frozen=True)
class InlineFacts:
    """What a document tags.

    ``facts`` has the columns of ``SCHEMA``: values in single units without dimensions, ``start`` null for an instant.
    ``by_class`` has those of ``BY_CLASS_SCHEMA``: share counts of one class of stock, ``member`` its name as written.
    ``ignored`` counts facts by reason: "malformed", "not a number", "end before start", "conflicting", "other company".
    """

    facts: pl.DataFrame
    by_class: pl.DataFrame
    ignored: dict[str, int]


def parse(content: bytes, cik: int) -> InlineFacts:
    """Return the numeric facts of the company in a document; none where it is no inline XBRL.

    Facts with other dimensions, those of the company's own taxonomy, nil ones and those for another target document
    are left out, as companyfacts leave them out. Of facts that repeat each other the most precise stays; where they
    contradict each other, none does. Raises DataError for a document that is not well-formed XML or declares entities.
    """
    if _NAMESPACE.encode() not in content:
        return InlineFacts(SCHEMA.to_frame(), BY_CLASS_SCHEMA.to_frame(), {})
    ignored: Counter[str] = Counter()
    kept = list(_distinct(_tagged(_parsed(decode(content)), cik, ignored), ignored))
    rows = [(*key[:5], value, key.member) for key, value in kept]
    frame = pl.DataFrame(rows, BY_CLASS_SCHEMA, orient="row").sort(BY_CLASS_SCHEMA.names())
    whole = pl.col("member").is_null()
    return InlineFacts(frame.filter(whole).drop("member"), frame.filter(~whole), dict(ignored))


def _parsed(text: str) -> etree._Element:
    if "<!ENTITY" in text:  # no filing needs one, and one can grow without bound
        raise DataError("a document with inline XBRL declares entities", "Open it on EDGAR.")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    source = _NAMED.sub(_numbered, text.lstrip("\ufeff \t\r\n"))
    try:
        return etree.fromstring(source.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as failure:
        raise DataError("a document's inline XBRL is not well-formed XML", "Fetch it again.") from failure


def _numbered(reference: re.Match[str]) -> str:
    """Return a character that HTML has a name for by its number; XML knows five of the names only."""
    characters = html5.get(f"{reference[1]};")
    if reference[1] in _OF_XML or characters is None:
        return reference[0]
    return "".join(f"&#{ord(each)};" for each in characters)


class _Key(NamedTuple):
    taxonomy: str
    concept: str
    unit: str
    start: date | None
    end: date
    member: str | None


class _Fact(NamedTuple):
    key: _Key
    value: float
    decimals: float


class _Named(NamedTuple):
    """What a document's facts refer to by name."""

    periods: Mapping[str, Period | str | None]
    units: Mapping[str, str | None]
    taxonomies: Mapping[str | None, str | None]


def _tagged(root: etree._Element, cik: int, ignored: Counter[str]) -> Iterator[_Fact]:
    taxonomies = {prefix: contexts.taxonomy(uri) for prefix, uri in root.nsmap.items()}
    named = _Named(contexts.periods(root, cik), contexts.units(root), taxonomies)
    for element in root.iter(_NON_FRACTION):
        found = _fact(element, named)
        if isinstance(found, str):
            ignored[found] += 1
        elif found is not None:
            yield found


def _fact(element: etree._Element, named: _Named) -> _Fact | str | None:
    """Return a fact, why it is ignored, or None where it is not one to list."""
    taxonomy, concept = _concept(element, named)
    if taxonomy is None or element.get("target") is not None or element.get(_NIL) in ("true", "1"):
        return None
    period = named.periods.get(element.get("contextRef", ""), "malformed")
    unit, decimals = named.units.get(element.get("unitRef", "")), _decimals(element.get("decimals"))
    if not isinstance(period, Period):
        return period
    if period.member is not None and unit != "shares":
        return None
    if unit is None or decimals is None:
        return "malformed"
    value = _value(element)
    key = _Key(taxonomy, concept, unit, period.start, period.end, period.member)
    return _Fact(key, value, decimals) if value is not None else "not a number"


def _concept(element: etree._Element, named: _Named) -> tuple[str | None, str]:
    prefix, _, name = element.get("name", "").rpartition(":")
    if prefix in named.taxonomies:
        return named.taxonomies[prefix], name
    return contexts.taxonomy(element.nsmap.get(prefix, "")), name


def _decimals(text: str | None) -> float | None:
    if text == "INF":
        return inf
    return float(text) if text is not None and _POWER.fullmatch(text) else None


def _value(element: etree._Element) -> float | None:
    """Return the number in single units: as printed, transformed, scaled and signed (Inline XBRL 1.1, section 10)."""
    transformation = element.get("format")
    name = transformation.rpartition(":")[2] if transformation is not None else None
    number, scale, sign = numerals.decimal(_printed(element), name), element.get("scale", "0"), element.get("sign", "")
    if number is None or not _POWER.fullmatch(scale) or sign not in ("", "-"):
        return None
    value = float(f"{sign}{number}e{scale}")
    return value + 0.0 if isfinite(value) else None  # the sum makes a negative zero a plain one


def _printed(element: etree._Element) -> str:
    """Return the text of an element and of those nested in it, but for what is excluded."""
    parts = [element.text or ""]
    if not len(element):  # as nearly all are
        return parts[0]
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walker:
        if inner is element:
            continue
        if event == "end":
            parts.append(inner.tail or "")
        elif inner.tag == _EXCLUDE:
            walker.skip_subtree()
        else:
            parts.append(inner.text or "")
    return "".join(parts)


def _distinct(tagged: Iterator[_Fact], ignored: Counter[str]) -> Iterator[tuple[_Key, float]]:
    """Yield each key's most precise value, unless another one contradicts it."""
    groups: dict[_Key, list[_Fact]] = defaultdict(list)
    for fact in tagged:
        groups[fact.key].append(fact)
    for key, facts in groups.items():
        if _agree(facts):
            yield key, max(facts, key=lambda fact: fact.decimals).value
        else:
            ignored["conflicting"] += len(facts)


def _agree(facts: Sequence[_Fact]) -> bool:
    """Return whether there is a number that all the values can have been rounded from.

    XBRL International, "Handling Duplicate Facts in XBRL and Inline XBRL", calls such facts consistent.
    """
    slack = [0.5 * 10.0**-fact.decimals if fact.decimals != inf else 1e-9 * abs(fact.value) for fact in facts]
    lowest = max(fact.value - each for fact, each in zip(facts, slack, strict=True))
    highest = min(fact.value + each for fact, each in zip(facts, slack, strict=True))
    return lowest <= highest
