"""Where a number that was read from a statement stands."""

from dataclasses import dataclass

from p3.provenance import FactSource


@dataclass(frozen=True, slots=True)
class RowSource(FactSource):
    """A row's amount in one column; ``taxonomy`` is the statement, ``concept`` the row's label as printed.

    ``first`` and ``last`` count characters of the document's text, ``page`` counts from 1 and is None in a document
    without pages. ``quote`` is the text there, ``column`` the year that heads the column.
    """

    document: str
    page: int | None
    first: int
    last: int
    quote: str
    column: int
