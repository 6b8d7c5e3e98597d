"""Operating leases as debt, where the rules ask for it.

The liability is the present value of the payments, in the balance sheet since 2019 (FASB ASC 842). Lease cost is an
operating cost and holds interest, so operating income rises by that (Damodaran, "Damodaran on Valuation" (2006),
chapter 3).
"""

from p3.valuation import leases
from p3.valuation.capitalised import Capitalised
from p3.valuation.evidence import Accounts
from p3.valuation.records import Input
from p3.valuation.rules import ClaimsRules


def liability(accounts: Accounts, rules: ClaimsRules) -> Input | None:
    """Return the liability of operating leases; None where the rules or the accounts have none."""
    found = accounts.reported("operating_lease_liability")
    if not rules.leases_as_debt or found is None or found.value <= 0.0:
        return None
    return Input("operating_leases", found.value, found.unit, "fact", found.sources)


def capitalised(accounts: Accounts, cost_of_debt: float, rules: ClaimsRules) -> Capitalised | None:
    """Return the leased assets, as large as the liability, and the interest in the lease cost; None as there."""
    owed = liability(accounts, rules)
    if owed is None:
        return None
    interest = leases.embedded_interest(owed.value, cost_of_debt)
    return Capitalised(owed, Input("lease_interest", float(interest), owed.unit, "rule", owed.sources))
