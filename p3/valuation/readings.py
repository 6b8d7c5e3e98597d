"""The inputs of operations that are read from the accounts: each function gives one, with its sources.

``UnfitError`` says why no model fits; ``inputs.gather`` turns it into a refusal.
"""

from collections.abc import Iterable, Sequence
from math import isfinite

import numpy as np

from p3.facts.view import Item, Period
from p3.provenance import FactSource
from p3.valuation.evidence import Accounts
from p3.valuation.normalised import average_ratio
from p3.valuation.records import Input
from p3.valuation.rules import ForecastRules

FRACTION = "fraction"


class UnfitError(Exception):
    """No model fits this company; the message says why."""


def revenue(accounts: Accounts) -> Input:
    """Return the newest twelve months' revenue."""
    item = accounts.base.items["revenue"]
    if item.value <= 0:
        raise UnfitError(f"revenue of {item.value:,.0f} in the twelve months to {accounts.base.end}: nothing to value")
    return Input("revenue", item.value, item.unit, "fact", item.sources)


def operating_income(accounts: Accounts) -> Input:
    """Return the newest twelve months' operating income, else pretax income before interest."""
    found = income_of(accounts.base)
    if found is None:
        raise UnfitError(f"neither operating nor pretax income is known for the twelve months to {accounts.base.end}")
    return found


def income_of(period: Period) -> Input | None:
    """Return a period's operating income, else pretax income before interest; None without either.

    Stock compensation is among its expenses and is not added back.
    """
    reported = period.items.get("operating_income")
    if reported is not None:
        return Input("operating_income", reported.value, reported.unit, "fact", reported.sources)
    pretax = period.items.get("pretax_income")
    if pretax is None:
        return None
    parts = [pretax, *(period.items[name] for name in ("interest_expense",) if name in period.items)]
    return Input("operating_income", sum(part.value for part in parts), pretax.unit, "rule", sources_of(parts))


def growth(accounts: Accounts, item: str, rules: ForecastRules) -> Input:
    """Return the growth of ``item`` to expect: the company's own, drawn towards the mean of all, within limits.

    Its own is the yearly growth over all the years behind the forecast: one good year is no trend. Growth persists
    little from one five years to the next: Chan, Karceski and Lakonishok, "The Level and Persistence of Growth
    Rates" (2003).
    """
    known = [year for year in accounts.years if item in year.items][-(rules.growth_years + 1) :]
    if len(known) < 2 or any(year.items[item].value <= 0 for year in known):
        raise UnfitError(f"fewer than two fiscal years with {item.replace('_', ' ')} are known")
    own = _yearly_growth(known[0], known[-1], item)
    expected = rules.growth_mean + rules.growth_persistence * (own - rules.growth_mean)
    limited = within(expected, rules.growth_floor, rules.growth_cap)
    return Input("growth", limited, FRACTION, "rule", sources_of(year.items[item] for year in known))


def cycle_margin(accounts: Accounts, rules: ForecastRules) -> Input:
    """Return the operating margin of an average of the newest fiscal years."""
    pairs = [
        (income, year.items["revenue"])
        for year in accounts.years[-rules.cycle_years :]
        if (income := income_of(year)) is not None and year.items["revenue"].value > 0
    ]
    if not pairs:
        raise UnfitError("no fiscal year's operating margin is known")
    margin = average_ratio(np.array([i.value for i, _ in pairs]), np.array([sales.value for _, sales in pairs]))
    sources = tuple(source for income, sales in pairs for source in (*income.sources, *sales.sources))
    return Input("cycle_margin", float(margin), FRACTION, "rule", sources)


def margin(accounts: Accounts, cycle: Input, rules: ForecastRules, name: str = "margin") -> Input:
    """Return the newest twelve months' operating margin, moved towards that of the ``cycle``."""
    now = operating_income(accounts)
    normal = moved(now.value / revenue(accounts).value, cycle.value, rules)
    return Input(name, normal, FRACTION, "rule", unique((*now.sources, *cycle.sources)))


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
    limited = within(rate, rules.tax_floor, rules.tax_cap)
    return Input("tax_rate", limited, FRACTION, "rule", sources_of(item for pair in pairs for item in pair))


