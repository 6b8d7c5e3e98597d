"""Growth: the change of a line item on the same period a year before."""

from collections.abc import Sequence
from datetime import date

from p3.facts import periods as spans
from p3.facts.view import Period

ITEMS = ("revenue", "net_income", "operating_cash_flow")


def growth(periods: Sequence[Period]) -> dict[date, dict[str, float]]:
    """Return for each period's end the growth of ``ITEMS`` as a fraction.

    It is left out where the period that ended a year before is not there, or had nothing or a loss to grow from.
    """
    return {period.end: _growth(period, _year_before(period, periods)) for period in periods}


def _year_before(period: Period, periods: Sequence[Period]) -> Period | None:
    return next((other for other in periods if spans.about_a_year_apart(other.end, period.end)), None)


def _growth(period: Period, before: Period | None) -> dict[str, float]:
    grown = {}
    for name in ITEMS:
        new, old = period.items.get(name), before.items.get(name) if before else None
        if new is not None and old is not None and old.value > 0 and new.unit == old.unit:
            grown[name] = new.value / old.value - 1
    return grown
