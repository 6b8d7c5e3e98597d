"""Totals that are printed without a label: what is left of the revenue after the costs above is the gross profit."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from p3.answer.tables.matching import Matched
from p3.answer.tables.rules import RowRule, load_rules
from p3.answer.tables.statements import Placed, Statement

_WITHIN = 1.0  # units of the statement's scale


def subtotals(statement: Statement, found: Sequence[Matched]) -> Iterator[Matched]:
    """Yield the gross profit and the cost of revenue that a total without a label in the income statement shows.

    It stands under the costs, equals the revenue less them in every column, and is not the operating income.
    """
    known = {match.rule.item: match.values for match in found}
    revenue, operating = known.get("revenue"), known.get("operating_income")
    if statement.kind != "income" or revenue is None or operating is None or "gross_profit" in known:
        return
    for costs, total in pairwise(statement.rows):
        if not total.row.lines and _leaves(revenue, costs, total) and not _same(total.row.values, operating):
            yield Matched(_rule("cost_of_revenue"), (costs,), costs.row.values)
            yield Matched(_rule("gross_profit"), (total,), total.row.values)
            return


def _leaves(revenue: Sequence[float], costs: Placed, total: Placed) -> bool:
    left = [before - abs(cost) for before, cost in zip(revenue, costs.row.values, strict=True)]
    return _same(left, total.row.values)


def _same(left: Sequence[float], right: Sequence[float]) -> bool:
    return all(abs(a - b) <= _WITHIN for a, b in zip(left, right, strict=True))


def _rule(item: str) -> RowRule:
    return next(rule for rule in load_rules().items if rule.item == item)
