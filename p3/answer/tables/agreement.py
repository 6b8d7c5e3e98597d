"""Whether the statements of one filing are in one scale: identities within a statement hold in any."""

from collections.abc import Mapping, Sequence

from p3.answer.tables.matching import matches
from p3.answer.tables.rules import load_rules
from p3.answer.tables.statements import Statement

# The same amount under the names that two statements give it.
_SHARED = (("consolidated_net_income", "cash_flow_net_income"), ("net_income", "cash_flow_net_income"))
_LEAST_FACTOR = 900.0  # from here on two amounts differ by their scale: they are rounded, so not by just a thousand


def common_scale(statements: Sequence[Statement]) -> float | None:
    """Return the one scale that the statements tell, for those too that tell none.

    None where they tell none or several, or where an amount that two of them print differs by a scale.
    """
    told = {statement.scale.money for statement in statements if statement.scale.money is not None}
    if len(told) != 1 or _differ(statements):
        return None
    return told.pop()


def _differ(statements: Sequence[Statement]) -> bool:
    printed: dict[str, Mapping[int, float]] = {}
    for statement in statements:
        for match in matches(statement, load_rules().items):
            printed[match.rule.item] = dict(zip(statement.years, match.values, strict=True))
    pairs = ((printed.get(one, {}), printed.get(other, {})) for one, other in _SHARED)
    return any(_by_scale(left[year], right[year]) for left, right in pairs for year in left.keys() & right.keys())


def _by_scale(one: float, other: float) -> bool:
    small, large = sorted((abs(one), abs(other)))
    return small > 0 and large / small >= _LEAST_FACTOR
