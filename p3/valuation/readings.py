"""The inputs that are read from the accounts: each function gives one, with its sources.

``UnfitError`` says why no model fits; ``inputs.gather`` turns it into a refusal.
"""

from collections.abc import Iterable, Sequence
from math import isfinite

from p3.facts.view import Item, Period
from p3.provenance import FactSource
from p3.valuation.assumptions import ForecastRules
from p3.valuation.evidence import Accounts
from p3.valuation.records import Assumption, Input

FRACTION = "fraction"


class UnfitError(Exception):
    """No model fits this company; the message says why."""


def revenue(accounts: Accounts) -> Input:
    """Return the newest twelve months' revenue."""
    item = accounts.base.items["revenue"]
    if item.value <= 0:
        raise UnfitError(f"no revenue in the twelve months to {accounts.base.end}")
    return Input("revenue", item.value, item.unit, "fact", item.sources)


def operating_income(accounts: Accounts) -> Input:
    """Return the newest twelve months' operating income, else pretax income before interest."""
    found = _operating_income(accounts.base)
    if found is None:
        raise UnfitError(f"neither operating nor pretax income is known for the twelve months to {accounts.base.end}")
    return found


def growth(accounts: Accounts, rules: ForecastRules) -> Input:
    """Return the growth of revenue to expect: the company's own, drawn towards the mean of all, within limits.

    Its own is the mean of the newest fiscal year's growth and the yearly growth over all the years behind the
    forecast. Growth persists little from one five years to the next: Chan, Karceski and Lakonishok, "The
    Level and Persistence of Growth Rates" (2003).
    """
    years = accounts.years[-(rules.growth_years + 1) :]
    if len(years) < 2 or any(year.items["revenue"].value <= 0 for year in years):
        raise UnfitError("fewer than two fiscal years with revenue are known")
    own = (_yearly_growth(years[0], years[-1]) + _yearly_growth(years[-2], years[-1])) / 2
    expected = rules.growth_mean + rules.growth_persistence * (own - rules.growth_mean)
    limited = _within(expected, rules.growth_floor, rules.growth_cap)
    return Input("growth", limited, FRACTION, "rule", _sources(year.items["revenue"] for year in years))


def target_margin(accounts: Accounts, rules: ForecastRules) -> Input:
    """Return the newest twelve months' operating margin, moved towards the mean of the newest fiscal years."""
    margins, items = [], []
    for year in accounts.years[-rules.margin_years :]:
        income, sales = _operating_income(year), year.items["revenue"]
        if income is not None and sales.value > 0:
            margins.append(income.value / sales.value)
            items += [*income.sources, *sales.sources]
    if not margins:
        raise UnfitError("no fiscal year's operating margin is known")
    now = operating_income(accounts)
    margin = now.value / revenue(accounts).value
    target = margin + rules.margin_reversion * (sum(margins) / len(margins) - margin)
    if target <= 0:
        raise UnfitError(f"the operating margin is heading for {target:.1%}: there is no cash flow to value")
    return Input("target_margin", target, FRACTION, "rule", (*now.sources, *items))


def tax_rate(accounts: Accounts, rules: ForecastRules) -> Input:
    """Return income tax over pretax income, summed over the newest profitable fiscal years, within the rules' limits.

    Without such a year, the marginal rate.
    """
    pairs = [
        (year.items["income_tax"], year.items["pretax_income"])
        for year in accounts.years[-rules.tax_years :]
        if {"income_tax", "pretax_income"} <= year.items.keys() and year.items["pretax_income"].value > 0
    ]
    if not pairs:
        return Input("tax_rate", rules.marginal_tax_rate, FRACTION, "rule")
    rate = sum(tax.value for tax, _ in pairs) / sum(income.value for _, income in pairs)
    limited = _within(rate, rules.tax_floor, rules.tax_cap)
    return Input("tax_rate", limited, FRACTION, "rule", _sources(item for pair in pairs for item in pair))


def debt(accounts: Accounts) -> Input:
    """Return the book value of debt due within a year and later; leases are left out."""
    return _sum("debt", accounts.base, ("short_term_debt", "long_term_debt"))


def cash(accounts: Accounts) -> Input:
    """Return cash and short-term investments."""
    return _sum("cash", accounts.base, ("cash", "short_term_investments"))


def sales_to_capital(accounts: Accounts, rules: ForecastRules) -> Input:
    """Return revenue over invested capital (equity + debt - cash), within the rules' limits."""
    equity = accounts.base.items.get("equity")
    if equity is None:
        raise UnfitError(f"equity at {accounts.base.end} is not known")
    sales, owed, held = revenue(accounts), debt(accounts), cash(accounts)
    capital = equity.value + owed.value - held.value
    ratio = sales.value / capital if capital > 0 else rules.sales_to_capital_cap
    limited = _within(ratio, rules.sales_to_capital_floor, rules.sales_to_capital_cap)
    sources = (*sales.sources, *equity.sources, *owed.sources, *held.sources)
    return Input("sales_to_capital", limited, "ratio", "rule", sources)


def interest(accounts: Accounts) -> Item | None:
    """Return the newest twelve months' interest expense, None where it is unknown or 0."""
    item = accounts.base.items.get("interest_expense")
    return item if item is not None and item.value > 0 else None


def _yearly_growth(first: Period, last: Period) -> float:
    elapsed = (last.end - first.end).days / 365.25
    growth: float = (last.items["revenue"].value / first.items["revenue"].value) ** (1 / elapsed) - 1
    return growth


def _operating_income(period: Period) -> Input | None:
    reported = period.items.get("operating_income")
    if reported is not None:
        return Input("operating_income", reported.value, reported.unit, "fact", reported.sources)
    pretax = period.items.get("pretax_income")
    if pretax is None:
        return None
    parts = [pretax, *(period.items[name] for name in ("interest_expense",) if name in period.items)]
    return Input("operating_income", sum(part.value for part in parts), pretax.unit, "rule", _sources(parts))


def _sum(name: str, period: Period, parts: Sequence[str]) -> Input:
    """Return the sum of what is reported; without any of the parts it is 0, by rule and not by fact."""
    found = [period.items[part] for part in parts if part in period.items]
    kind: Assumption = "fact" if found else "rule"
    unit = period.items["revenue"].unit
    return Input(name, sum(item.value for item in found), unit, kind, _sources(found))


def _sources(items: Iterable[Item]) -> tuple[FactSource, ...]:
    return tuple(source for item in items for source in item.sources)


def _within(value: float, low: float, high: float) -> float:
    if not isfinite(value):
        raise UnfitError(f"a ratio of the accounts is {value}")
    return min(max(value, low), high)
