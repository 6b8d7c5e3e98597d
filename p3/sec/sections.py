"""The Items of a report: where each begins and ends in its text.

Item numbers are those of Form 10-K, 10-Q (in parts) and 8-K. Lines that only look like a heading - entries of the
table of contents, page headers, cross references - are told from the real ones by the text after them: of all ways to
read such lines in the form's order, the one whose lines are followed by the most text is right.
"""

import re
from dataclasses import dataclass
from itertools import groupby

_HEADING = re.compile(
    r"^[ \t|]*(?:PART\s+(?P<part>IV|I{1,3})\b[ \t,.:;|–—-]*)?"
    r"ITEMS?[ \t|]*(?P<number>\d{1,2}\.\d{2}|\d{1,2}(?:[ \t|]?[A-C]\b|[ \t]?\([A-C]\))?)"
    r"(?:\(T\))?(?![\w(])(?P<rest>[^\n]{0,250})$",
    re.IGNORECASE | re.MULTILINE,
)
_PART = re.compile(r"^[ \t|]*PART\s+(IV|I{1,3})\b[^\n]{0,60}$", re.IGNORECASE | re.MULTILINE)
_PART_AT_END = re.compile(r"\n[ \t|]*PART\s+[IV]+\b[^\n]{0,60}\s*\Z", re.IGNORECASE)
_SIGNATURES = re.compile(r"^[ \t|]*SIGNATURES?[ \t|:]*$", re.IGNORECASE | re.MULTILINE)
_FORM = re.compile(r"\bFORM\s+(10-?K|10-?Q|8-?K)", re.IGNORECASE)
_CONTENTS_ENTRY = re.compile(r"(?:\||\.{2,}|\s{3,})\s*\d{1,3}(?:\s*[-–—]\s*\d{1,3})?[\s|]*\Z")
_SENTENCE = re.compile(r"[\s|]*(?:[,(;]|(?:of|in|to|and|or|is|are|was|above|below|herein|for|with|contains?|under)\b)")
_ORNAMENT = " \t|.:;–—-"
_COVER = 20_000  # characters in which the cover page names the form
_NEGLIGIBLE = 0.02  # share of a section's text under which an earlier heading of the same Item is a contents entry


_Rank = tuple[int, int, str]  # part, number, letter


@dataclass(frozen=True, slots=True)
class Section:
    """One Item, ``text[start:end]``, named "Item 7" in a 10-K, "Part II Item 1A" in a 10-Q, "Item 2.02" in an 8-K."""

    name: str
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Heading:
    """A line that may be a heading; ``rank`` orders the Items of a form, ``weight`` is the text up to the next one."""

    rank: _Rank
    name: str
    title: str
    start: int
    weight: int


def find(text: str) -> list[Section]:
    """Return the Items of a 10-K, 10-Q or 8-K in the order of the text; none where it has none."""
    headings = _lines(text)
    if not headings:
        return []
    chain = _heaviest_chain(_weighed(headings, len(text)))
    openings = [_opening(list(group)) for _, group in groupby(chain, key=lambda heading: heading.rank)]
    ends = [heading.start for heading in openings[1:]] + [_end_of_last(text, openings)]
    return [
        Section(heading.name, heading.title, heading.start, _trimmed(text, heading.start, end))
        for heading, end in zip(openings, ends, strict=True)
    ]


def _lines(text: str) -> list[_Heading]:
    in_parts = _form(text) == "10Q"
    parts = [(match.start(), match.group(1).upper()) for match in _PART.finditer(text)] if in_parts else []
    headings, part = [], "I"
    for match in _HEADING.finditer(text):
        rest = match["rest"]
        if _CONTENTS_ENTRY.search(rest) or _SENTENCE.match(rest):
            continue
        while parts and parts[0][0] <= match.start():
            part = parts.pop(0)[1]
        number = re.sub(r"[^\w.]", "", match["number"]).upper()
        prefix = f"Part {(match['part'] or part).upper()} " if in_parts else ""
        title = rest.strip(_ORNAMENT) or _next_line(text, match.end())
        headings.append(_Heading(_rank(prefix, number), f"{prefix}Item {number}", title, match.start(), 0))
    return headings


def _form(text: str) -> str | None:
    named = _FORM.search(text, 0, _COVER)
    return named.group(1).replace("-", "").upper() if named else None


def _rank(prefix: str, number: str) -> _Rank:
    whole = re.match(r"\d+", number)
    assert whole is not None  # the heading's pattern begins the number with a digit
    return prefix.count("I"), int(whole.group()), number[whole.end() :]


def _next_line(text: str, position: int) -> str:
    line = text[position:].lstrip().split("\n", 1)[0]
    return line.strip(_ORNAMENT) if len(line) <= 150 else ""


def _weighed(headings: list[_Heading], length: int) -> list[_Heading]:
    """Join neighbours of the same Item, which are page headers; weigh each by the text up to the next other Item."""
    firsts = [next(group) for _, group in groupby(headings, key=lambda heading: heading.rank)]
    nexts = [heading.start for heading in firsts[1:]] + [length]
    return [
        _Heading(first.rank, first.name, first.title, first.start, following - first.start)
        for first, following in zip(firsts, nexts, strict=True)
    ]


def _heaviest_chain(headings: list[_Heading]) -> list[_Heading]:
    """Return the headings in non-decreasing order of rank that carry the most text together."""
    best: dict[_Rank, tuple[int, int]] = {}  # rank -> weight of the best chain that ends there, its last heading
    before: list[int | None] = []
    for index, heading in enumerate(headings):
        weight, previous = max((entry for rank, entry in best.items() if rank <= heading.rank), default=(0, None))
        before.append(previous)
        best[heading.rank] = (weight + heading.weight, index)
    chain: list[_Heading] = []
    last: int | None = max(best.values())[1]
    while last is not None:
        chain.append(headings[last])
        last = before[last]
    return chain[::-1]


def _opening(group: list[_Heading]) -> _Heading:
    floor = _NEGLIGIBLE * max(heading.weight for heading in group)
    return next(heading for heading in group if heading.weight >= floor)


def _end_of_last(text: str, openings: list[_Heading]) -> int:
    signatures = _SIGNATURES.search(text, openings[-1].start)
    return signatures.start() if signatures else len(text)


def _trimmed(text: str, start: int, end: int) -> int:
    """Return ``end`` without a part's title that belongs to the next Item, and without white space."""
    end = start + len(text[start:end].rstrip())
    tail = _PART_AT_END.search(text, max(start, end - 100), end)
    return start + len(text[start : tail.start()].rstrip()) if tail else end
