"""Which passages a search may see, as the SQL condition that the store applies before it ranks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


def quoted(text: str) -> str:
    """Return ``text`` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def moment(value: datetime) -> str:
    """Return a timezone-aware moment as an SQL timestamp literal in UTC, to the microsecond.

    Raises ValueError for a naive moment, whose zone would have to be guessed.
    """
    if value.tzinfo is None:
        raise ValueError("an as-of must carry its time zone")
    return f"timestamp '{value.astimezone(UTC).isoformat(sep=' ', timespec='microseconds')}'"


@dataclass(frozen=True, slots=True)
class Filters:
    """Hard conditions. ``as_of`` always holds; an empty tuple leaves that column free."""

    as_of: datetime
    ciks: tuple[int, ...] = ()
    forms: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()  # document_sha

    def where(self) -> str:
        """Return the SQL condition over the passages' columns."""
        conditions = [f"accepted <= {moment(self.as_of)}"]
        if self.ciks:
            conditions.append(f"cik IN ({', '.join(str(int(cik)) for cik in self.ciks)})")
        for column, values in (
            ("form", self.forms),
            ("section", self.sections),
            ("document_sha", self.documents),
        ):
            if values:
                conditions.append(f"{column} IN ({_literals(values)})")
        return " AND ".join(conditions)


def _literals(values: Iterable[str]) -> str:
    return ", ".join(quoted(value) for value in values)
