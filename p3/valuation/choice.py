"""Which model fits a company: by its industry, and by what its accounts hold."""

from dataclasses import dataclass

from p3.facts.rules import load_rules
from p3.valuation import equity_readings, readings
from p3.valuation.equity_models import AFFO, DIVIDENDS, RESIDUAL_INCOME
from p3.valuation.evidence import Accounts
from p3.valuation.firm_models import THREE_STAGE, TWO_STAGE
from p3.valuation.model import Model
from p3.valuation.readings import UnfitError
from p3.valuation.rules import Rules

_RAW_MATERIAL = "debt is its raw material, and book value is near to market"


@dataclass(frozen=True)
class Choice:
    """A model, and why it is the one."""

    model: Model
    reason: str


def check_industry(sic: str | None, rules: Rules) -> None:
    """Raise UnfitError where no model fits the industry."""
    code = int(sic) if sic and sic.isdigit() else None
    for industry in rules.refused_industries:
        if code is not None and industry.first <= code <= industry.last:
            raise UnfitError(f"SIC {sic}, {industry.reason}")


def choose(sic: str | None, accounts: Accounts, rules: Rules) -> Choice:
    """Return the model that fits. Raises UnfitError where none does."""
    industry = load_rules().industry(sic)
    if industry in ("bank", "broker", "insurer"):
        article = "an" if industry == "insurer" else "a"
        return Choice(RESIDUAL_INCOME, f"SIC {sic}, {article} {industry}: {_RAW_MATERIAL}")
    if industry == "reit":
        return Choice(AFFO, f"SIC {sic}, a real estate trust: depreciation of buildings is no cost of its owners")
    if industry == "utility":
        paid = equity_readings.payout(accounts, rules.forecast, rules.equity_models.payout_cap).value
        if paid >= rules.equity_models.payout_story:
            return Choice(DIVIDENDS, f"SIC {sic}, a utility that pays out {paid:.0%} of its earnings")
    return _by_margin(accounts, rules)


def _by_margin(accounts: Accounts, rules: Rules) -> Choice:
    now = readings.operating_income(accounts).value / readings.revenue(accounts).value
    cycle = readings.cycle_margin(accounts, rules.forecast)
    normal = readings.margin(accounts, cycle, rules.forecast).value
    if now > 0 and cycle.value > 0:
        return Choice(THREE_STAGE, f"operating margins of {now:.1%} now and {cycle.value:.1%} over the cycle")
    if normal <= 0:
        raise UnfitError(f"the operating margin is heading for {normal:.1%}: there is no cash flow to value")
    reason = f"an operating margin of {now:.1%} now and {cycle.value:.1%} over the cycle: it has yet to turn"
    return Choice(TWO_STAGE, reason)
