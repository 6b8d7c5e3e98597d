"""What one company's valuation rests on at a moment, or why no model fits it.

The steps: 1. industry; 2. price; 3. accounts; 4. shares, on the price's basis; 5. the model; 6. its readings of the
accounts; 7. cost of capital; 8. terminal assumptions. A user's choice replaces the reading or rule of the same name.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite

import polars as pl

from p3.clock import market_date
from p3.provenance import FactSource
from p3.valuation import choice, equity_inputs, evidence, firm_inputs
from p3.valuation.assumptions import CHOICES, Assumptions
from p3.valuation.cross_checks import bases, cross_checks
from p3.valuation.discounting import Timing
from p3.valuation.evidence import Accounts, Evidence
from p3.valuation.model import Frame
from p3.valuation.paths import Stages
from p3.valuation.price_history import Quote, age_in_days, price_history
from p3.valuation.readings import UnfitError
from p3.valuation.records import Input, Inputs, Refusal
from p3.valuation.rules import Rules
from p3.valuation.share_basis import to_price_basis
from p3.valuation.subject import Subject

_READERS = {
    "fcff_three_stage": firm_inputs.three_stage,
    "fcff_two_stage": firm_inputs.two_stage,
    "residual_income": equity_inputs.residual_income,
    "dividend_discount": equity_inputs.dividend_discount,
    "affo": equity_inputs.affo,
}


def gather(
    line_items: pl.DataFrame,
    prices: pl.DataFrame,
    actions: pl.DataFrame,
    rates: pl.DataFrame,
    *,
    ticker: str,
    cik: int,
    sic: str | None,
    benchmark: str,
    as_of: datetime,
    assumptions: Assumptions,
) -> Inputs | Refusal:
    """Return the inputs of one company known at ``as_of``, or the refusal with its reason.

    The frames have the columns of the tables of the same names, and may hold other companies and rows that
    are not known yet.
    """
    known = evidence.gather(
        line_items,
        prices,
        actions,
        ticker=ticker,
        cik=cik,
        sic=sic,
        market=price_history(prices, actions, benchmark),
        risk_free=evidence.rate_series(rates, assumptions.rules.capital.risk_free_series),
    )
    return at(known, as_of, assumptions)


def at(known: Evidence, as_of: datetime, assumptions: Assumptions) -> Inputs | Refusal:
    """Return what ``gather`` does, from evidence already arranged."""
    quote = None
    try:
        choice.check_industry(known.sic, assumptions.rules)
        quote = _quote(known, as_of, assumptions.rules)
        accounts = _accounts(known, as_of, assumptions.rules)
        return _inputs(known, quote, accounts, as_of, assumptions)
    except UnfitError as unfit:
        price, day = (quote.close, quote.day) if quote else (None, None)
        return Refusal(known.ticker, known.cik, as_of, str(unfit), price, day)


def _quote(known: Evidence, as_of: datetime, rules: Rules) -> Quote:
    quote = known.prices.newest(as_of)
    if quote is None:
        raise UnfitError(f"no price of {known.ticker} is known")
    age = age_in_days(quote, as_of)
    if age > rules.price.max_age_days:
        raise UnfitError(f"the newest price, of {quote.day}, is {age} days old")
    return quote


def _accounts(known: Evidence, as_of: datetime, rules: Rules) -> Accounts:
    accounts = known.accounts(as_of)
    if accounts is None:
        raise UnfitError("no twelve months of revenue are known")
    age = (market_date(as_of) - accounts.base.end).days
    if age >= rules.financials.max_age_days:
        raise UnfitError(f"the newest accounts, to {accounts.base.end}, are {age} days old")
    unit = accounts.base.items["revenue"].unit
    if unit != rules.price.currency:
        raise UnfitError(f"the accounts are in {unit}, the price in {rules.price.currency}")
    return accounts


def _inputs(known: Evidence, quote: Quote, accounts: Accounts, as_of: datetime, assumptions: Assumptions) -> Inputs:
    rules, chooser = assumptions.rules, _Chooser(assumptions)
    price = _price(known, quote, rules)
    shares = chooser("shares_diluted", lambda: _shares(known, accounts, quote))
    if shares.value <= 0:
        raise UnfitError(f"a share count of {shares.value:g}")
    subject = Subject(known, accounts, as_of, quote, quote.close * shares.value, rules, chooser)
    chosen = choice.choose(known.sic, accounts, rules)
    stub = _stub(accounts, as_of)
    found = (price, shares, *_READERS[chosen.model.name](subject), stub)
    _check_terminal(found, chosen.model.rates[-1], rules)
    values = {item.name: item.value for item in found}
    made = Inputs(
        known.ticker,
        known.cik,
        as_of,
        quote.close,
        quote.day,
        chosen.model,
        chosen.reason,
        _frame(stub.value, rules),
        found,
        rules,
    )
    try:
        worth, paid = made.per_share, bases(values, accounts)
        checks = cross_checks(values, paid)
    except ValueError as error:
        raise UnfitError(f"{chosen.model.name} has no value: {error}") from error
    if not isfinite(worth):
        raise UnfitError(f"{chosen.model.name} gives {worth}")
    return replace(made, bases=paid, cross_checks=checks)


@dataclass(frozen=True)
class _Chooser:
    """The user's choice of an input, else the reading or rule."""

    assumptions: Assumptions

    def __call__(self, name: str, otherwise: Callable[[], Input]) -> Input:
        if name not in self.assumptions.yours:
            return otherwise()
        unit = CHOICES[name]
        return Input(
            name,
            self.assumptions.yours[name],
            self.assumptions.rules.price.currency if unit == "money" else unit,
            "yours",
        )


def _price(known: Evidence, quote: Quote, rules: Rules) -> Input:
    unit = f"{rules.price.currency}/shares"
    source = FactSource("market", f"close {known.ticker}", unit, None, quote.day, quote.close, "", quote.known)
    return Input("price", quote.close, unit, "fact", (source,))


def _shares(known: Evidence, accounts: Accounts, quote: Quote) -> Input:
    """Return the newest diluted count, brought to the price's share basis by the splits between the two."""
    count = accounts.shares
    if count is None:
        raise UnfitError("no share count is known")
    value = count.value * to_price_basis(known, count.accepted, quote)
    return Input("shares_diluted", value, "shares", count.assumption, count.sources)


def _stub(accounts: Accounts, as_of: datetime) -> Input:
    """Return the part of the first forecast year, which follows the accounts, that is still to come."""
    left = 1.0 - (market_date(as_of) - accounts.base.end).days / 365
    return Input("first_year_left", left, "fraction", "rule", accounts.base.items["revenue"].sources)


def _frame(stub: float, rules: Rules) -> Frame:
    forecast = rules.forecast
    return Frame(Stages(forecast.high_growth_years, forecast.fade_years), Timing(forecast.mid_year, stub))


def _check_terminal(found: tuple[Input, ...], rate: str, rules: Rules) -> None:
    """Raise UnfitError where growth for ever exceeds the risk-free rate or comes too near to the discount rate."""
    values = {item.name: item.value for item in found}
    growth, ceiling = values["terminal_growth"], max(values["risk_free_rate"], 0.0)
    if growth > ceiling:
        raise UnfitError(f"terminal growth, {growth:.2%}, is above the risk-free rate, {ceiling:.2%}")
    if values[rate] - growth < rules.forecast.least_spread:
        raise UnfitError(f"the cost of capital, {values[rate]:.2%}, is not clear of terminal growth, {growth:.2%}")
