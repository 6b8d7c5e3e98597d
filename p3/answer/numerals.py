"""The numbers that a text states, each as one comparable value with its place in the text.

"$1.6 billion" and "1,600 million" are the same value, "1,600" is another; "5%" is neither "5" nor "0.05"; "(1,234)" is
negative; "twelve" is 12. A date is one value and states its month and year as well. What is no amount ("10-K", "half",
"Ⅻ") is a literal, compared as it is written.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from p3.answer import spelt

Kind = Literal["plain", "percent", "percentage points", "basis points", "times", "date", "month", "quarter", "literal"]
Value = Decimal | str


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number: its ``value`` in single units, or a text where it is no amount; ``text`` stands at ``start``.

    ``currency`` is the sign before it, such as $, or nothing.
    """

    kind: Kind
    value: Value
    text: str
    start: int
    end: int
    currency: str = ""


_Meanings = Iterator[tuple[Kind, Value, str]]
_SCALES = {
    **dict.fromkeys(("thousand", "k"), Decimal(10) ** 3),
    **dict.fromkeys(("million", "m", "mm", "mn"), Decimal(10) ** 6),
    **dict.fromkeys(("billion", "b", "bn"), Decimal(10) ** 9),
    **dict.fromkeys(("trillion", "t", "tn"), Decimal(10) ** 12),
}
_UNITS: dict[str, Kind] = {  # all others are ways to write percent
    "percentagepoint": "percentage points",
    "basispoint": "basis points",
    "bp": "basis points",
    "time": "times",
    "x": "times",
    "×": "times",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_ENDINGS = r"(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?"
_ORDINALS = ("first", "second", "third", "fourth")

_SPACE = re.compile(r"\s")
_MONTH = rf"\b(?P<month>{'|'.join(_MONTHS)}){_MONTH_ENDINGS}\b\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_SIGN = r"(?:US|CA?|A|HK)?[$€£¥]"
_FIGURE = r"(?<![\w.,])(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?![.,]?\d)"
_SCALE = r"\)?\s?(?:thousand|million|billion|trillion|bn|mn|tn|mm)\b|[kmbt]\b"
_UNIT = r"\)?\s?%|\s?(?:percentage\spoints?|percent|per\scent|pct|basis\spoints?|bps|times|x)\b|\s?×"
_RANGE = rf"(?=\s?(?:[-–—]|to)\s?(?:{_SIGN})?(?:\d[\d,.]*\d|\d)(?P<next_scale>{_SCALE})?(?P<next_unit>{_UNIT})?)"


def _date(match: re.Match[str]) -> _Meanings:
    month, year = match["month"], match["year"]
    number = int(month) if month.isdecimal() else _MONTHS.index(month.lower()) + 1
    if "day" in match.re.groupindex:
        yield "date", f"{int(year)}-{number:02}-{int(match['day']):02}", ""
    yield "month", f"{int(year)}-{number:02}", ""
    yield "plain", Decimal(year), ""


def _quarter(match: re.Match[str]) -> _Meanings:
    named = match["quarter"].lower()
    yield "quarter", str(_ORDINALS.index(named) + 1) if named in _ORDINALS else named.strip("q"), ""


def _fiscal_year(match: re.Match[str]) -> _Meanings:
    year = match["year"]
    yield "plain", Decimal(year if len(year) == 4 else f"20{year}"), ""


def _amount(match: re.Match[str]) -> _Meanings:
    scale, unit = match["scale"], match["unit"]
    is_year = re.fullmatch(_YEAR, match["figure"]) is not None and not (match["currency"] or scale or unit)
    if not (scale or unit or is_year):
        scale, unit = match["next_scale"], match["next_unit"]
    size = Decimal(match["figure"].replace(",", "")) * _scale(scale)
    negative = _has_minus(match) or (_in_brackets(match) and not is_year)
    yield _kind(unit), -size if negative else size, (match["currency"] or "").upper()


def _scale(word: str | None) -> Decimal:
    return _SCALES[word.strip(") ").lower()] if word else Decimal(1)


def _kind(unit: str | None) -> Kind:
    if not unit:
        return "plain"
    return _UNITS.get(re.sub(r"\s", "", unit.lower()).rstrip("s"), "percent")


def _has_minus(match: re.Match[str]) -> bool:
    """Whether a minus stands before the amount; between two numbers or words it is a hyphen."""
    before = match.string[: match.start()]
    return re.search(r"(?:^|[\s(|$€£¥])[-−–]\s?\Z", before) is not None or (match["minus"] or "") != ""


def _in_brackets(match: re.Match[str]) -> bool:
    """Whether brackets hold the amount alone, as accountants write what is negative: (5), $(5), ($5), (5)%."""
    opened = match["open"] or match.string[: match.start()].endswith("(")
    after = match.string[match.end() :]
    return bool(opened) and (
        (match["scale"] or match["unit"] or "").startswith(")") or after.lstrip(" ").startswith(")")
    )


def _in_words(match: re.Match[str]) -> _Meanings:
    value = spelt.value(match["words"])
    if value is not None:
        yield _kind(match["unit"]), value * _scale(match["scale"]), ""


def _vague(match: re.Match[str]) -> _Meanings:
    yield "literal", spelt.multiple(match[0]), ""


def _literal(match: re.Match[str]) -> _Meanings:
    yield "literal", match[0].lower(), ""


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Meanings]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (rf"(?<![\w.,-]){_YEAR}-(?P<month>[01]\d)-(?P<day>[0-3]\d)\b(?!-)", _date),
        (rf"(?<![\w./])(?P<month>[01]?\d)/(?P<day>[0-3]?\d)/{_YEAR}(?!/)", _date),
        (rf"{_MONTH}\s{_DAY},?\s{_YEAR}", _date),
        (rf"(?<![\w.,]){_DAY}\s(?:of\s)?{_MONTH},?\s{_YEAR}", _date),
        (rf"{_MONTH},?\s{_YEAR}", _date),
        (rf"\b(?P<quarter>q[1-4]|[1-4]q|(?:{'|'.join(_ORDINALS)})(?=(?:\sfiscal)?[\s-]quarter))\b", _quarter),
        (r"\bfy\s?'?(?P<year>\d{4}|\d\d)\b", _fiscal_year),
        (
            rf"(?P<currency>{_SIGN})?\s?(?P<open>\()?(?P<minus>[-−](?<=[$€£¥][-−]))?(?P<figure>{_FIGURE})"
            rf"(?P<scale>{_SCALE})?(?P<unit>{_UNIT})?(?!\w|-[a-z])(?:{_RANGE})?",
            _amount,
        ),
        (
            rf"\b(?P<words>{spelt.PATTERN})\b(?P<scale>[\s-](?:million|billion|trillion)\b)?(?P<unit>{_UNIT})?",
            _in_words,
        ),
        (rf"\b(?:{spelt.MULTIPLES})\b", _vague),
        (r"[\w.,&/-]*\d[\w&/-]*", _literal),
    )
)


