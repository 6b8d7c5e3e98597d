"""Periods named in a question: fiscal years, quarters, the trailing twelve months, the date on which a period ends.

`mark` rewrites every way of naming a period into one word (``@FY2024``, ``@2024``, ``@Q3FY2024``, ``@2024-01-28``,
``@TTM``, ``@LATEST``,
``@LATESTQ``, ``@LAST3``, or a range ``@FY2022..@FY2024``); `read` turns such a word into keys.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

Duration = Literal["annual", "quarter", "ttm"]
MAX_YEARS = 30

_ORDINALS = ("first", "second", "third", "fourth")
_NUMERALS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAY = re.compile(rf"\b({_MONTHS})\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b")
_WORD = re.compile(r"@(?:Q(?P<quarter>[1-4]))?(?P<fiscal>FY)?(?P<year>\d{4})\Z")
_RANGE = re.compile(r"(@(?:FY)?\d{4})\s*(?:-|to|through|until)\s*(@(?:FY)?\d{4})(?![\w.])")

# In this order: what an earlier rule has marked begins with "@", and no later rule takes it apart.
_REWRITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?<![\w@-])(\d{4}-\d{2}-\d{2})\b", r"@\1"),
        (r"(?<=\d)-(?=(?:fy)?\d{4}\b)", " - "),
        (r"\b(?:ttm|ltm|(?:trailing|last)[\s-]+twelve[\s-]+months?)\b", "@TTM"),
        (r"\b(?:latest|last|newest|most recent)\s+(?:fiscal\s+)?quarter\b", "@LATESTQ"),
        (r"\b(?:latest|last|newest|most recent)\s+(?:fiscal\s+)?year\b", "@LATEST"),
        (r"\b(?:fiscal\s+years?|fiscal|fy)\s*'?((?:19|20)\d{2})\b", r"@FY\1"),
        (r"\b(?:fiscal\s+years?|fiscal|fy)\s*'?(\d{2})\b", r"@FY20\1"),
        (r"(?<![\w@.,$-])((?:19|20)\d{2})(?![\w%-]|[.,]\d)", r"@\1"),
        (r"(?:the\s+)?\bq\s?([1-4])(?:\s+of)?(?:\s+the)?[\s']*@", r"@Q\1"),
        (r"@((?:FY)?\d{4})\s+q([1-4])\b", r"@Q\2\1"),
    )
)


@dataclass(frozen=True, slots=True)
class PeriodKey:
    """A period as asked for. Without ``fiscal_year`` and ``end`` it is the newest known one, ``back`` periods before
    it.

    ``exact`` is False where the question names a bare year, which could mean the calendar's.
    """

    duration: Duration = "annual"
    fiscal_year: int | None = None
    quarter: int | None = None
    end: date | None = None
    back: int = 0
    exact: bool = True

    def earlier(self, years: int) -> "PeriodKey":
        """Return the like period ``years`` before; one that is named by its end has none and raises ValueError."""
        if self.end is not None:
            raise ValueError("a period named by its end has no like period a year before")
        if self.fiscal_year is not None:
            return replace(self, fiscal_year=self.fiscal_year - years)
        return replace(self, back=self.back + years * (1 if self.duration == "annual" else 4))

    def describe(self) -> str:
        """Return the period in words."""
        if self.end is not None:
            return f"the period ended {self.end.isoformat()}"
        if self.duration == "ttm":
            return "the trailing twelve months"
        if self.fiscal_year is None:
            return "the latest quarter" if self.duration == "quarter" else "the latest fiscal year"
        quarter = f"the {_ORDINALS[self.quarter - 1]} quarter of " if self.quarter else ""
        return f"{quarter}fiscal {self.fiscal_year}"


def mark(text: str) -> str:
    """Rewrite the periods that lower-case ``text`` names into single words."""
    text = _DAY.sub(_iso_day, text)
    for number, ordinal in enumerate(_ORDINALS, start=1):
        text = re.sub(rf"\b{ordinal}\s+(?:fiscal\s+)?quarter\b", f"q{number}", text)
    text = re.sub(rf"\b(?:last|past)\s+(\d|{'|'.join(_NUMERALS)})\s+(?:fiscal\s+)?years\b", _last_years, text)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return _RANGE.sub(r"\1..\2", text)


def _iso_day(match: re.Match[str]) -> str:
    try:
        day = datetime.strptime(" ".join(match.groups()), "%B %d %Y").date()  # noqa: DTZ007 - a calendar day
    except ValueError:
        return match[0]
    return f"@{day.isoformat()}"


def _last_years(match: re.Match[str]) -> str:
    word = match[1]
    return f"@LAST{_NUMERALS.index(word) if word in _NUMERALS else word}"


def read(word: str) -> tuple[PeriodKey, ...]:
    """Return the keys of a marked ``word``, oldest first; nothing for any other word."""
    first, dots, last = word.partition("..")
    if dots:
        return _span(read(first), read(last))
    if match := _WORD.match(word):
        quarter = int(match["quarter"]) if match["quarter"] else None
        duration: Duration = "quarter" if quarter else "annual"
        return (PeriodKey(duration, int(match["year"]), quarter, exact=match["fiscal"] is not None),)
    if word in _NAMED:
        return (_NAMED[word],)
    if word.startswith("@LAST") and word[5:].isdigit():
        return tuple(PeriodKey(back=back) for back in reversed(range(int(word[5:]))))
    try:
        return (PeriodKey(end=date.fromisoformat(word[1:])),) if word.startswith("@") else ()
    except ValueError:
        return ()


_NAMED = {"@TTM": PeriodKey("ttm"), "@LATEST": PeriodKey(), "@LATESTQ": PeriodKey("quarter")}


def _span(first: tuple[PeriodKey, ...], last: tuple[PeriodKey, ...]) -> tuple[PeriodKey, ...]:
    start, end = first[0].fiscal_year, last[0].fiscal_year
    if start is None or end is None or not 0 <= end - start < MAX_YEARS:
        return ()
    exact = first[0].exact or last[0].exact
    return tuple(PeriodKey(fiscal_year=year, exact=exact) for year in range(start, end + 1))