def return_on_capital(accounts: Accounts, taxed: float, rules: ForecastRules) -> Input:
    """Return the newest twelve months' return on invested capital, moved towards the cycle's, within the rules' limits.

    It is operating income after tax over capital, each summed over the cycle. Where capital is not positive, others'
    money runs the company, and the return is at its limit.
    """
    found = [(income_of(year), invested_capital(year)) for year in accounts.years[-rules.cycle_years :]]
    known = [(income, capital) for income, capital in found if income is not None and capital is not None]
    newest = (income_of(accounts.base), invested_capital(accounts.base))
    if not known:
        raise UnfitError("equity is not known at the end of any fiscal year of the cycle")
    cycle = _return(known, taxed, rules)
    now = cycle if newest[0] is None or newest[1] is None else _return([(newest[0], newest[1])], taxed, rules)
    limited = within(moved(now, cycle, rules), rules.return_floor, rules.return_cap)
    parts = (part for pair in (*known, newest) for part in pair if part is not None)
    return Input("return_on_capital", limited, FRACTION, "rule", unique(s for part in parts for s in part.sources))


def _return(pairs: Sequence[tuple[Input, Input]], taxed: float, rules: ForecastRules) -> float:
    incomes, capital = (np.array([part.value for part in column]) for column in zip(*pairs, strict=True))
    return float(average_ratio(incomes * (1.0 - taxed), capital)) if capital.sum() > 0.0 else rules.return_cap


def moved(newest: float, cycle: float, rules: ForecastRules) -> float:
    """Return the newest ratio moved towards that of the cycle."""
    return newest + rules.cycle_reversion * (cycle - newest)


def sales_to_capital(accounts: Accounts, rules: ForecastRules) -> Input:
    """Return revenue over invested capital, within the rules' limits."""
    invested = invested_capital(accounts.base)
    if invested is None:
        raise UnfitError(f"equity at {accounts.base.end} is not known")
    sales = revenue(accounts)
    ratio = sales.value / invested.value if invested.value > 0 else rules.sales_to_capital_cap
    limited = within(ratio, rules.sales_to_capital_floor, rules.sales_to_capital_cap)
    return Input("sales_to_capital", limited, "ratio", "rule", (*sales.sources, *invested.sources))


def invested_capital(period: Period) -> Input | None:
    """Return equity, minority interests and debt less cash and investments; None without equity."""
    equity = period.items.get("equity")
    if equity is None:
        return None
    owed = [period.items[n] for n in ("noncontrolling_interests", *DEBT) if n in period.items]
    held = [period.items[n] for n in (*CASH, "long_term_investments") if n in period.items]
    value = equity.value + sum(item.value for item in owed) - sum(item.value for item in held)
    return Input("invested_capital", value, equity.unit, "fact", sources_of([equity, *owed, *held]))


DEBT = ("short_term_debt", "long_term_debt")
CASH = ("cash", "short_term_investments")


def interest(accounts: Accounts) -> Item | None:
    """Return the newest twelve months' interest expense, None where it is unknown or 0."""
    item = accounts.base.items.get("interest_expense")
    return item if item is not None and item.value > 0 else None


def sources_of(items: Iterable[Item]) -> tuple[FactSource, ...]:
    """Return the facts behind all the items."""
    return tuple(source for item in items for source in item.sources)


def unique(sources: Iterable[FactSource]) -> tuple[FactSource, ...]:
    """Return the sources, each once."""
    return tuple(dict.fromkeys(sources))


def total(name: str, items: Sequence[Item]) -> Input:
    """Return the sum of at least one item as a fact."""
    return Input(name, sum(item.value for item in items), items[0].unit, "fact", sources_of(items))


def within(value: float, low: float, high: float) -> float:
    """Return ``value`` brought between the limits. Raises UnfitError where it is no number."""
    if not isfinite(value):
        raise UnfitError(f"a ratio of the accounts is {value}")
    return min(max(value, low), high)


def _yearly_growth(first: Period, last: Period, item: str) -> float:
    elapsed = (last.end - first.end).days / 365.25
    growth: float = (last.items[item].value / first.items[item].value) ** (1 / elapsed) - 1
    return growth
