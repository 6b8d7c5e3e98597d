"""Identities that a company's figures must meet, period by period.

An identity is evaluated where its operands are known and one of them was not derived from the others: liabilities
that are assets less equity say nothing about the balance sheet, a fourth quarter that is the year less nine months
nothing about the year. A company that tells no effect of exchange rates on its cash may still have one, so there a
difference is no violation.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from p3.facts.periods import ANNUAL, QUARTER
from p3.facts.rounding import grain
from p3.facts.view import Item, Period

BALANCE_SHEET = "assets = liabilities + equity"
GROSS_PROFIT = "gross profit = revenue - cost"
NET_INCOME = "pretax income - tax = net income"
CASH_CHANGE = "cash flows = change in cash"
EARNINGS_PER_SHARE = "eps x shares = net income"
QUARTERS = "quarters = year"

_DRIFT = timedelta(days=10)
_EPS_UNIT = 0.01
_SMALLEST_UNIT = 0.01


@dataclass(frozen=True, slots=True)
class Check:
    """One identity of one period. ``items`` are the line items that it compares; amounts are single units of money."""

    identity: str
    label: str
    end: date
    duration: str
    left: float
    right: float
    tolerance: float
    items: tuple[str, ...]

    @property
    def difference(self) -> float:
        """Left less right."""
        return self.left - self.right

    @property
    def passed(self) -> bool:
        """Whether the two sides agree within the tolerance."""
        return abs(self.difference) <= self.tolerance


def check(annual: Sequence[Period], quarters: Sequence[Period]) -> list[Check]:
    """Return the identities that could be evaluated, of each year and of each quarter, the oldest period first.

    Both sequences are one company's, as ``view.periods`` gives them. The tolerance is what rounding explains: for each
    fact one unit of the filing that it is from (1e6 for one in millions), since filers shift amounts by a unit so that
    a column adds up, and for earnings per share, which are rounded to cents, half a cent for each share.
    """
    found = [each for period in annual for each in _of_year(period, quarters)]
    found += [each for period in quarters for each in _of_period(period, QUARTER)]
    return sorted(found, key=lambda each: (each.end, each.duration))


def _of_year(year: Period, quarters: Sequence[Period]) -> Iterator[Check]:
    yield from _of_period(year, ANNUAL)
    parts = [part for part in quarters if year.start - _DRIFT <= part.start and part.end <= year.end + _DRIFT]
    if len(parts) == 4:
        for name in year.items:
            yield from _quarters(name, year, parts)


def _of_period(period: Period, duration: str) -> Iterator[Check]:
    for identity in (_balance_sheet, _gross_profit, _net_income, _cash_change, _earnings_per_share):
        found = identity(period, duration)
        if found is not None:
            yield found


def _balance_sheet(period: Period, duration: str) -> Check | None:
    liabilities = period.items.get("total_liabilities")
    if liabilities is None or any(source.concept == "Assets" for source in liabilities.sources):
        return None
    right = ("total_liabilities", "equity", "noncontrolling_interests?", "temporary_equity?")
    return _compare(BALANCE_SHEET, period, duration, ("total_assets",), right)


def _gross_profit(period: Period, duration: str) -> Check | None:
    stated = period.items.get("gross_profit")
    if stated is None or stated.formula is not None:
        return None
    return _compare(GROSS_PROFIT, period, duration, ("gross_profit",), ("revenue", "-cost_of_revenue"))


def _net_income(period: Period, duration: str) -> Check | None:
    """Compare before and after tax; the income of equity investees may stand on either side of it."""
    left = ("pretax_income", "-income_tax", "discontinued_operations?")
    right = ("consolidated_net_income" if "consolidated_net_income" in period.items else "net_income",)
    without = _compare(NET_INCOME, period, duration, left, right)
    beside = _compare(NET_INCOME, period, duration, (*left, "equity_method_income"), right)
    return beside if beside is not None and beside.passed else without


def _cash_change(period: Period, duration: str) -> Check | None:
    flows = ("operating_cash_flow", "investing_cash_flow", "financing_cash_flow", "exchange_effect_on_cash?")
    found = _compare(CASH_CHANGE, period, duration, flows, ("cash_change",))
    unexplained = found is not None and not found.passed and "exchange_effect_on_cash" not in period.items
    return None if unexplained else found


def _earnings_per_share(period: Period, duration: str) -> Check | None:
    """Compare where both come from one filing: two may stand on share bases before and after a split."""
    income_name = "net_income_to_common" if "net_income_to_common" in period.items else "net_income"
    names = ("eps_basic", "shares_basic", income_name)
    if not all(name in period.items for name in names) or not _one_filing(period, names[:2]):
        return None
    eps, shares, income = (period.items[name].value for name in names)
    rounding = _EPS_UNIT / 2 * shares + abs(eps) * grain(shares) / 2
    tolerance = rounding + _tolerance([period.items[income_name]], _units(period))
    return Check(EARNINGS_PER_SHARE, period.label, period.end, duration, eps * shares, income, tolerance, names)


def _one_filing(period: Period, names: Sequence[str]) -> bool:
    return len({source.accession for name in names for source in period.items[name].sources}) == 1


def _quarters(name: str, year: Period, parts: Sequence[Period]) -> Iterator[Check]:
    """One quarter may be a difference of longer spans; of more, the sum is the year by the way they were made."""
    items = [part.items[name] for part in parts if name in part.items]
    if len(items) < len(parts) or not _additive(year.items[name]):
        return
    if sum(_subtracted(part.items[name], part) for part in parts) <= 1:
        total = year.items[name]
        tolerance = _tolerance([total], _units(year)) + sum(
            _tolerance([part.items[name]], _units(part)) for part in parts
        )
        left = sum(item.value for item in items)
        yield Check(QUARTERS, year.label, year.end, ANNUAL, left, total.value, tolerance, (name,))


def _additive(item: Item) -> bool:
    return item.unit != "shares" and "/" not in item.unit and all(source.start for source in item.sources)


def _subtracted(item: Item, period: Period) -> bool:
    """Return whether the item is a difference of longer spans than the period."""
    return any(
        abs(source.end - period.end) > _DRIFT or (source.start and abs(source.start - period.start) > _DRIFT)
        for source in item.sources
    )


def _compare(identity: str, period: Period, duration: str, left: Sequence[str], right: Sequence[str]) -> Check | None:
    """Compare two sums of items: "-" before one subtracts, "?" after one lets it be absent. None where one is."""
    sides = _signed(left, period), _signed(right, period)
    if sides[0] is None or sides[1] is None:
        return None
    items = {**sides[0], **sides[1]}
    sums = [sum(sign * period.items[name].value for name, sign in side.items()) for side in sides if side]
    tolerance = _tolerance([period.items[name] for name in items], _units(period))
    return Check(identity, period.label, period.end, duration, sums[0], sums[1], tolerance, tuple(items))


def _signed(names: Sequence[str], period: Period) -> dict[str, int] | None:
    found = {}
    for text in names:
        name = text.removeprefix("-").removesuffix("?")
        if name in period.items:
            found[name] = -1 if text.startswith("-") else 1
        elif not text.endswith("?"):
            return None
    return found


def _tolerance(items: Sequence[Item], units: Mapping[str, float]) -> float:
    return sum(units[source.accession] for item in items for source in item.sources)


def _units(period: Period) -> dict[str, float]:
    """Return the unit of each filing that the period's amounts are from: the finest that one of them needs."""
    units: dict[str, float] = {}
    for item in period.items.values():
        for source in item.sources:
            if source.value and source.unit != "shares" and "/" not in source.unit:
                unit = max(grain(source.value), _SMALLEST_UNIT)
                units[source.accession] = min(units.get(source.accession, unit), unit)
            else:
                units.setdefault(source.accession, _SMALLEST_UNIT)
    return units
