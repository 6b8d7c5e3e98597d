"""The inputs of free cash flow to the firm."""

from dataclasses import replace

from p3.valuation import capital_inputs, claims_readings, readings, research_inputs
from p3.valuation.capital_inputs import Firm
from p3.valuation.records import Input
from p3.valuation.research_inputs import Capitalised
from p3.valuation.subject import Subject


def three_stage(subject: Subject) -> tuple[Input, ...]:
    """Return the inputs of three stages. Raises UnfitError where one is not known."""
    accounts, rules, choose = subject.accounts, subject.rules.forecast, subject.choose
    taxed, marginal = _taxes(subject)
    research = research_inputs.capitalised(accounts, subject.rules)
    normal = choose("margin", lambda: _margin(subject, taxed.value, research))
    last = choose("terminal_margin", lambda: replace(normal, name="terminal_margin", assumption="rule"))
    earned = choose("return_on_capital", lambda: _return(subject, normal, taxed.value, research))
    growth = choose("growth", lambda: readings.growth(accounts, "revenue", rules))
    assets = () if research is None else (research.asset, research.adjustment)
    operations = (*_operations(subject), growth, *assets, normal, last, taxed, marginal, earned)
    capital, claims = _capital_and_claims(subject, marginal.value)
    return (*operations, *claims, *capital, *subject.terminal(capital, "terminal_wacc", earned.value))


def _margin(subject: Subject, tax_rate: float, research: Capitalised | None) -> Input:
    accounts, rules = subject.accounts, subject.rules.forecast
    reported = readings.margin(accounts, readings.cycle_margin(accounts, rules), rules)
    return reported if research is None else research.margin(reported, accounts, tax_rate)


def _return(subject: Subject, margin: Input, tax_rate: float, research: Capitalised | None) -> Input:
    if research is None:
        return readings.return_on_capital(subject.accounts, tax_rate, subject.rules.forecast)
    return research.return_on_capital(margin, subject.accounts, tax_rate, subject.rules)


def two_stage(subject: Subject) -> tuple[Input, ...]:
    """Return the inputs of two stages. Raises UnfitError where one is not known."""
    accounts, rules, choose = subject.accounts, subject.rules.forecast, subject.choose
    cycle = readings.cycle_margin(accounts, rules)
    target = choose("target_margin", lambda: readings.margin(accounts, cycle, rules, "target_margin"))
    taxed, marginal = _taxes(subject)
    turnover = choose("sales_to_capital", lambda: readings.sales_to_capital(accounts, rules))
    growth = choose("growth", lambda: readings.growth(accounts, "revenue", rules))
    operations = (*_operations(subject), growth, target, taxed, marginal, turnover)
    capital, claims = _capital_and_claims(subject, marginal.value)
    return (*operations, *claims, *capital, *subject.terminal(capital, "wacc", None))


def _operations(subject: Subject) -> tuple[Input, Input]:
    return readings.revenue(subject.accounts), readings.operating_income(subject.accounts)


def _taxes(subject: Subject) -> tuple[Input, Input]:
    rules = subject.rules.forecast
    taxed = subject.choose("tax_rate", lambda: readings.tax_rate(subject.accounts, rules))
    return taxed, subject.rule("marginal_tax_rate", rules.marginal_tax_rate)


def _capital_and_claims(subject: Subject, tax_rate: float) -> tuple[tuple[Input, ...], tuple[Input, ...]]:
    accounts, claims, choose = subject.accounts, subject.rules.claims, subject.choose
    debt = choose("debt", lambda: claims_readings.debt(accounts, subject.market_value, claims))
    firm = Firm(accounts, subject.market_value, debt.value, tax_rate)
    capital = capital_inputs.of_firm(subject.known, firm, subject.as_of, subject.rules, choose)
    cost_of_debt = next(item.value for item in capital if item.name == "cost_of_debt")
    return capital, (debt, *other_claims(subject, cost_of_debt))


def other_claims(subject: Subject, cost_of_debt: float) -> tuple[Input, ...]:
    """Return the cash, and the claims on operations beside debt."""
    accounts, choose = subject.accounts, subject.choose
    held = choose("cash", lambda: claims_readings.cash(accounts))
    rules = subject.rules.claims
    return (
        held,
        choose("operating_cash", lambda: claims_readings.operating_cash(accounts, held.value, rules)),
        choose("minority_interests", lambda: claims_readings.minority_interests(accounts)),
        choose("preferred", lambda: claims_readings.preferred(accounts, cost_of_debt)),
    )
