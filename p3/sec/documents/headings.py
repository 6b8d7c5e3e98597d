"""Lines of a report that may be the heading of an Item, told from prose by the words in them and around them."""

import re
from dataclasses import dataclass

_BLANK = r"(?:[^\S\n]|\|)"  # within a line, and between the cells of a row
_HEADING = re.compile(
    rf"^{_BLANK}*(?:PART\s+(?P<part>IV|I{{1,3}})\b(?:(?!\bITEM)[^\n]){{0,40}})?"
    rf"ITEMS?{_BLANK}*(?P<number>\d{{1,2}}\.\d{{2}}|\d{{1,2}}(?:{_BLANK}?[A-C]\b|{_BLANK}?\([A-C]\))?)(?:\(T\))?"
    rf"(?:\.?{_BLANK}*(?:,|&|-|–|and\b|through\b){_BLANK}*(?:and\b{_BLANK}*)?(?:ITEM{_BLANK}*)?\d{{1,2}}[A-C]?\b)*"
    r"(?![\w(])(?P<rest>[^\n]{0,250})$",
    re.IGNORECASE | re.MULTILINE,
)
_PART = re.compile(
    rf"^{_BLANK}*PART\s+(I{{1,2}})\b[^\w\n]{{0,40}}(?:(?:FINANCIAL|OTHER)\s+INFORMATION)?[^A-Z\n]{{0,80}}$",
    re.IGNORECASE | re.MULTILINE,
)
_FORM = re.compile(r"\bFORM\s+(10-?K|10-?Q|8-?K)", re.IGNORECASE)
_COVER = 20_000  # characters in which the cover page names the form
_ENTRY = re.compile(r"(?:\||\.{2,}|\s{3,})\s*\d{1,3}(?:\s*[-–—]\s*\d{1,3})?[\s|]*\Z")
_GOES_ON = re.compile(
    r"[\s|]*(?:[,(;”]|(?:of|in|to|and|or|is|are|was|above|below|herein|for|with|contains?|under)\b)"
    r"|[^“\n]*”"
    r"|.*\b(?:sections?|herein|(?:in|of)\s+(?:this|our|the)\s+(?:annual\s+|quarterly\s+)?(?:report|form))\b",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(
    r"(?:[,(“]|\b(?:in|of|to|and|or|the|see|with|within|under|by|at|from|as|that|this|our|also|both|refer)|\S\s+Part\s+[IV]+)"
    r"\s*\Z"
)
_ORNAMENT = " \t\xa0|.:;–—-"

Rank = tuple[int, int, str]  # part, number, letter


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that may be the heading of an Item; ``rank`` orders the Items of a form.

    An entry names a page: it stands in a table of contents.
    """

    rank: Rank
    name: str
    title: str
    start: int
    is_entry: bool


def candidates(text: str) -> list[Heading]:
    """Return the lines of a 10-K, 10-Q or 8-K that may be headings, in the order of the text."""
    form = _form(text)
    parts = [(match.start(), match.group(1).upper()) for match in _PART.finditer(text)] if form == "10Q" else []
    headings, part = [], "I"
    for match in _HEADING.finditer(text):
        while parts and parts[0][0] <= match.start():
            part = parts.pop(0)[1]
        heading = _heading(text, match, part if form == "10Q" else None)
        if _is_of_form(form, heading.rank) and not _is_prose(text, match):
            headings.append(heading)
    return headings


def _form(text: str) -> str | None:
    named = _FORM.search(text, 0, _COVER)
    return named.group(1).replace("-", "").upper() if named else None


def _heading(text: str, match: re.Match[str], part: str | None) -> Heading:
    number = re.sub(r"[^\w.]", "", match["number"]).upper()
    part = part and (match["part"] or part).upper()
    return Heading(
        rank=_rank(part, number),
        name=f"Part {part} Item {number}" if part else f"Item {number}",
        title=match["rest"].strip(_ORNAMENT) or _next_line(text, match.end()),
        start=match.start(),
        is_entry=_ENTRY.search(match["rest"]) is not None,
    )


def _rank(part: str | None, number: str) -> Rank:
    whole = re.match(r"\d+", number)
    assert whole is not None  # the heading's pattern begins the number with a digit
    return len(part or ""), int(whole.group()), number[whole.end() :]


def _next_line(text: str, position: int) -> str:
    line = text[position : position + 500].lstrip().split("\n", 1)[0]
    return line.strip(_ORNAMENT) if len(line) <= 150 else ""


def _is_of_form(form: str | None, rank: Rank) -> bool:
    part, whole, rest = rank
    if form == "10K":
        return whole <= 16 and not rest.startswith(".")
    if form == "10Q":
        return (whole <= 4 and not rest) if part == 1 else (whole <= 6 and not rest.startswith("."))
    return True


def _is_prose(text: str, match: re.Match[str]) -> bool:
    """Say whether the line begins a sentence, or goes on with one of the line above."""
    end = max(0, match.start() - 1)
    above = text[max(text.rfind("\n", 0, end) + 1, end - 100) : end]
    return _GOES_ON.match(match["rest"]) is not None or _UNFINISHED.search(above) is not None
