"""A passage cut into sentences and table lines, each an exact span of the document."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from p3.answer.result import Passage
from p3.answer.screen import addresses_a_model

MAX_CHARACTERS = 700  # a longer "sentence" is a list or a table without line ends
_NO_END = "".join(
    rf"(?<!\b{word})" for word in ("Inc", "Corp", "Co", "Ltd", "No", "Mr", "Ms", "Dr", "vs", r"U\.S", r"i\.e", r"e\.g")
)
_END = re.compile(rf"{_NO_END}[.?!][\"”’)]*\s+(?=[\"“(]?[A-Z0-9•])|\n+")


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


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in [*_END.finditer(text), None]:
        end = match.end() if match else len(text)
        first = start + len(text[start:end]) - len(text[start:end].lstrip())
        last = start + len(text[start:end].rstrip())
        if last > first:
            yield first, last
        start = end
