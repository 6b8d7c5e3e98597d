"""The headings that a passage stands under, as a field to search: titles of notes, of risks, of parts of the MD&A."""

import re
from collections.abc import Iterable, Iterator

LONGEST = 110  # characters: what is longer is prose
_UNCAPPED = "a an and as at by for from in into of on or our over per than the to under upon with"
_SMALL_WORDS = frozenset(_UNCAPPED.split())
_LETTERS = re.compile(r"[A-Za-z][A-Za-z’'&-]*")
_FURNITURE = re.compile(r"table of contents|form 10-|^part i|annual report|^page |^\W*\d*\W*$|continued", re.I)


def headings(text: str) -> list[str]:
    """Return the lines of ``text`` that are written like headings: short, capitals throughout, no sentence, no row."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return [line for line in lines if _is_heading(line)]


def above(texts: Iterable[str]) -> Iterator[str]:
    """Yield for each of a document's passages, in order, the last heading before it and those within it."""
    last = ""
    for text in texts:
        within = headings(text)
        yield " / ".join(dict.fromkeys([last, *within] if last else within))
        last = within[-1] if within else last


def _is_heading(line: str) -> bool:
    if not 4 <= len(line) <= LONGEST or "|" in line or line[-1] in ".,;:" or _FURNITURE.search(line):
        return False
    words = [word for word in _LETTERS.findall(line) if word.lower() not in _SMALL_WORDS]
    if not words or sum(character.isdigit() for character in line) > 6:
        return False
    return line[0].isupper() and all(word[0].isupper() for word in words) and max(map(len, words)) > 3
