"""The company being valued, as the readers of each model's inputs see it."""

from dataclasses import dataclass
from datetime import datetime

from p3.valuation.capital_inputs import Chooser
from p3.valuation.evidence import Accounts, Evidence
from p3.valuation.price_history import Quote
from p3.valuation.records import Input
from p3.valuation.rules import Rules


@dataclass(frozen=True)
class Subject:
    """One company at a moment. ``market_value`` is that of its diluted shares; ``choose`` puts the user first."""

    known: Evidence
    accounts: Accounts
    as_of: datetime
    quote: Quote
    market_value: float
    rules: Rules
    choose: Chooser

    def rule(self, name: str, value: float) -> Input:
        """Return the user's choice, else ``value`` by rule."""
        return self.choose(name, lambda: Input(name, value, "fraction", "rule"))

    def terminal(self, rates: tuple[Input, ...], terminal_rate: str, earned: float | None) -> tuple[Input, Input]:
        """Return terminal growth, and the return for ever on what is reinvested.

        Growth is the risk-free rate up to a cap, and clear of the discount rate. The return is a premium over its
        cost; a company that earns less (``earned``) keeps that, and no less than the cost.
        """
        values = {item.name: item.value for item in rates}
        forecast = self.rules.forecast
        cost, premium = values[terminal_rate], forecast.terminal_return_premium
        ceiling = max(min(values["risk_free_rate"], forecast.terminal_growth_cap, cost - forecast.least_spread), 0.0)
        above = premium if earned is None else min(premium, max(earned - cost, 0.0))
        return self.rule("terminal_growth", ceiling), self.rule("terminal_return", cost + above)
