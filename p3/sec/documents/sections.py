"""The Items of a report: where each begins and ends in its text.

Item numbers are those of Form 10-K, 10-Q (in parts) and 8-K. Entries of the table of contents, page headers and cross
references look like headings. Of all ways to read such lines in the form's order, the one that finds the most Items
with the most text under them is right.
"""

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import log1p

from p3.sec.documents.headings import Heading, Rank, candidates

_PART_AT_END = re.compile(
    r"\n[^\S\n|]*PART\s+[IV]+\b[^\n]{0,60}(?:\n+[^\n]{0,40}\bINFORMATION\b[^\n]{0,10})?\s*\Z", re.IGNORECASE
)
_SIGNATURES = re.compile(r"^[^\S\n|]*SIGNATURES?[\s|:.]*$", re.IGNORECASE | re.MULTILINE)
_NEGLIGIBLE = 0.02  # share of a section's text under which an earlier heading of the same Item is a contents entry
_SMALL = 0.2  # the same where other headings follow before the next of that Item, as they do in a table of contents
_SEVERAL = 3


@dataclass(frozen=True, slots=True)
class Section:
    """One Item, ``text[start:end]``, named "Item 7" in a 10-K, "Part II Item 1A" in a 10-Q, "Item 2.02" in an 8-K."""

    name: str
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A heading, its place among all of them, and the characters up to the next; 1 for an entry of the contents."""

    heading: Heading
    place: int
    weight: int

    @property
    def rank(self) -> Rank:
        return self.heading.rank


@dataclass(frozen=True, slots=True)
class _Chain:
    """Headings in the form's order, the last one at index ``last``, ``weight`` characters under its Item so far."""

    score: float
    weight: int
    last: int


def find(text: str) -> list[Section]:
    """Return the Items of a 10-K, 10-Q or 8-K in the order of the text; none where it has none."""
    chain = _best_chain(_weighed(candidates(text), len(text)))
    openings = [_opening(list(group)) for _, group in groupby(chain, key=lambda weighed: weighed.rank)]
    ends = [opening.start for opening in openings[1:]] + [_end_of_last(text, opening) for opening in openings[-1:]]
    return [
        Section(opening.name, opening.title, opening.start, _trimmed(text, opening.start, end))
        for opening, end in zip(openings, ends, strict=True)
        if not opening.is_entry
    ]


def _weighed(headings: list[Heading], length: int) -> list[_Weighed]:
    """Join neighbours of the same Item, which are page headers, and weigh each."""
    firsts = [next(group) for _, group in groupby(headings, key=lambda heading: (heading.rank, heading.is_entry))]
    nexts = [*(heading.start for heading in firsts), length][1:]
    return [
        _Weighed(first, place, 1 if first.is_entry else after - first.start)
        for place, (first, after) in enumerate(zip(firsts, nexts, strict=True))
    ]


def _best_chain(headings: list[_Weighed]) -> list[_Weighed]:
    """Return the headings in non-decreasing order of rank with the best score.

    Each Item counts with the logarithm of its text: to find one more tells more than to find one with more text.
    """
    best: dict[Rank, _Chain] = {}
    before: list[int | None] = []
    for heading in headings:
        chain, previous = _Chain(log1p(heading.weight), heading.weight, heading.place), None
        for rank, earlier in best.items():
            longer = _extended(earlier, heading, rank == heading.rank)
            if rank <= heading.rank and longer.score > chain.score:
                chain, previous = longer, earlier.last
        best[heading.rank] = chain
        before.append(previous)
    found: list[_Weighed] = []
    last = max(best.values(), key=lambda chain: chain.score).last if best else None
    while last is not None:
        found.append(headings[last])
        last = before[last]
    return found[::-1]


def _extended(chain: _Chain, heading: _Weighed, is_same_item: bool) -> _Chain:
    if not is_same_item:
        return _Chain(chain.score + log1p(heading.weight), heading.weight, heading.place)
    weight = chain.weight + heading.weight
    return _Chain(chain.score - log1p(chain.weight) + log1p(weight), weight, heading.place)


def _opening(group: list[_Weighed]) -> Heading:
    """Return the first heading of an Item's that is no entry of the table of contents; page headers follow it."""
    most = max(weighed.weight for weighed in group)
    for weighed, following in pairwise(group):
        is_listed = following.place - weighed.place > _SEVERAL
        if weighed.weight >= most * (_SMALL if is_listed else _NEGLIGIBLE):
            return weighed.heading
    return group[-1].heading


def _end_of_last(text: str, opening: Heading) -> int:
    signatures = _SIGNATURES.search(text, opening.start)
    return signatures.start() if signatures else len(text)


def _trimmed(text: str, start: int, end: int) -> int:
    """Return ``end`` without a part's title that belongs to the next Item, and without white space."""
    end = start + len(text[start:end].rstrip())
    tail = _PART_AT_END.search(text, max(start, end - 120), end)
    return start + len(text[start : tail.start()].rstrip()) if tail else end
