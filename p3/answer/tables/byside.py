"""Statements whose text runs column by column: first every label, then the amounts of one column after another.

Within a column the amounts keep the order of the labels, but parts of two columns may alternate. So each amount in turn
is given to the next label of one of the columns, and of all ways the one is taken in which most amounts are totals of
those before them, the same totals in every column. Only rows that such a total proves are returned.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from p3.answer.tables import header
from p3.answer.tables.cells import Cell, Label, Part, Year
from p3.answer.tables.labels import continues
from p3.answer.tables.rows import Row
from p3.answer.tables.totals import Amount, Assignment, assign

_HEADING = re.compile(
    r".*:|(?:(?:non-?)?current )?(?:assets|liabilities)|liabilities(?:,.*)? and (?:.*equity|.*deficit)|equity"
    r"|(?!total).*(?:stockholders|shareholders)['’] (?:equity|deficit)"
    r"|commitments(?:, guarantees)?,? and contingenc(?:ies|y).*"
    r"|(?:cash flows? (?:from|-) )?(?:operating|investing|financing) activities|revenues?|expenses|costs and expenses",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\s*total\b", re.IGNORECASE)
_NOISE = re.compile(
    r"table of contents|(?:[\w&'’,-]+\.? ){1,4}(?:inc|corp|corporation|company|ltd|plc|llc)\.?"
    r"|\(?(?:amounts |dollars |\$ )?in (?:thousand|million|billion)s.*"
    r"|(?:consolidated )?(?:statements?|balance sheets?)\b.*"
    r"|(?:as of|at|(?:fiscal )?years? ended|for the (?:fiscal )?years? ended)\b.*"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r"\s+\d{1,2},?(?:\s+\d{4},?)*(?: and)?"
    r"|(?:the )?(?:see )?(?:the )?accompanying notes.*|see notes.*|form 10-k.*|\W*",
    re.IGNORECASE,
)
_MOST_ROWS = 80


@dataclass(frozen=True, slots=True)
class _Named:
    """A label of one or several lines, and the heading above it."""

    lines: tuple[Label, ...]
    heading: str

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


def rows(parts: Sequence[Part], text: str) -> tuple[tuple[int, ...], list[Row]] | None:
    """Return the columns' years and the proven rows, None where the page does not come out even."""
    years = header.last_run([part.year for part in parts if isinstance(part, Year)])
    if not years:
        return None
    amounts = _told(_amounts(parts, len(years)), text)
    if not amounts or len(amounts) % len(years):
        return None
    count = len(amounts) // len(years)
    labels = _labels(parts, count)
    if labels is None or count > _MOST_ROWS:
        return None
    assignment = assign(amounts, len(years), count)
    if assignment is None or not _totals_stand_right(labels, assignment):
        return None
    return years, _proven(labels, assignment)


def _told(cells: Sequence[Cell], text: str) -> list[Amount]:
    """Return the amounts; an empty line or words part two of them."""
    between = [text[before.end : cell.start] for before, cell in pairwise(cells)]
    gaps = [True, *(re.search(r"\n\s*\n|[A-Za-z]", each) is not None for each in between)]
    return [Amount(cell.value, gap) for cell, gap in zip(cells, gaps, strict=False)]


def _amounts(parts: Sequence[Part], columns: int) -> list[Cell]:
    """Return the cells without the page's number: a whole number that words surround, or the one cell too many."""
    found = []
    for at, part in enumerate(parts):
        if isinstance(part, Cell):
            beside = [parts[near] for near in (at - 1, at + 1) if 0 <= near < len(parts)]
            alone = not any(isinstance(each, Cell) for each in beside)
            if not (alone and part.plain):
                found.append(part)
    return found[:-1] if len(found) % columns == 1 and found[-1].plain else found


def _labels(parts: Sequence[Part], count: int) -> list[_Named] | None:
    """Return so many labels, None where headings and rows cannot be told apart."""
    named: list[_Named] = []
    doubtful: list[_Named] = []
    heading = ""
    for lines in _wrapped(parts):
        label = _Named(tuple(lines), heading)
        if _HEADING.fullmatch(label.text) and not _TOTAL.match(label.text):
            heading = label.text
            continue
        named.append(label)
        if label.text.isupper() and not _TOTAL.match(label.text):
            doubtful.append(label)
    if len(named) == count:
        return named
    kept = [label for label in named if label not in doubtful]
    return kept if len(kept) == count else None


def _wrapped(parts: Sequence[Part]) -> list[list[Label]]:
    """Join the lines that one label is wrapped over, and leave out those of the page's head and foot."""
    found: list[list[Label]] = []
    before: Part | None = None
    for part in parts:
        if isinstance(part, Label) and not _NOISE.fullmatch(part.text):
            next_to = isinstance(before, Label) and found and continues(found[-1][-1].text, part.text)
            if found and (next_to or part.text[0].islower() or part.text[0].isdigit()):
                found[-1].append(part)
            else:
                found.append([part])
        before = part
    return found


def _totals_stand_right(labels: Sequence[_Named], assignment: Assignment) -> bool:
    """Say whether every label that says total is beside one: otherwise labels and amounts are shifted."""
    said = {at for at, label in enumerate(labels) if _TOTAL.match(label.text)}
    return said <= assignment.totals


def _proven(labels: Sequence[_Named], assignment: Assignment) -> list[Row]:
    return [
        Row(
            tuple(line.text for line in label.lines),
            tuple(line.start for line in label.lines),
            label.lines[-1].end,
            tuple(column[at] for column in assignment.columns),
            label.heading,
        )
        for at, label in enumerate(labels)
        if at in assignment.proven
    ]
