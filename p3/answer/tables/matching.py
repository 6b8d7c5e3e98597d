"""From the rows of a statement to line items, by the labels that statement_rows.toml lists."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from p3.answer.tables.labels import Meanings, meant, normal, own_lines
from p3.answer.tables.rules import RowRule, Under
from p3.answer.tables.statements import Placed, Statement

_CASH = r"(?:total |net )*cash(?: flows?)?[^:]*?(?:{})(?:,? (?:from )?(?:continuing|discontinued) operations)?"
_ZONE_ENDS = {
    "balance": (
        ("current_assets", re.compile(r"total current assets")),
        ("other_assets", re.compile(r"total assets")),
        ("current_liabilities", re.compile(r"total current liabilities")),
        ("other_liabilities", re.compile(r"total liabilities|total .*equity.*|total .*deficit.*")),
    ),
    "cash_flow": (
        (
            "operating",
            re.compile(_CASH.format("operating activities|operations") + r"|(?:total |net )*operating cash flows?"),
        ),
        ("investing", re.compile(_CASH.format("investing activities"))),
        ("financing", re.compile(_CASH.format("financing activities"))),
    ),
    "income": (),
}
_UNCLASSIFIED = {"current_assets": "other_assets", "current_liabilities": "other_liabilities"}
_PER_SHARE = re.compile(
    r"per (?:common |ordinary |basic |diluted |preferred )*(?:shares?|unit)\b"
    r"|weighted[- ]average|shares (?:outstanding|used)"
)
_HEAD = re.compile(r"\bexcept|\bin (?:thousand|million|billion)|data\b", re.IGNORECASE)
_LOSS = re.compile(
    r"(?:basic |diluted |net |operating )*loss\b|total (?:.* )?(?:stockholders'|shareholders') deficit"
    r"|accumulated deficit"
)
_EITHER = re.compile(r"income|earnings|profit|equity")


@dataclass(frozen=True, slots=True)
class Sorted:
    """A row with what it may be called, the zone that it stands in, and whether it counts or prices shares."""

    placed: Placed
    labels: Meanings
    zone: str | None
    per_share: bool


@dataclass(frozen=True, slots=True)
class Matched:
    """The rows that an item is read from (several are added), and its values, one a column, as printed."""

    rule: RowRule
    rows: tuple[Placed, ...]
    values: tuple[float, ...]


def sort_rows(statement: Statement) -> list[Sorted]:
    """Return the rows of a statement with their zones."""
    labels = [meant(placed.row) for placed in statement.rows]
    zones = _zones(statement.kind, labels)
    shares = _share_rows(statement)
    return [Sorted(*each) for each in zip(statement.rows, labels, zones, shares, strict=True)]


def _zones(kind: str, labels: Sequence[Meanings]) -> list[str | None]:
    zones: list[str | None] = [None] * len(labels)
    first = 0
    for name, end in _ZONE_ENDS[kind]:
        ends = (at for at in range(first, len(labels)) if any(end.fullmatch(each) for each in labels[at].whole))
        last = next(ends, None)
        if last is None:
            continue
        zones[first : last + 1] = [name] * (last + 1 - first)
        first = last + 1
    return zones


def _share_rows(statement: Statement) -> list[bool]:
    """Say of each row of an income statement whether it stands at or below the first words about shares."""
    found, below = [], False
    for placed in statement.rows:
        words = [line.lower() for line in (placed.row.heading, *placed.row.lines) if not _HEAD.search(line)]
        below = below or (statement.kind == "income" and any(_PER_SHARE.search(line) for line in words))
        found.append(below)
    return found


def match(rule: RowRule, rows: Sequence[Sorted]) -> Matched | None:
    """Return the rows that stand for an item; None where none does, or where several differ."""
    if rule.beside and not any(rule.beside.fullmatch(label) for row in rows for label in row.labels.whole):
        return None
    allowed = [row for row in rows if _stands(rule, row, rows)]
    for pattern in rule.patterns:
        for form in ("whole", "bare", "short"):
            fitting = [row for row in allowed if _fits(rule, pattern, row, form)]
            if fitting and not (rule.adds and form != "short"):
                return None if _is_cut_short(rule, fitting, allowed) else _decide(rule, fitting)
    for under in rule.under:
        if fitting := [row for row in allowed if _fits_under(under, row)]:
            return _decide(rule, fitting)
    return None


def _is_cut_short(rule: RowRule, fitting: Sequence[Sorted], allowed: Sequence[Sorted]) -> bool:
    """Say whether another row looks like a part of the sum."""
    others = (row for row in allowed if row not in fitting)
    return rule.complete is not None and any(
        rule.complete.search(label) for row in others for label in row.labels.short
    )


def _stands(rule: RowRule, row: Sorted, rows: Sequence[Sorted]) -> bool:
    if rule.statement == "income" and (rule.unit == "money") == row.per_share:
        return False
    if rule.zone is None or row.zone == rule.zone:
        return True
    classified = any(each.zone == rule.zone for each in rows)
    return not classified and _UNCLASSIFIED.get(rule.zone) == row.zone


def _fits(rule: RowRule, pattern: re.Pattern[str], row: Sorted, form: str) -> bool:
    """Say whether a label fits in this form; the rows of a sum are looked for in every form at once."""
    labels = row.labels if rule.adds else getattr(row.labels, form)
    return any(pattern.fullmatch(label) and not (rule.exclude and rule.exclude.search(label)) for label in labels)


def _fits_under(under: Under, row: Sorted) -> bool:
    heading = normal(row.placed.row.heading)
    named = any(under.label.fullmatch(label) for label in row.labels)
    return named and bool(under.heading.search(heading)) and not under.exclude.search(heading)


def _decide(rule: RowRule, fitting: Sequence[Sorted]) -> Matched | None:
    values = {row.placed.row.values for row in fitting}
    if rule.adds and len(fitting) > 1:
        columns = zip(*(row.placed.row.values for row in fitting), strict=True)
        return Matched(rule, tuple(row.placed for row in fitting), tuple(map(sum, columns)))
    if len(values) > 1:
        return None
    row = fitting[0]
    values_signed = tuple(_negative_of_loss(row, value) for value in row.placed.row.values)
    return Matched(rule, (row.placed,), values_signed)


def _negative_of_loss(row: Sorted, value: float) -> float:
    """Return a loss as a negative number: where the label says nothing but loss, no bracket need be printed."""
    own = " ".join(row.placed.row.lines[-own_lines(row.placed.row) :]).lower()
    says_loss = any(_LOSS.match(label) for label in row.labels.whole[:1]) and not _EITHER.search(own)
    return -abs(value) if says_loss else value


def matches(statement: Statement, rules: Sequence[RowRule]) -> Iterator[Matched]:
    """Yield what each rule for this kind of statement finds."""
    rows = sort_rows(statement)
    for rule in rules:
        if rule.statement == statement.kind and (found := match(rule, rows)):
            yield found
