"""Where a number or a sentence comes from: the smallest link of the chain, shared by every package."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class FactSource:
    """One XBRL fact as filed. ``start`` is None for an instant; ``accepted`` is UTC."""

    taxonomy: str
    concept: str
    unit: str
    start: date | None
    end: date
    value: float
    accession: str
    accepted: datetime

    def as_row(self) -> dict[str, Any]:
        """Return the source as a struct of the tables' ``sources`` columns."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class TextSource:
    """A span of a stored document: offsets count characters of its text, pages count from 1."""

    document: str
    accession: str
    section: str
    page: int | None
    start: int
    end: int
    accepted: datetime
