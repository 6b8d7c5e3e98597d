"""The inputs of the models of what flows to the owners.

Preferred dividends are capitalised at the risk-free rate and the spread of the best rating of financial companies.
"""

from p3.valuation import capital_inputs, claims_readings, equity_readings, readings, synthetic_rating
from p3.valuation.firm_inputs import other_claims
from p3.valuation.records import Input
from p3.valuation.subject import Subject


def residual_income(subject: Subject) -> tuple[Input, ...]:
    """Return the inputs of residual income. Raises UnfitError where one is not known."""
    accounts, rules, choose = subject.accounts, subject.rules, subject.choose
    rates = _rates(subject)
    preferred = choose("preferred", lambda: claims_readings.preferred(accounts, _yield(rates), rules.claims))
    book = equity_readings.book_value(accounts, preferred)
    earned = choose("return_on_equity", lambda: equity_readings.return_on_equity(accounts, rules.forecast))
    growth = choose("growth", lambda: readings.growth(accounts, "equity", rules.forecast))
    persistence = subject.rule("persistence", rules.equity_models.persistence)
    terminal = subject.terminal(rates, "terminal_cost_of_equity", earned.value)
    return (preferred, book, earned, growth, persistence, *rates, *terminal)


def dividend_discount(subject: Subject) -> tuple[Input, ...]:
    """Return the inputs of dividend discount. Raises UnfitError where one is not known.

    Growth is what the earnings kept back buy at the company's return on equity.
    """
    accounts, rules, choose = subject.accounts, subject.rules, subject.choose
    rates = _rates(subject)
    earned = choose("return_on_equity", lambda: equity_readings.return_on_equity(accounts, rules.forecast))
    cap = rules.equity_models.payout_cap
    paid = choose("payout", lambda: equity_readings.payout(accounts, rules.forecast, cap))
    growth = subject.rule("growth", (1.0 - paid.value) * earned.value)
    terminal = subject.terminal(rates, "terminal_cost_of_equity", earned.value)
    return (equity_readings.net_income(accounts), earned, paid, growth, *rates, *terminal)


def affo(subject: Subject) -> tuple[Input, ...]:
    """Return the inputs of adjusted funds from operations. Raises UnfitError where one is not known.

    New properties earn the cost of equity and the terminal premium: funds over book value would flatter them, for the
    book is written down by depreciation that costs nothing.
    """
    accounts, rules, choose = subject.accounts, subject.rules, subject.choose
    rates = _rates(subject)
    funds = equity_readings.affo(accounts, rules.equity_models)
    growth = choose("growth", lambda: readings.growth(accounts, "revenue", rules.forecast))
    terminal = subject.terminal(rates, "terminal_cost_of_equity", None)
    earned = subject.rule("return_on_equity", terminal[-1].value)
    claims = other_claims(subject, _safe(rates), _yield(rates))
    return (funds, growth, earned, *claims, *rates, *terminal)


def _rates(subject: Subject) -> tuple[Input, ...]:
    return capital_inputs.of_equity(subject.known, subject.as_of, subject.rules, subject.choose)


def _yield(rates: tuple[Input, ...]) -> float:
    return _safe(rates) + synthetic_rating.table("financial")[0].spread


def _safe(rates: tuple[Input, ...]) -> float:
    return next(item.value for item in rates if item.name == "risk_free_rate")
