"""Which amount of a stream belongs to which row and column, told by the totals that it must contain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

_WIDTH = 160  # ways that are kept at each step
_MOST_ADDENDS = 30
_PROOF = 5.0  # what a total that fits is worth, in changes from one column to another
_UNPARTED = 4.0  # what a change costs where no gap parts two amounts
_OUT_OF_ORDER = 3.0  # what an amount costs that stands before the one to the left of it
_LARGE = 1000.0  # from here on a total may be off by one in its last digit, in rounding
_EXACT = 0.005


@dataclass(frozen=True, slots=True)
class Assignment:
    """The columns' amounts in the order of the rows; ``proven`` are the rows that are a total or a part of one."""

    columns: tuple[tuple[float, ...], ...]
    totals: frozenset[int]
    proven: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Column:
    """The amounts so far, and which rows are not yet part of a total."""

    amounts: tuple[float, ...] = ()
    open_rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Total:
    """A row that is the sum of ``rows``, or the first of two less the second."""

    row: int
    rows: tuple[int, ...]
    difference: bool


@dataclass(frozen=True, slots=True)
class _Way:
    score: float
    columns: tuple[_Column, ...]
    last: int
    totals: tuple[_Total, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of the stream, and whether a gap parts it from the one before."""

    value: float
    parted: bool


def assign(amounts: Sequence[Amount], columns: int, rows: int) -> Assignment | None:
    """Return the assignment of ``columns * rows`` amounts; a row in which the best ones differ is not proven.

    None where no way gives every column its rows.
    """
    ways = [_Way(0.0, (_Column(),) * columns, 0, ())]
    for amount in amounts:
        longer = [way for before in ways for way in _next(before, amount, rows)]
        ways = sorted(longer, key=lambda way: -way.score)[:_WIDTH]
    if not ways:
        return None
    best = [_finished(way) for way in ways if way.score == ways[0].score]
    agreed = frozenset(row for row in best[0].proven if all(_row(each, row) == _row(best[0], row) for each in best))
    return replace(best[0], proven=agreed)


def _row(assignment: Assignment, row: int) -> tuple[float, ...]:
    return tuple(column[row] for column in assignment.columns)


def _finished(way: _Way) -> Assignment:
    proven = {row for total in way.totals for row in (total.row, *total.rows)}
    totals = frozenset(total.row for total in way.totals)
    return Assignment(tuple(column.amounts for column in way.columns), totals, frozenset(proven))


def _next(way: _Way, told: Amount, rows: int) -> Iterator[_Way]:
    """Yield the ways in which the next amount may go on."""
    amount = told.value
    for at, column in enumerate(way.columns):
        row = len(column.amounts)
        if row == rows or (not any(each.amounts for each in way.columns) and at):
            continue
        score = way.score - (0.0 if at == way.last else 1.0 if told.parted else _UNPARTED)
        if at and len(way.columns[at - 1].amounts) <= row:
            score -= _OUT_OF_ORDER
        known = next((total for total in way.totals if total.row == row), None)
        if known is not None:
            if _fits(column, amount, known):
                yield _way(way, at, amount, known, score + _PROOF)
            continue
        yield _way(way, at, amount, None, score)
        first = not any(len(each.amounts) > row for each in way.columns)
        if first and (total := _total(column, amount)) is not None:
            yield _way(way, at, amount, total, score + _PROOF)


def _way(way: _Way, at: int, amount: float, total: _Total | None, score: float) -> _Way:
    column = way.columns[at]
    still_open = tuple(row for row in column.open_rows if total is None or row not in total.rows)
    longer = _Column((*column.amounts, amount), (*still_open, len(column.amounts)))
    totals = way.totals if total is None or total in way.totals else (*way.totals, total)
    return _Way(score, (*way.columns[:at], longer, *way.columns[at + 1 :]), at, totals)


def _total(column: _Column, amount: float) -> _Total | None:
    """Return what the amount is a total of: the last open rows added, or the last two subtracted."""
    own = len(column.amounts)
    running = 0.0
    for count in range(1, min(len(column.open_rows), _MOST_ADDENDS) + 1):
        running += column.amounts[column.open_rows[-count]]
        if count > 1 and amount and _equal(running, amount):
            return _Total(own, column.open_rows[-count:], difference=False)
    if len(column.open_rows) > 1:
        *_, first, second = column.open_rows
        if amount and _equal(column.amounts[first] - column.amounts[second], amount):
            return _Total(own, (first, second), difference=True)
    return None


def _fits(column: _Column, amount: float, total: _Total) -> bool:
    parts = [column.amounts[row] for row in total.rows]
    return _equal(parts[0] - parts[1] if total.difference else sum(parts), amount)


def _equal(left: float, right: float) -> bool:
    if abs(right) < _LARGE:
        return abs(left - right) < _EXACT
    return abs(left - right) <= (1.0 if left.is_integer() and right.is_integer() else 0.1) + _EXACT
