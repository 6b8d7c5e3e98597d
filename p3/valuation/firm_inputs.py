"""The inputs of free cash flow to the firm."""

from collections.abc import Sequence
from dataclasses import replace

from p3.valuation import capital_inputs, capitalised, claims_readings, lease_inputs, readings, research_inputs
from p3.valuation.capital_inputs import Firm
from p3.valuation.capitalised import Capitalised
from p3.valuation.option_inputs import options
from p3.valuation.records import Input
from p3.valuation.subject import Subject


def three_stage(subject: Subject) -> tuple[Input, ...]:
    """Return the inputs of three stages. Raises UnfitError where one is not known."""
    accounts, rules, choose = subject.accounts, subject.rules.forecast, subject.choose
    taxed, marginal = _taxes(subject)
    capital, claims = _capital_and_claims(subject, marginal.value)
    assets = _assets(subject, capital, taxed.value)
    normal = choose("margin", lambda: _margin(subject, assets, "margin"))
    last = choose("terminal_margin", lambda: replace(normal, name="terminal_margin", assumption="rule"))
    earned = choose("return_on_capital", lambda: _return(subject, normal, taxed.value, assets))
    growth = choose("growth", lambda: readings.growth(accounts, "revenue", rules))
    operations = (*_operations(subject, assets), growth, normal, last, taxed, marginal, earned)
    return (*operations, *claims, *capital, *subject.terminal(capital, "terminal_wacc", earned.value))


def two_stage(subject: Subject) -> tuple[Input, ...]:
    """Return the inputs of two stages. Raises UnfitError where one is not known."""
    accounts, rules, choose = subject.accounts, subject.rules.forecast, subject.choose
    taxed, marginal = _taxes(subject)
    capital, claims = _capital_and_claims(subject, marginal.value)
    assets = _assets(subject, capital, taxed.value)
    target = choose("target_margin", lambda: _margin(subject, assets, "target_margin"))
    turnover = choose("sales_to_capital", lambda: _turnover(subject, assets))
    growth = choose("growth", lambda: readings.growth(accounts, "revenue", rules))
    operations = (*_operations(subject, assets), growth, target, taxed, marginal, turnover)
    return (*operations, *claims, *capital, *subject.terminal(capital, "wacc", None))


def _assets(subject: Subject, capital: tuple[Input, ...], tax_rate: float) -> list[Capitalised]:
    accounts, rules = subject.accounts, subject.rules.claims
    cost_of_debt = next(item.value for item in capital if item.name == "cost_of_debt")
    research = research_inputs.capitalised(accounts, tax_rate, rules)
    leased = lease_inputs.capitalised(accounts, cost_of_debt, rules)
    return [found for found in (research, leased) if found is not None]


def _margin(subject: Subject, assets: Sequence[Capitalised], name: str) -> Input:
    accounts, rules = subject.accounts, subject.rules.forecast
    return capitalised.margin(
        readings.margin(accounts, readings.cycle_margin(accounts, rules), rules, name), accounts, assets
    )


def _return(subject: Subject, margin: Input, tax_rate: float, assets: Sequence[Capitalised]) -> Input:
    if not assets:
        return readings.return_on_capital(subject.accounts, tax_rate, subject.rules.forecast)
    return capitalised.return_on_capital(margin, subject.accounts, tax_rate, assets, subject.rules)


def _turnover(subject: Subject, assets: Sequence[Capitalised]) -> Input:
    if not assets:
        return readings.sales_to_capital(subject.accounts, subject.rules.forecast)
    return capitalised.sales_to_capital(subject.accounts, assets, subject.rules)


def _operations(subject: Subject, assets: Sequence[Capitalised]) -> tuple[Input, ...]:
    income = capitalised.income(readings.operating_income(subject.accounts), assets)
    listed = [part for each in assets for part in (each.asset, each.adjustment)]
    return (readings.revenue(subject.accounts), income, *listed)


def _taxes(subject: Subject) -> tuple[Input, Input]:
    rules = subject.rules.forecast
    taxed = subject.choose("tax_rate", lambda: readings.tax_rate(subject.accounts, rules))
    return taxed, subject.rule("marginal_tax_rate", rules.marginal_tax_rate)


def _capital_and_claims(subject: Subject, tax_rate: float) -> tuple[tuple[Input, ...], tuple[Input, ...]]:
    accounts, claims, choose = subject.accounts, subject.rules.claims, subject.choose
    debt = choose("debt", lambda: claims_readings.debt(accounts, subject.market_value, claims))
    firm = Firm(accounts, subject.market_value, debt.value, tax_rate)
    capital = capital_inputs.of_firm(subject.known, firm, subject.as_of, subject.rules, choose)
    rates = {item.name: item.value for item in capital}
    return capital, (debt, *other_claims(subject, rates["risk_free_rate"], rates["cost_of_debt"]))


def other_claims(subject: Subject, risk_free_rate: float, cost_of_debt: float) -> tuple[Input, ...]:
    """Return the cash and investments, and the claims on operations beside debt."""
    accounts, choose = subject.accounts, subject.choose
    held = choose("cash", lambda: claims_readings.cash(accounts))
    rules = subject.rules.claims
    return (
        held,
        choose("operating_cash", lambda: claims_readings.operating_cash(accounts, held.value, rules)),
        choose("investments", lambda: claims_readings.investments(accounts)),
        choose("minority_interests", lambda: claims_readings.minority_interests(accounts)),
        choose("preferred", lambda: claims_readings.preferred(accounts, cost_of_debt, rules)),
        choose("options", lambda: options(subject, risk_free_rate, subject.rules.forecast.marginal_tax_rate)),
    )
