"""A page of a statement as a sequence of labels, years and cells, each with its place in the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_SIGN = rf"(?P<open>\(\s*)?[$€£]?\s*(?P<minus>[{_DASHES}](?=[$€£]?[\d.]))?[$€£]?\s*"
_VALUE = rf"{_SIGN}(?P<digits>{_DIGITS})\s*(?P<percent>%)?\s*\)?\s*%?"
_CELL = re.compile(rf"(?:{_VALUE}|(?P<dash>[$€£]?\s*\(?[{_DASHES}]+\)?))(?=\s|\||$)")
_LAST = re.compile(rf"(?:(?<=[\s|$€£])|^)(?:{_VALUE}|(?P<dash>\(?[{_DASHES}]+\)?))[\s|$€£)]*\Z")
_NOISE = re.compile(r"[\s|$€£()]*\Z")
_FOOTNOTE = re.compile(r"\s*\([a-z*]\)\s*\Z|\s*\*+\s*\Z")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_OPEN_END = re.compile(
    rf"(?:(?:{_MONTHS})\s+\d{{1,2}}\s*,?|\b\d{{1,2}}\s+(?:{_MONTHS})"
    r"|[,;/&–—-]|\d{4}:|\band|\bof|\bin|\bfiscal|\byear|\bsince|\bthrough|\bto)[\s$€£]*\Z",
    re.IGNORECASE,
)
_DATE = (
    r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|tember|ober|ember)?\.?\s+\d{1,2}"
    r"\s*,?\s+(?P<year>(?:19|20)\d\d)"
)
_DATES = re.compile(rf"\W*(?:{_DATE.replace('?P<year>', '?:')}\W*){{2,}}", re.IGNORECASE)
_ONE_DATE = re.compile(_DATE, re.IGNORECASE)
# What heads one column of a line of a table: "Year ended June 30, 2024", "2023 (As restated)", "31 March 2023".
_HEADED = re.compile(
    r"\s*[^\d|$€£]{0,60}(?:\d{1,2}(?!\d)[^\d|$€£]{1,20}){0,2}(?P<year>(?:19|20)\d\d)\s*(?:\([a-z\d ]{1,30}\)|\*+)?\s*",
    re.IGNORECASE,
)
_COLUMN = re.compile(r"[^|]*[^|\s][^|]*")
_WIDE_GAP = re.compile(r"(?:\s{2,}|\t|\||[$€£])\s*\Z")


@dataclass(frozen=True, slots=True)
class Label:
    """A line of words, or the words before a line's cells."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Year:
    """A year that stands alone or at the end of a line."""

    year: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A number as printed, unscaled; a dash is 0. ``plain`` is False where commas, decimals or signs show an amount."""

    value: float
    start: int
    end: int
    plain: bool = False


Part = Label | Year | Cell


def parts(text: str) -> list[Part]:
    """Return the parts of ``text`` in order; percentages and marks of footnotes are left out."""
    plain = text.replace("\u00a0", " ")
    return [part for match in re.finditer(r"[^\n]+", plain) for part in _line(match[0], match.start())]


def _line(line: str, start: int) -> Iterator[Part]:
    if _FOOTNOTE.fullmatch(line) or _NOISE.fullmatch(line):
        return
    if _DATES.fullmatch(line):
        for match in _ONE_DATE.finditer(line):
            yield Year(int(match["year"]), start + match.start("year"), start + match.end("year"))
        return
    if headed := _headed(line, start):
        yield from headed
        return
    if (whole := _all_cells(line, start)) is not None:
        yield from whole
        return
    yield from _label_and_cells(line, start)


def _headed(line: str, start: int) -> list[Part]:
    """Return the years of a table's line in which each column ends in one, the first being words or one of them."""
    columns = list(_COLUMN.finditer(line))
    dated = [(column, match) for column in columns if (match := _HEADED.fullmatch(column[0]))]
    if len(dated) < 2 or [column for column, _ in dated] not in (columns, columns[1:]):
        return []
    places = [(start + column.start(), match) for column, match in dated]
    return [Year(int(match["year"]), at + match.start("year"), at + match.end("year")) for at, match in places]


def _all_cells(line: str, start: int) -> list[Part] | None:
    """Return the cells of a line that holds nothing else, None for any other line."""
    found: list[Part] = []
    at = 0
    while at < len(line):
        if _NOISE.match(line[at]):
            skipped = line[at] != "("
            if skipped:
                at += 1
                continue
        match = _CELL.match(line, at)
        if match is None:
            return found if found and _NOISE.fullmatch(line[at:]) else None
        found += _part(match, start)
        at = match.end()
    return found


def _label_and_cells(line: str, start: int) -> Iterator[Part]:
    """Yield the words of a line and the cells that end it; a number close behind words belongs to them."""
    body, taken = line, []
    if _FOOTNOTE.search(body) and re.search(r"\d", body):
        body = _FOOTNOTE.sub("", body)
    while (match := _LAST.search(body)) and body[: match.start()].strip():
        amount = match.end() - len(match[0].lstrip())
        taken.append((match, bool(_WIDE_GAP.search(body[:amount])), body))
        body = body[: match.start()]
    while taken and not _parted(taken):
        _, _, body = taken.pop()
    stripped = body.strip(" |\t$€£")
    if stripped:
        at = body.index(stripped)
        yield Label(stripped, start + at, start + at + len(stripped))
    for match, _, _ in reversed(taken):
        yield from _part(match, start)


def _parted(taken: list[tuple[re.Match[str], bool, str]]) -> bool:
    """Say whether the first of a line's last cells is one, and not the end of its words."""
    match, wide, body = taken[-1]
    before = body[: match.start()]
    digits = match["digits"]
    if digits and _OPEN_END.search(before):
        return _YEAR.match(digits) is not None
    amount = digits is not None and ("," in digits or "." in digits or match["open"] is not None)
    return wide or amount or (len(taken) > 1 and match["dash"] is None)


def _part(match: re.Match[str], start: int) -> list[Part]:
    if match["digits"] is None:
        return [Cell(0.0, start + match.start(), start + match.end())]
    digits = match["digits"]
    if match["percent"] or "%" in match[0]:
        return []
    first, last = start + match.start(), start + match.end()
    negative = match["open"] is not None or match["minus"] is not None
    if _YEAR.match(digits) and not negative and "$" not in match[0]:
        return [Year(int(digits), first, last)]
    value = float(digits.replace(",", ""))
    plain = not negative and "," not in digits and "." not in digits
    return [Cell(-value if negative else value, first, last, plain)]