def numerals(text: str) -> list[Numeral]:
    """Return what ``text`` states, rule by rule; what one rule has read no later one reads again."""
    left = _SPACE.sub(" ", text)
    found: list[Numeral] = []
    for pattern, read in _RULES:
        for match in pattern.finditer(left):
            for kind, value, currency in read(match):
                start, end = _extent(match, value)
                found.append(Numeral(kind, value, text[start:end].strip(), start, end, currency))
        left = pattern.sub(lambda match: " " * len(match[0]), left)
    return [*found, *_signs(text)]


def _extent(match: re.Match[str], value: Value) -> tuple[int, int]:
    """Return where a number stands, the brackets or the minus of a negative one included."""
    start, end = match.span()
    if not (isinstance(value, Decimal) and value < 0):
        return start, end
    before, after = match.string[:start], match.string[end:]
    start -= len(before) - len(re.sub(r"[(−–-]\s?\Z", "", before))
    end += len(after) - len(re.sub(r"\A ?\)(?: ?%)?", "", after))
    return start, end


def _signs(text: str) -> Iterator[Numeral]:
    """Yield the characters that mean numbers without being digits: ½, ², Ⅻ, 十."""
    for at, character in enumerate(text):
        if not character.isdecimal() and unicodedata.numeric(character, None) is not None:
            yield Numeral("literal", character, character, at, at + 1)
