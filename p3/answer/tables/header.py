"""What the head of a statement says of its columns: their years and last days, and the currency."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import combinations

from p3.answer.tables.cells import Cell, Part, Year

MOST_COLUMNS = 6
_DAYS_OF_YEAR = 366
_WEEKS_OF_YEARS = 10  # days by which years of 52 and 53 weeks may end earlier or later
_MONTHS = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?"
)
_DAY = re.compile(rf"\b({_MONTHS})\.?\s+(\d{{1,2}})\s*,?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_DAY_OF_YEAR = re.compile(rf"\b({_MONTHS})\.?\s+(\d{{1,2}})\b", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})\s+({_MONTHS})\b(?!\s+\d{{1,2}}\b)", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d$,.])(?:19|20)\d\d(?![\d,]|\.\d)")
_OTHER_DOLLARS = re.compile(
    r"(?:canadian|australian|new zealand|singapore|hong kong|taiwan|bermuda|barbados) dollars"
    r"|\b(?:C|CA|CAD|A|AU|NT|HK|S|R|NZ|MX)\s?\$|renminbi|\bRMB\b|¥",
    re.IGNORECASE,
)
_OTHER_MONEY = re.compile(
    r"\b(?:yen|yuan|francs?|pesos?|reais|reals|rupees?|won|kron[aeo]r?|krónur|rand|shekels?|NIS|rou?bles?|baht|ringgit"
    r"|rupiah|zlotys?|liras?|CNY|CAD|AUD|JPY|CHF|SEK|NOK|DKK|INR|KRW|BRL|MXN|ZAR|ILS|TWD)\b|₩|₹|₪|Ps\.",
    re.IGNORECASE,
)
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
_MONEY = {
    "USD": re.compile(r"u\.?s\.? dollars|united states dollars|\busd\b|\bUS\s?\$", re.IGNORECASE),
    "EUR": re.compile(r"\beuros?\b", re.IGNORECASE),
    "GBP": re.compile(r"\bsterling\b", re.IGNORECASE),
}


def columns(parts: Sequence[Part]) -> tuple[int, ...]:
    """Return the years of the columns from left to right: the head's last run of years that follow one another.

    Nothing is returned where there is no such run of two years or more.
    """
    return last_run([part.year for part in _head(parts) if isinstance(part, Year)])


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


def days(text: str) -> dict[int, date] | None:
    """Return the last day of each year that a head names with one, or with its day alone ("December 31,").

    None where the days are not about a year apart: then some column covers another span.
    """
    text = _DAY_FIRST.sub(r"\2 \1", text)
    told = [day for match in _DAY.finditer(text) if (day := _day(*match.groups()))]
    shared = {match.groups() for match in _DAY_OF_YEAR.finditer(text)}
    if not end_alike(day for month, number in shared if (day := _day(month, number, "2000"))):
        return None
    found = {day.year: day for day in told}
    if len({(month.lower()[:3], number) for month, number in shared}) == 1:
        month, number = next(iter(shared))
        years = (int(year) for year in _YEAR.findall(text))
        found |= {year: day for year in years if year not in found and (day := _day(month, number, str(year)))}
    return found


def end_alike(days: Iterable[date]) -> bool:
    """Say whether days are the ends of such years as follow one another, of 52 or 53 weeks or of twelve months."""
    numbers = {day.timetuple().tm_yday for day in days}
    return all(_apart(*pair) <= _WEEKS_OF_YEARS for pair in combinations(numbers, 2))


def _apart(one: int, other: int) -> int:
    return min(abs(one - other), _DAYS_OF_YEAR - abs(one - other))


def _day(month: str, number: str, year: str) -> date | None:
    try:
        return datetime.strptime(f"{month[:3]} {number} {year}", "%b %d %Y").date()  # noqa: DTZ007 - a calendar day
    except ValueError:
        return None


def currency(heads: Iterable[str], texts: Iterable[str]) -> str | None:
    """Return the currency that the statements' heads name and their signs show, None where these leave it open."""
    head, text = "\n".join(heads), "\n".join(texts)
    if _OTHER_MONEY.search(head) or _OTHER_DOLLARS.search(text):
        return None
    found = {name for name, words in _MONEY.items() if words.search(head)}
    found |= {name for sign, name in _SIGNS.items() if sign in text}
    return found.pop() if len(found) == 1 else None
