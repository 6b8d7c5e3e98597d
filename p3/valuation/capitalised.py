"""Costs that buy capital, research and leases, as assets: income rises by what they are not, capital by the asset."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from p3.provenance import FactSource
from p3.valuation.evidence import Accounts
from p3.valuation.readings import invested_capital, revenue, within
from p3.valuation.records import Input
from p3.valuation.rules import Rules


@dataclass(frozen=True)
class Capitalised:
    """An asset, and by what operating income before tax rises with it."""

    asset: Input
    adjustment: Input


def income(reported: Input, assets: Sequence[Capitalised]) -> Input:
    """Return operating income with the costs capitalised."""
    if not assets:
        return reported
    value = reported.value + sum(each.adjustment.value for each in assets)
    return replace(reported, value=value, assumption="rule", sources=_sources(reported, assets))


def margin(reported: Input, accounts: Accounts, assets: Sequence[Capitalised]) -> Input:
    """Return the operating margin with the costs capitalised."""
    if not assets:
        return reported
    more = sum(each.adjustment.value for each in assets) / revenue(accounts).value
    return replace(reported, value=reported.value + more, sources=_sources(reported, assets))


def return_on_capital(
    normal: Input, accounts: Accounts, tax_rate: float, assets: Sequence[Capitalised], rules: Rules
) -> Input:
    """Return income at the margin ``normal``, after tax, over the newest balance sheet's capital with the assets."""
    capital = sum(each.asset.value for each in assets) + _invested(accounts)
    earned = revenue(accounts).value * normal.value * (1.0 - tax_rate)
    limited = within(earned / capital, rules.forecast.return_floor, rules.forecast.return_cap)
    return Input("return_on_capital", limited, "fraction", "rule", _sources(normal, assets))


def sales_to_capital(accounts: Accounts, assets: Sequence[Capitalised], rules: Rules) -> Input:
    """Return revenue over the newest balance sheet's capital with the assets."""
    sales = revenue(accounts)
    ratio = sales.value / (sum(each.asset.value for each in assets) + _invested(accounts))
    limited = within(ratio, rules.forecast.sales_to_capital_floor, rules.forecast.sales_to_capital_cap)
    return Input("sales_to_capital", limited, "ratio", "rule", _sources(sales, assets))


def _invested(accounts: Accounts) -> float:
    invested = invested_capital(accounts.base)
    return max(invested.value, 0.0) if invested else 0.0


def _sources(of: Input, assets: Sequence[Capitalised]) -> tuple[FactSource, ...]:
    return (*of.sources, *(source for each in assets for source in each.adjustment.sources))
