"""What the head of a statement says of its columns: their years and last days, the scale, the currency."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from p3.answer.tables.cells import Cell, Part, Year

MOST_COLUMNS = 6
_MONTHS = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?"
)
_DAY = re.compile(rf"\b({_MONTHS})\.?\s+(\d{{1,2}})\s*,?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_DAY_OF_YEAR = re.compile(rf"\b({_MONTHS})\.?\s+(\d{{1,2}})\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d$,.])(?:19|20)\d\d(?![\d,]|\.\d)")
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "000": 1e3}
_SCALE = re.compile(
    r"\bin\s+(?:u\.?s\.?\s+)?(?:\$\s*)?(thousand|million|billion)s?\b|\(\s*(?:\$\s*)?(thousand|million|billion)s\b"
    r"|\(\s*\$?\s*(000)['’]?s\b|[$€£]\s*(thousand|million|billion)s\b|^\s*\(?(thousand|million|billion)s\)?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_SHARES_APART = re.compile(r"except\b[^)\n]*\bshares?\b(?!\s+(?:data|amounts?|information|figures))", re.IGNORECASE)
_SHARES_IN = re.compile(
    r"shares?,? (?:which|that) are (?:reflected |stated |shown |expressed )?in (thousand|million|billion)s",
    re.IGNORECASE,
)
_SHARE_DATA = re.compile(r"except\b[^)\n]*(?<!per )(?<!per common )\bshare\b", re.IGNORECASE)
_OTHER_DOLLARS = re.compile(
    r"canadian dollars|australian dollars|\b(?:C|A|NT|HK|S|R)\$|renminbi|\bRMB\b|¥", re.IGNORECASE
)


def columns(parts: Sequence[Part]) -> tuple[int, ...]:
    """Return the years of the columns from left to right: the head's last run of years that follow one another.

    Nothing is returned where there is no such run of two years or more.
    """
    return last_run([part.year for part in _head(parts) if isinstance(part, Year)])


def columns_told(text: str) -> tuple[int, ...]:
    """Return the last such run of the years in ``text``, wherever in its lines they stand."""
    return last_run([int(year) for year in _YEAR.findall(text)])


def first_amount(parts: Sequence[Part]) -> int:
    """Return the index of the first cell of the table's body: an amount, or one of two numbers together."""
    for at, part in enumerate(parts):
        if isinstance(part, Cell):
            after = parts[at + 1] if at + 1 < len(parts) else None
            if not part.plain or isinstance(after, Cell):
                return at
    return len(parts)


def _head(parts: Sequence[Part]) -> Sequence[Part]:
    return parts[: first_amount(parts)]


def last_run(years: Sequence[int]) -> tuple[int, ...]:
    """Return the last years that follow one another, upwards or downwards; nothing where they are fewer than two."""
    run: list[int] = []
    for year in reversed(years):
        step = run[-1] - year if run else 0
        if run and (abs(step) != 1 or (len(run) > 1 and step != run[-2] - run[-1])):
            break
        run.append(year)
    return tuple(reversed(run)) if 2 <= len(run) <= MOST_COLUMNS else ()


def days(text: str) -> dict[int, date]:
    """Return the last day of each year that ``text`` names with one, or with its day alone ("December 31,")."""
    told = {day.year: day for match in _DAY.finditer(text) if (day := _day(*match.groups()))}
    shared = {match.groups() for match in _DAY_OF_YEAR.finditer(text)}
    if len({(month.lower()[:3], number) for month, number in shared}) == 1:
        month, number = next(iter(shared))
        years = (int(year) for year in _YEAR.findall(text))
        told |= {year: day for year in years if year not in told and (day := _day(month, number, str(year)))}
    return told


def _day(month: str, number: str, year: str) -> date | None:
    try:
        return datetime.strptime(f"{month[:3]} {number} {year}", "%b %d %Y").date()  # noqa: DTZ007 - a calendar day
    except ValueError:
        return None


def scale(text: str) -> float | None:
    """Return what the statement's amounts are multiples of, None where it does not say."""
    match = _SCALE.search(text)
    return _SCALES[next(filter(None, match.groups())).lower()] if match else None


def share_scale(text: str) -> float | None:
    """Return what counts of shares are multiples of where it is not what money is; None where it is the same."""
    if match := _SHARES_IN.search(text):
        return _SCALES[match[1].lower()]
    return 1.0 if _SHARES_APART.search(text) or _SHARE_DATA.search(text) else None


def currency(texts: Iterable[str]) -> str | None:
    """Return the currency of the statements, None where their signs leave it open."""
    joined = "\n".join(texts)
    if _OTHER_DOLLARS.search(joined):
        return None
    signs = {"$": "USD", "€": "EUR", "£": "GBP"}
    found = {name for sign, name in signs.items() if sign in joined}
    if re.search(r"u\.?s\.? dollars", joined, re.IGNORECASE):
        found.add("USD")
    return found.pop() if len(found) == 1 else None
