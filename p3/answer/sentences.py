"""A passage cut into sentences and table rows, each an exact span of the document.

Pages print a sentence over several lines, and a row's label and figures on lines of their own. A line flows on into
the next where it is as long as the lines around it, where the next begins in lower case, or where figures follow a
label; otherwise its end is an end.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from p3.answer.result import Passage
from p3.answer.screen import addresses_a_model

MAX_CHARACTERS = 700  # a longer "sentence" is a list or a table without line ends
_ABBREVIATIONS = ("Inc", "Corp", "Co", "Ltd", "No", "Mr", "Ms", "Dr", "St", "vs", r"i\.e", r"e\.g", "[A-Z]")
_NO_END = "".join(rf"(?<!\b{word})" for word in _ABBREVIATIONS)
_CLOSING = r"[.?!][\"”’)]*"
_END = re.compile(rf"{_NO_END}{_CLOSING}\s+(?=[\"“(]?[A-Z0-9•])")
_CLOSED = re.compile(rf"{_NO_END}{_CLOSING}\Z")
_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_BULLET = re.compile(r"\s*(?:[•●▪◦·–—*-]|\(?[0-9a-z]{1,2}\))(?:\s|\Z)")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_CELLS = " | "
_WRAPPED = 50  # characters: pages whose lines are all shorter hold lists, not sentences
_FULL = 0.75  # of the longest line: a line that long was broken because it was full
_FEW_WORDS = 5  # a line of fewer is a label or a heading, whatever follows


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text`` stands in the document from ``start`` to ``end``; ``passage`` is where it was found."""

    passage: Passage
    start: int
    end: int
    text: str


def sentences(passages: Iterable[Passage]) -> Iterator[Sentence]:
    """Yield the quotable sentences, in order, each span of a document once; those that address a model are left out."""
    seen: set[tuple[str, str, int]] = set()
    for passage in passages:
        for first, last in _spans(passage.text):
            text = passage.text[first:last]
            key = (passage.accession, passage.document, passage.start + first)
            if key in seen or len(text) > MAX_CHARACTERS or addresses_a_model(text):
                continue
            seen.add(key)
            yield Sentence(passage, passage.start + first, passage.start + last, text)


def is_closed(text: str) -> bool:
    """Whether ``text`` ends as a sentence does."""
    return bool(_CLOSED.search(text))


def is_bullet(text: str) -> bool:
    """Whether ``text`` begins with the mark of a list's item."""
    return bool(_BULLET.match(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for begin, stop in _paragraphs(text):
        start = begin
        for match in [*_END.finditer(text, begin, stop), None]:
            end = match.end() if match else stop
            yield start, start + len(text[start:end].rstrip())
            start = end


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of lines that flow into one another, without the blanks around them."""
    lines = [match.span() for match in _LINE.finditer(text)]
    width = max((end - start for start, end in lines), default=0)
    first = 0
    for at, (this, following) in enumerate(zip_longest(lines, lines[1:])):
        if following is None or not _flows(text[slice(*this)], text[slice(*following)], following[0] - this[1], width):
            yield lines[first][0], this[1]
            first = at + 1


def _flows(line: str, following: str, gap: int, width: int) -> bool:
    """Whether ``line`` goes on in ``following``, ``gap`` characters later; ``width`` is that of the longest line."""
    if _CELLS in line or _CELLS in following:
        return False
    if not _LETTERS.search(following):
        return not is_closed(line)
    if gap > 1 or is_bullet(following) or not _LETTERS.search(line):
        return False
    if width >= _WRAPPED and len(line) >= _FULL * width:
        return True
    return following[0].islower() and len(line.split()) >= _FEW_WORDS and not is_closed(line)
