"""What stands between operations and a share, read from the newest balance sheet."""

from collections.abc import Mapping
from dataclasses import replace

from p3.facts.view import Item
from p3.valuation import lease_inputs
from p3.valuation.evidence import Accounts
from p3.valuation.readings import CASH, DEBT, UnfitError, revenue, sources_of, total
from p3.valuation.records import Input
from p3.valuation.rules import ClaimsRules


def cash(accounts: Accounts) -> Input:
    """Return cash and short-term investments. Raises UnfitError where neither is reported."""
    found = [accounts.base.items[name] for name in CASH if name in accounts.base.items]
    if not found:
        raise UnfitError(f"no cash is known at {accounts.base.end}; set cash")
    return total("cash", found)


def operating_cash(accounts: Accounts, held: float, rules: ClaimsRules) -> Input:
    """Return the part of the cash that operations need: a part of revenue, all of it at most."""
    sales = revenue(accounts)
    return Input("operating_cash", min(rules.operating_cash * sales.value, held), sales.unit, "rule", sales.sources)


def debt(accounts: Accounts, market_value: float, rules: ClaimsRules) -> Input:
    """Return borrowings, and operating leases where the rules count them. Raises UnfitError as ``borrowings`` does."""
    owed, leased = borrowings(accounts, market_value, rules), lease_inputs.liability(accounts, rules)
    if leased is None:
        return owed
    return replace(owed, value=owed.value + leased.value, sources=(*owed.sources, *leased.sources))


def borrowings(accounts: Accounts, market_value: float, rules: ClaimsRules) -> Input:
    """Return the book value of debt due within a year and later; operating leases are left out.

    Debt that is not reported is 0, by rule, where the balance sheet leaves no room for much of it: liabilities other
    than payables come to a negligible part of ``market_value``. Raises UnfitError where it does not.
    """
    items = accounts.base.items
    found = [items[name] for name in DEBT if name in items]
    if found:
        return total("debt", found)
    owed, trade = items.get("total_liabilities"), items.get("payables")
    if owed is None:
        raise UnfitError(f"neither debt nor total liabilities are known at {accounts.base.end}; set debt")
    room = owed.value - (trade.value if trade else 0.0)
    if room > rules.negligible_debt * market_value:
        part = f"liabilities of {room / market_value:.0%} of market value"
        raise UnfitError(f"no debt is reported at {accounts.base.end}, and {part} may hold some; set debt")
    return Input("debt", 0.0, owed.unit, "rule", sources_of([owed, *([trade] if trade else [])]))


def investments(accounts: Accounts) -> Input:
    """Return long-term investments at their book value; 0, by rule, where none are reported."""
    return _reported_or_none("investments", "long_term_investments", accounts)


def minority_interests(accounts: Accounts) -> Input:
    """Return other owners' part of subsidiaries at its book value; 0, by rule, where none is reported."""
    return _reported_or_none("minority_interests", "noncontrolling_interests", accounts)


def preferred(accounts: Accounts, cost_of_debt: float, rules: ClaimsRules) -> Input:
    """Return preferred and redeemable stock at its book value, or its dividends capitalised at the cost of debt.

    The latter where the book value is so small a part of it that it is a nominal par. Where the dividends are not told
    they are what net income leaves to others than common owners; 0, by rule, where that is not known either.
    """
    items = accounts.base.items
    booked = [items[name] for name in ("preferred_equity", "temporary_equity") if name in items]
    unit = items["revenue"].unit
    at_book = total("preferred", booked) if booked else Input("preferred", 0.0, unit, "rule")
    paid = _preferred_dividends(items)
    if not paid or cost_of_debt <= 0.0:
        return at_book
    capitalised = (paid[0].value - sum(item.value for item in paid[1:])) / cost_of_debt
    if at_book.value >= rules.nominal_par * capitalised:
        return at_book
    return Input("preferred", capitalised, unit, "rule", sources_of([*booked, *paid]))


def _preferred_dividends(items: Mapping[str, Item]) -> list[Item]:
    """Return the dividends, or the income and the part of it that is left to common owners; nothing without either."""
    if "preferred_dividends" in items:
        return [items["preferred_dividends"]]
    names = ("net_income", "net_income_to_common")
    return [items[name] for name in names] if items.keys() >= set(names) else []


def _reported_or_none(name: str, item: str, accounts: Accounts) -> Input:
    found = accounts.base.items.get(item)
    if found is None or found.value <= 0.0:
        return Input(name, 0.0, accounts.base.items["revenue"].unit, "rule")
    return Input(name, found.value, found.unit, "fact", found.sources)
