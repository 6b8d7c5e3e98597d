"""A document whose text knows where it stands in the document as stored."""

from dataclasses import dataclass
from functools import cached_property

from p3.errors import DataError
from p3.sec.documents import offsets, reading
from p3.sec.documents.offsets import Origins
from p3.sec.documents.reading import Document


@dataclass(frozen=True)
class Placed(Document):
    """A document and its bytes as stored."""

    content: bytes = b""

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the bytes that ``text[start:end]`` is written as, the last exclusive.

        None for PDFs, workbooks and what cannot be told with certainty, such as text in UTF-16 or markup that readers
        take in different ways. Raises DataError where the span has no visible character.
        """
        return None if self._origins is None else self._origins.span(start, end)

    def cell_range(self, start: int, end: int) -> str | None:
        """Return the first and the last cell that ``text[start:end]`` comes from; None where there are no cells."""
        if self.cells is None:
            return None
        first, last = self.cells.cell_at(start), self.cells.cell_at(max(start, end - 1))
        return first if first == last else f"{first}:{last.rpartition('!')[2]}"

    @cached_property
    def _origins(self) -> Origins | None:
        if self.kind not in ("html", "plain"):
            return None
        try:
            return offsets.trace(self.content, self.kind, self.text)
        except DataError:
            return None


def to_text(content: bytes, name: str) -> Placed:
    """Return the document ``name``; raises as ``reading.to_text`` does."""
    read = reading.to_text(content, name)
    return Placed(read.text, read.sections, read.pages, read.cells, read.kind, content)
