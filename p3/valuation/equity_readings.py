"""The inputs of the models of what flows to the owners, read from the accounts."""

from p3.facts.view import Item, Period
from p3.valuation.affo import Property, adjusted_funds_from_operations
from p3.valuation.evidence import Accounts
from p3.valuation.readings import FRACTION, UnfitError, moved, sources_of, unique, within
from p3.valuation.records import Assumption, Input
from p3.valuation.rules import EquityRules, ForecastRules


def net_income(accounts: Accounts) -> Input:
    """Return the newest twelve months' net income to common owners, else all of it."""
    found = common_income(accounts.base)
    if found is None:
        raise UnfitError(f"no net income is known for the twelve months to {accounts.base.end}")
    return Input("net_income", found.value, found.unit, "fact", found.sources)


def book_value(accounts: Accounts, preferred: Input) -> Input:
    """Return the common owners' book value: equity less ``preferred``."""
    equity = accounts.base.items.get("equity")
    if equity is None:
        raise UnfitError(f"equity at {accounts.base.end} is not known")
    value = equity.value - preferred.value
    if value <= 0:
        raise UnfitError(f"book value at {accounts.base.end} is negative: residual income has nothing to start from")
    kind: Assumption = "fact" if preferred.value == 0.0 else "rule"
    return Input("book_value", value, equity.unit, kind, (*equity.sources, *preferred.sources))


def return_on_equity(accounts: Accounts, rules: ForecastRules) -> Input:
    """Return the newest twelve months' return on equity, moved towards the cycle's, within the rules' limits.

    It is net income over the equity at the period's end, each summed over the cycle.
    """
    pairs = [pair for year in accounts.years[-rules.cycle_years :] if (pair := _income_and_equity(year))]
    capital = sum(equity.value for _, equity in pairs)
    if not pairs or capital <= 0:
        raise UnfitError("no fiscal year's return on equity is known, or equity was negative")
    cycle = sum(earned.value for earned, _ in pairs) / capital
    newest = _income_and_equity(accounts.base)
    now = newest[0].value / newest[1].value if newest and newest[1].value > 0 else cycle
    ratio = moved(now, cycle, rules)
    if ratio <= 0:
        raise UnfitError(f"the return on equity is heading for {ratio:.1%}: nothing flows to the owners")
    limited = within(ratio, 0.0, rules.return_cap)
    sources = unique(sources_of(item for pair in (*pairs, *([newest] if newest else [])) for item in pair))
    return Input("return_on_equity", limited, FRACTION, "rule", sources)


def _income_and_equity(period: Period) -> tuple[Item, Item] | None:
    earned, equity = common_income(period), period.items.get("equity")
    return None if earned is None or equity is None else (earned, equity)


def payout(accounts: Accounts, rules: ForecastRules, cap: float) -> Input:
    """Return dividends over net income, summed over the cycle, up to ``cap``; 0 where none is reported."""
    pairs = [
        (year.items["dividends_paid"], earned)
        for year in accounts.years[-rules.cycle_years :]
        if (earned := common_income(year)) is not None and "dividends_paid" in year.items
    ]
    whole = sum(income.value for _, income in pairs)
    if whole <= 0:
        return Input("payout", 0.0, FRACTION, "rule")
    ratio = sum(paid.value for paid, _ in pairs) / whole
    limited = within(ratio, 0.0, cap)
    return Input("payout", limited, FRACTION, "rule", sources_of(item for pair in pairs for item in pair))


def affo(accounts: Accounts, rules: EquityRules) -> Input:
    """Return adjusted funds from operations: net income and depreciation less recurring upkeep.

    Gains on sale and impairments are no line items, and are left in. Raises UnfitError where nothing is left.
    """
    earned, written_off = common_income(accounts.base), accounts.base.items.get("depreciation_amortization")
    if earned is None or written_off is None:
        raise UnfitError(f"net income or depreciation of the twelve months to {accounts.base.end} is not known")
    year = Property(written_off.value, recurring_capital_expenditure=written_off.value * rules.upkeep)
    value = float(adjusted_funds_from_operations(earned.value, year))
    if value <= 0:
        raise UnfitError(f"funds from operations of the twelve months to {accounts.base.end} are not positive")
    return Input("affo", value, earned.unit, "rule", sources_of([earned, written_off]))


def common_income(period: Period) -> Item | None:
    """Return net income to common owners, else all of it."""
    return period.items.get("net_income_to_common") or period.items.get("net_income")
