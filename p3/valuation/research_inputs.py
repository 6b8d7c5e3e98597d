"""Research and development as an asset, where the rules ask for it: a higher margin, and more capital behind it.

NOPAT rises by what the year's spending exceeds the write-off; as spending is deducted from taxes at once, operating
income rises by that before tax (Damodaran, "Damodaran on Valuation" (2006), chapter 4).
"""

from dataclasses import dataclass, replace

import numpy as np

from p3.valuation import research
from p3.valuation.evidence import Accounts
from p3.valuation.readings import invested_capital, revenue, sources_of, within
from p3.valuation.records import Input
from p3.valuation.rules import Rules


@dataclass(frozen=True)
class Capitalised:
    """The asset and the rise of income after tax, as inputs."""

    asset: Input
    adjustment: Input

    def margin(self, reported: Input, accounts: Accounts, tax_rate: float) -> Input:
        """Return the operating margin with the research capitalised."""
        more = self.adjustment.value / (1.0 - tax_rate) / revenue(accounts).value
        return replace(reported, value=reported.value + more, sources=(*reported.sources, *self.adjustment.sources))

    def return_on_capital(self, margin: Input, accounts: Accounts, tax_rate: float, rules: Rules) -> Input:
        """Return income at the ``margin``, after tax, over the newest balance sheet's capital with the asset."""
        invested = invested_capital(accounts.base)
        capital = self.asset.value + (max(invested.value, 0.0) if invested else 0.0)
        earned = revenue(accounts).value * margin.value * (1.0 - tax_rate)
        limited = within(earned / capital, rules.forecast.return_floor, rules.forecast.return_cap)
        return Input("return_on_capital", limited, "fraction", "rule", (*margin.sources, *self.asset.sources))


def capitalised(accounts: Accounts, rules: Rules) -> Capitalised | None:
    """Return the research of the newest fiscal years as an asset; None where the rules or the accounts have none."""
    years = accounts.years[-(rules.claims.research_life + 1) :]
    spent = [year.items["research_and_development"] for year in years if "research_and_development" in year.items]
    if not rules.claims.capitalise_research or len(spent) <= rules.claims.research_life:
        return None
    found = research.capitalize(np.array([item.value for item in reversed(spent)]))
    unit, sources = spent[-1].unit, sources_of(spent)
    asset = Input("research_asset", float(found.asset), unit, "rule", sources)
    return Capitalised(asset, Input("research_adjustment", float(found.adjustment), unit, "rule", sources))
