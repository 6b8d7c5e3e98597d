"""What employees' options will take from the owners beyond what the diluted share count already holds.

The diluted count buys back shares with the options' proceeds, which charges what the options would bring if they were
exercised today. What is left is the value of waiting: Black and Scholes's value less that, after the tax that exercise
saves (Damodaran, "Damodaran on Valuation" (2006), chapter 11).
"""

import numpy as np

from p3.valuation.black_scholes import Terms, call
from p3.valuation.price_history import weekly_returns
from p3.valuation.readings import sources_of
from p3.valuation.records import Input
from p3.valuation.share_basis import to_price_basis
from p3.valuation.subject import Subject

_WEEKS = 52


def options(subject: Subject, risk_free_rate: float, tax_rate: float) -> Input:
    """Return the value of waiting in the options that the newest accounts report; 0, by rule, where none are."""
    accounts, rules = subject.accounts, subject.rules
    unit = accounts.base.items["revenue"].unit
    volatility = _volatility(subject)
    found = [accounts.reported(name) for name in ("options_outstanding", "options_exercise_price")]
    reported = [item for item in found if item is not None and item.value > 0.0]
    if len(reported) < len(found) or volatility is None:
        return Input("options", 0.0, unit, "rule")
    count, exercise = reported
    factor = to_price_basis(subject.known, max(source.accepted for source in count.sources), subject.quote)
    strike, spot = exercise.value / factor, subject.quote.close
    terms = Terms(strike, rules.claims.options_life, volatility, risk_free_rate)
    waiting = float(call(spot, terms).value) - max(spot - strike, 0.0)
    value = count.value * factor * max(waiting, 0.0) * (1.0 - tax_rate)
    return Input("options", value, unit, "rule", sources_of(reported))


def _volatility(subject: Subject) -> float | None:
    """Return the yearly standard deviation of weekly returns, None where there are too few or they never moved."""
    rules, known = subject.rules.capital, subject.known
    returns, _ = weekly_returns(known.prices, known.market, subject.as_of, rules.beta_weeks)
    if len(returns) < rules.beta_short_weeks:
        return None
    return float(np.std(returns, ddof=1) * np.sqrt(_WEEKS)) or None
