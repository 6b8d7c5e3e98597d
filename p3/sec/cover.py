"""What a filing's cover page says of itself: form, period, company. What it does not say plainly stays unknown.

The wording is that of the Commission's Forms 10-K, 10-Q, 8-K, 20-F, 40-F and 6-K.
"""

import re
from dataclasses import dataclass
from datetime import date

from p3.sec.documents.reading import Document

_LENGTH = 8_000  # characters in which a cover page stands
_TOP = 1_500  # characters from the Commission's name to that of the form
_NEAR = 120  # characters around the name of the form that may say that it is amended

_FORMS = ("10-K", "10-K405", "10-KT", "10-Q", "10-QT", "8-K", "20-F", "40-F", "6-K")
_COMMISSION = re.compile(r"SECURITIES\s+AND\s+EXCHANGE\s+COMMISSION", re.IGNORECASE)
_FORM = re.compile(
    r"(?<![A-Z])FORM\s+(?P<number>\d{1,2})-?(?P<letters>[KQF][0-9A-Z]{0,3})(?![0-9A-Z])|(?<![A-Z])FORM\s+[A-Z]{1,2}-\d",
    re.IGNORECASE,
)
_AMENDED = re.compile(r"FORM\s+\S+\s*/\s*A\b|\bAMENDMENT\s+NO\.", re.IGNORECASE)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_DATE = rf"(?:{_MONTH}\s+\d{{1,2}}\s*,?\s*\d{{4}}|\d{{1,2}}\s+{_MONTH}\s*,?\s*\d{{4}})(?!\d)"
_ENDED = re.compile(
    rf"\b(?:year|quarter|quarterly\s+period)\s+(?:\([^)]{{1,20}}\)\s+)?ended[\s:|_]*({_DATE})", re.IGNORECASE
)
_EVENT = re.compile(
    rf"(?P<before>{_DATE})?\s*\(?\s*Date\s+of\s+Report\s*\(?\s*Date\s+of\s+earliest\s+event\s+reported\s*\)?"
    rf"[\s:|_]*(?P<after>{_DATE})?(?:\s*\(\s*(?P<earlier>{_DATE}))?",
    re.IGNORECASE,
)
_CHARTER = re.compile(r"\(\s*Exact\s+name\s+of\s+(?:the\s+)?(?:registrant|issuer|company)\b", re.IGNORECASE)
_ORNAMENT = " \t|_-–—*="
_NO_NAME = re.compile(r"\b(?:commission|file|number|ended|report|form|period)\b|[()]", re.IGNORECASE)
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Cover:
    """Form as EDGAR names it ("10-K/A"), end of the period (of an 8-K the day of its event), name in the charter."""

    form: str | None = None
    period_end: date | None = None
    company: str | None = None


def cover(document: Document) -> Cover:
    """Return what the cover page of a filing says, None for what is missing or unclear; all None for other texts."""
    text = document.text[:_LENGTH]
    commission = _COMMISSION.search(text)
    named = _FORM.search(text, commission.end(), commission.end() + _TOP) if commission else None
    form = f"{named['number']}-{named['letters']}".upper() if named else None
    if named is None or form not in _FORMS:
        return Cover()
    amended = _AMENDED.search(text, max(0, named.start() - _NEAR), named.end() + _NEAR)
    rest = text[named.end() :]
    period = _event(rest) if form == "8-K" else _period(rest)
    return Cover(f"{form}/A" if amended else form, period, _company(rest))


def _period(text: str) -> date | None:
    ended = _ENDED.search(text)
    return _day(ended.group(1)) if ended else None


def _event(text: str) -> date | None:
    """Return the day of the earliest event: the one in brackets, where the day of the report stands beside it."""
    event = _EVENT.search(text)
    if event is None:
        return None
    written = event["earlier"] or event["after"] or event["before"]
    return _day(written) if written else None


def _day(written: str) -> date | None:
    month = next(name for name in _MONTHS if name.lower() in written.lower())
    day, year = (int(number) for number in re.findall(r"\d+", written))
    try:
        return date(year, _MONTHS.index(month) + 1, day)
    except ValueError:
        return None


def _company(text: str) -> str | None:
    """Return the line above the words "Exact name of registrant", unless the name may have begun further up."""
    charter = _CHARTER.search(text)
    lines = text[: charter.start()].split("\n") if charter else []
    while lines and not lines[-1].strip(_ORNAMENT):
        lines.pop()
    if not lines:
        return None
    name = " ".join(lines.pop().strip(_ORNAMENT).split())
    above = lines[-1].strip(_ORNAMENT) if lines else ""
    begins_above = above and not (_NO_NAME.search(above) or re.search(r"\d", above))
    return None if begins_above or _NO_NAME.search(name) or len(name) > _LONGEST_NAME else name
