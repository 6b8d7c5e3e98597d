"""Research and development as an asset, where the rules ask for it.

NOPAT rises by what the year's spending exceeds the write-off; as spending is deducted from taxes at once, operating
income rises by that before tax (Damodaran, "Damodaran on Valuation" (2006), chapter 4).
"""

import numpy as np

from p3.valuation import research
from p3.valuation.capitalised import Capitalised
from p3.valuation.evidence import Accounts
from p3.valuation.readings import sources_of
from p3.valuation.records import Input
from p3.valuation.rules import ClaimsRules


def capitalised(accounts: Accounts, tax_rate: float, rules: ClaimsRules) -> Capitalised | None:
    """Return the research of the newest fiscal years as an asset; None where the rules or the accounts have none."""
    years = accounts.years[-(rules.research_life + 1) :]
    spent = [year.items["research_and_development"] for year in years if "research_and_development" in year.items]
    if not rules.capitalise_research or len(spent) <= rules.research_life:
        return None
    if min(item.value for item in spent) < 0.0 or not any(item.value for item in spent):
        return None
    found = research.capitalize(np.array([item.value for item in reversed(spent)]))
    unit, sources = spent[-1].unit, sources_of(spent)
    asset = Input("research_asset", float(found.asset), unit, "rule", sources)
    more = float(found.adjustment) / (1.0 - tax_rate)
    return Capitalised(asset, Input("research_adjustment", more, unit, "rule", sources))
