"""Which columns of an income or cash flow statement cover a year: others are told by "nine months ended" above them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from p3.answer.tables.cells import Year
from p3.answer.tables.header import last_run

_YEAR_COUNTS = {
    "month": ("twelve", "12"),
    "week": ("52", "53", "fifty-two", "fifty-three", "fifty two", "fifty three"),
}
_SPAN = re.compile(
    r"\b(?P<count>\d{1,3}|(?:(?:twenty|thirty|forty|fifty)[- ])?[a-z]+)[-\s]+(?P<unit>month|week|day)s?"
    r"(?:[-\s]+periods?)?(?=,?\s+end(?:ed|ing)\b|\s*$|\s*\|)"
    r"|(?P<part>\bquarters?\b|\bquarterly\b|\byear[- ]to[- ]date\b|\btransition periods?\b|\binception\b|\bcumulative\b"
    r"|(?<!fiscal )(?<!accounting )\bperiods?\s+(?:ended|ending|from(?:\s+inception)?|of)\b)"
    r"|(?P<year>\b(?:(?:fiscal|calendar|financial)\s+)?years?\s+end(?:ed|ing)\b|\b(?:fiscal|financial)\s+years?\b)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The years of the columns that cover one, which of the ``count`` printed columns they are."""

    years: tuple[int, ...]
    places: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    yearly: bool


def names_part(head: str) -> bool:
    """Say whether a head names a span that is not a year."""
    return any(not span.yearly for span in _spans(head, 0))


def yearly(head: str, start: int, years: Sequence[Year]) -> Columns | None:
    """Return the columns that cover a year where a head names other spans too; None where they cannot be told apart.

    ``start`` is the head's place in the page, ``years`` are those in it. Each span stands before its years, or all
    stand above: one a column, or one for each run of years.
    """
    spans = _spans(head, start)
    dated = [year for year in years if year.start > spans[0].start]
    if not dated or not any(span.yearly for span in spans):
        return None
    owners = _beside(spans, dated) or _above(spans, dated) or []
    places = tuple(at for at, span in enumerate(owners) if span.yearly)
    own = tuple(dated[at].year for at in places)
    return Columns(own, places, len(dated)) if own and last_run(own) == own else None


def _spans(head: str, start: int) -> list[_Span]:
    return [_Span(start + match.start(), _is_yearly(match)) for match in _SPAN.finditer(head)]


def _is_yearly(match: re.Match[str]) -> bool:
    if match["count"] is None:
        return match["year"] is not None
    return match["count"].lower() in _YEAR_COUNTS.get(match["unit"].lower(), ())


def _beside(spans: Sequence[_Span], years: Sequence[Year]) -> list[_Span] | None:
    """Return the span before each year, None where one has no year before the next."""
    owners = [max((span for span in spans if span.start < year.start), key=lambda span: span.start) for year in years]
    return owners if set(spans) == set(owners) else None


def _above(spans: Sequence[_Span], years: Sequence[Year]) -> list[_Span] | None:
    """Return each year's span where all spans stand above the years: one a year, or one a run of years."""
    if len(spans) == len(years):
        return list(spans)
    firsts = _runs([year.year for year in years])
    if len(firsts) != len(spans):
        return None
    return [spans[sum(first <= at for first in firsts) - 1] for at in range(len(years))]


def _runs(years: Sequence[int]) -> list[int]:
    """Return where each run of years that follow one another begins."""
    firsts = [0]
    for at in range(1, len(years)):
        step = years[at] - years[at - 1]
        before = years[at - 1] - years[at - 2] if at - 2 >= firsts[-1] else step
        if abs(step) != 1 or step != before:
            firsts.append(at)
    return firsts
