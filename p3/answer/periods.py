"""Periods named in a question: fiscal years, quarters, the trailing twelve months, the date on which a period ends.

`mark` rewrites every way of naming a period into one word (``@FY2024``, ``@2024``, ``@Q3FY2024``, ``@2024-01-28``,
``@Q2024-01-28`` for the quarter ended then, ``@H…`` and ``@N…`` for the six and nine months, ``@TTM``, ``@LATEST``,
``@LATESTQ``, ``@LAST3``, or a range ``@FY2022..@FY2024``); `read` turns such a word into keys.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

Duration = Literal["annual", "quarter", "ttm"]
MAX_YEARS = 30

_ORDINALS = ("first", "second", "third", "fourth")
_NUMERALS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})(?:t?\.|[a-z]*)"
_DAYS = (
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<year>\d{{4}})\b"),
    re.compile(r"(?<![\w/])(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?![\w/])"),  # as written in the USA
)
_SPANS: dict[Duration, str] = {"annual": "year", "quarter": "quarter", "ttm": "twelve months"}
_WORD = re.compile(r"@(?:Q(?P<quarter>[1-4]))?(?P<fiscal>FY)?(?P<year>\d{4})\Z")
_ENDED = re.compile(
    r"\b(?P<length>(?:three|six|nine|3|6|9)[\s-]+months?|quarter|(?:fiscal\s+)?year|(?:twelve|12)[\s-]+months?)"
    r"(?:\s+period)?\s+end(?:ed|ing)\s+(?:on\s+)?@(?P<end>\d{4}-\d{2}-\d{2})\b"
)
_ENDED_AT = re.compile(r"@(?P<kind>Q|H|N|FY|TTM)?(?P<end>\d{4}-\d{2}-\d{2})\Z")
_QUARTERS = {"Q": 1, "H": 2, "N": 3}  # in a quarter, a half year and nine months that end on a day
_PARTS = {
    "first nine months": (1, 3),
    "first six months": (1, 2),
    "first half": (1, 2),
    "second half": (3, 4),
    "first three quarters": (1, 3),
    "first two quarters": (1, 2),
}
_PART_YEAR = re.compile(
    rf"\b(?P<part>{'|'.join(part.replace(' ', '[ -]') for part in _PARTS)})\s+(?:of\s+)?(?:the\s+)?"
    r"(?P<year>(?:fiscal(?:\s+year)?|fy)?\s*(?:19|20)\d{2})\b"
)
_RANGE = re.compile(r"(@(?:FY)?\d{4})\s*(?:-|to|through|until)\s*(@(?:FY)?\d{4})(?![\w.])")

_BETWEEN = re.compile(r"\bbetween\s+(@(?:FY)?\d{4})\s+and\s+(@(?:FY)?\d{4})(?![\w.])")

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
    """A period as asked for. Without ``fiscal_year`` and ``end`` it is the newest known one; it lies ``back`` periods
    before the one that is named.

    One that is given by its ``end`` is a year or a quarter, unless ``spanned``: then the question names its length.
    ``exact`` is False where the question names a bare year, which could mean the calendar's.
    """

    duration: Duration = "annual"
    fiscal_year: int | None = None
    quarter: int | None = None
    end: date | None = None
    back: int = 0
    exact: bool = True
    spanned: bool = False

    def earlier(self, years: int) -> "PeriodKey":
        """Return the like period ``years`` before; one whose end alone is named has none and raises ValueError."""
        if self.end is not None and not self.spanned:
            raise ValueError("a period named by its end has no like period a year before")
        if self.fiscal_year is not None:
            return replace(self, fiscal_year=self.fiscal_year - years)
        return replace(self, back=self.back + years * (1 if self.duration == "annual" else 4))

    def describe(self) -> str:
        """Return the period in words."""
        if self.end is not None:
            before = f"{self.back} before the one " if self.back else ""
            return f"the {_SPANS[self.duration] if self.spanned else 'period'} {before}ended {self.end.isoformat()}"
        if self.duration == "ttm":
            return "the trailing twelve months"
        if self.fiscal_year is None:
            return "the latest quarter" if self.duration == "quarter" else "the latest fiscal year"
        quarter = f"the {_ORDINALS[self.quarter - 1]} quarter of " if self.quarter else ""
        return f"{quarter}fiscal {self.fiscal_year}"


def mark(text: str) -> str:
    """Rewrite the periods that lower-case ``text`` names into single words."""
    for pattern in _DAYS:
        text = pattern.sub(_iso_day, text)
    text = _PART_YEAR.sub(_quarters, text)
    for number, ordinal in enumerate(_ORDINALS, start=1):
        text = re.sub(rf"\b{ordinal}\s+(?:fiscal\s+)?quarter\b", f"q{number}", text)
    text = re.sub(rf"\b(?:last|past)\s+(\d|{'|'.join(_NUMERALS)})\s+(?:fiscal\s+)?years\b", _last_years, text)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    text = _ENDED.sub(_span_ended, text)
    return _BETWEEN.sub(r"\1..\2", _RANGE.sub(r"\1..\2", text))


def _iso_day(match: re.Match[str]) -> str:
    month = match["month"]
    number = int(month) if month.isdigit() else _MONTHS.index(month) + 1
    try:
        day = date(int(match["year"]), number, int(match["day"]))
    except ValueError:
        return match[0]
    return f"@{day.isoformat()}"


def _span_ended(match: re.Match[str]) -> str:
    length = match["length"]
    if length.startswith(("six", "nine", "6", "9")):
        return f"combined @{'H' if length.startswith(('six', '6')) else 'N'}{match['end']}"
    kind = "FY" if "year" in length else "TTM" if length.startswith(("twelve", "12")) else "Q"
    return f"@{kind}{match['end']}"


def _quarters(match: re.Match[str]) -> str:
    """Return the quarters of "the first nine months of FY2025", to be added up."""
    first, last = _PARTS[" ".join(match["part"].replace("-", " ").split())]
    return "combined " + " ".join(f"q{quarter} {match['year']}" for quarter in range(first, last + 1))


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
    if match := _ENDED_AT.match(word):
        return _ended(match["kind"], match["end"])
    if word.startswith("@LAST") and word[5:].isdigit():
        return tuple(PeriodKey(back=back) for back in reversed(range(int(word[5:]))))
    return ()


def _ended(kind: str | None, day: str) -> tuple[PeriodKey, ...]:
    duration: Duration = "ttm" if kind == "TTM" else "quarter" if kind in _QUARTERS else "annual"
    try:
        last = PeriodKey(duration, end=date.fromisoformat(day), spanned=kind is not None)
    except ValueError:
        return ()
    return tuple(replace(last, back=back) for back in reversed(range(_QUARTERS.get(kind or "", 1))))


def joined(keys: tuple[PeriodKey, ...]) -> tuple[PeriodKey, ...]:
    """Return the keys with "trailing twelve months" and the one date beside it as one key."""
    trailing = [key for key in keys if key.duration == "ttm" and key.end is None]
    ends = [key for key in keys if key.end is not None and not key.spanned]
    if len(keys) != 2 or len(trailing) != 1 or len(ends) != 1:
        return keys
    return (replace(trailing[0], end=ends[0].end, spanned=True),)


_NAMED = {"@TTM": PeriodKey("ttm"), "@LATEST": PeriodKey(), "@LATESTQ": PeriodKey("quarter")}


def _span(first: tuple[PeriodKey, ...], last: tuple[PeriodKey, ...]) -> tuple[PeriodKey, ...]:
    start, end = first[0].fiscal_year, last[0].fiscal_year
    if start is None or end is None or not 0 <= end - start < MAX_YEARS:
        return ()
    exact = first[0].exact or last[0].exact
    return tuple(PeriodKey(fiscal_year=year, exact=exact) for year in range(start, end + 1))
