"""The part of a page that one statement takes: from its title to the next table's, and its head above the amounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from p3.answer.tables import cells, header, titles
from p3.answer.tables.cells import Part, Year


@dataclass(frozen=True, slots=True)
class Region:
    """The labels, years and cells of a statement, and its head: the text from ``start`` to the first amount."""

    parts: list[Part]
    start: int
    head: str

    @property
    def years(self) -> list[Year]:
        """The years in the head."""
        return [part for part in self.parts if isinstance(part, Year) and part.end <= self.start + len(self.head)]


def region(text: str, kind: str) -> Region:
    """Return where a page holds a statement: from the last title above the first amounts, else the whole page."""
    every = cells.parts(text)
    starts = titles.begins(text, kind)
    first = next((at for at in starts if header.columns(_from(every, at))), 0)
    amount = _first_amount(every, first, len(text))
    start = max((at for at in starts if first <= at < amount), default=first)
    end = titles.ends(text, amount)
    return Region([part for part in _from(every, start) if part.start < end], start, text[start:amount])


def _from(parts: Sequence[Part], start: int) -> list[Part]:
    return [part for part in parts if part.start >= start]


def _first_amount(parts: Sequence[Part], start: int, end: int) -> int:
    """Return where the first amount behind ``start`` stands, ``end`` where none does."""
    rest = _from(parts, start)
    at = header.first_amount(rest)
    return rest[at].start if at < len(rest) else end
