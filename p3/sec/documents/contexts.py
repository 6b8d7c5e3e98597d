"""What an inline XBRL document's facts refer to: periods of the company, units, taxonomies, in companyfacts' spelling.

XBRL 2.1, sections 4.7 and 4.8 (https://www.xbrl.org/Specification/XBRL-2.1/REC-2003-12-31/), as the EDGAR Filer Manual,
volume II, chapter 6, narrows it: whole days, one entity. Units and contexts that it does not admit are of no use here.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from lxml import etree

_XBRLI = "{http://www.xbrl.org/2003/instance}"
_XBRLDI = "{http://xbrl.org/2006/xbrldi}"
# Namespaces of the taxonomies that companyfacts list; those of companies are any others.
_STANDARD = re.compile(
    r"http://(?:fasb\.org|xbrl\.sec\.gov)/(?P<name>[a-z-]+)/\d{4}.*"
    r"|https?://xbrl\.ifrs\.org/taxonomy/[\d-]+/(?P<ifrs>ifrs-[a-z]+)"
)
_CLASS_AXES = frozenset(  # of us-gaap and ifrs-full
    ("StatementClassOfStockAxis", "ClassesOfShareCapitalAxis", "ClassesOfOrdinarySharesAxis")
)
_LENGTH_OF_A_DAY = len("2024-12-31")


class Period(NamedTuple):
    """A period of the company as a whole, or of one class of its stock; ``start`` is None for one day."""

    start: date | None
    end: date
    member: str | None


def taxonomy(namespace: str) -> str | None:
    """Return a standard taxonomy's name, such as us-gaap or ifrs-full; None for any other namespace."""
    found = _STANDARD.fullmatch(namespace)
    return found["name"] or found["ifrs"] if found else None


def periods(root: etree._Element, cik: int) -> dict[str, Period | str | None]:
    """Return each context by its id: a period of the company, or why its facts are ignored.

    None stands for a context with other dimensions than a class of stock. Companyfacts list what happened on one day
    as they list an instant, so its start is None too.
    """
    return {each.get("id", ""): _period(each, cik) for each in root.iter(f"{_XBRLI}context")}


def units(root: etree._Element) -> dict[str, str | None]:
    """Return each unit by its id: USD, shares, USD/shares, pure; None for a product, which companyfacts have not."""
    return {each.get("id", ""): _unit(each) for each in root.iter(f"{_XBRLI}unit")}


def _period(context: etree._Element, cik: int) -> Period | str | None:
    dimensions = [child for part in ("segment", "scenario") for held in context.iter(_XBRLI + part) for child in held]
    member = _class_member(dimensions)
    if dimensions and member is None:
        return None
    if _text(context, "identifier").lstrip("0") != str(cik):
        return "other company"
    instant, start, end = (_day(_text(context, name)) for name in ("instant", "startDate", "endDate"))
    if instant is not None:
        return Period(None, instant, member)
    if start is None or end is None:
        return "malformed"
    if end < start:
        return "end before start"
    return Period(start if start < end else None, end, member)


def _class_member(dimensions: Sequence[etree._Element]) -> str | None:
    if len(dimensions) != 1 or dimensions[0].tag != f"{_XBRLDI}explicitMember":
        return None
    axis = dimensions[0].get("dimension", "").rpartition(":")[2]
    return (dimensions[0].text or "").strip() or None if axis in _CLASS_AXES else None


def _text(context: etree._Element, name: str) -> str:
    found = next(context.iter(_XBRLI + name), None)
    return (found.text or "").strip() if found is not None else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == _LENGTH_OF_A_DAY else None
    except ValueError:
        return None


def _unit(unit: etree._Element) -> str | None:
    above, below = (unit.find(f".//{_XBRLI}unit{part}") for part in ("Numerator", "Denominator"))
    if above is None or below is None:
        return _measure(unit)
    numerator, denominator = _measure(above), _measure(below)
    return f"{numerator}/{denominator}" if numerator and denominator else None


def _measure(holder: etree._Element) -> str | None:
    measures = holder.findall(f"{_XBRLI}measure")
    return (measures[0].text or "").strip().rpartition(":")[2] or None if len(measures) == 1 else None
