"""What one company's valuation rests on at a moment, or why no model fits it.

The steps: 1. industry; 2. price; 3. accounts; 4. shares, on the price's basis; 5. readings of the accounts;
6. cost of capital; 7. terminal assumptions. A user's choice replaces the reading or rule of the same name.
"""

from collections.abc import Callable
from datetime import datetime

import polars as pl

from p3.clock import market_date
from p3.facts.shares import split_factor
from p3.provenance import FactSource
from p3.valuation import cost_of_capital, evidence, readings
from p3.valuation.assumptions import Assumptions, Rules
from p3.valuation.evidence import Accounts, Evidence
from p3.valuation.price_history import Quote, age_in_days, price_history, weekly_returns
from p3.valuation.readings import FRACTION, UnfitError
from p3.valuation.records import Input, Inputs, Refusal


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
        _check_industry(known.sic, assumptions.rules)
        quote = _quote(known, as_of, assumptions.rules)
        accounts = _accounts(known, as_of, assumptions.rules)
        inputs = _inputs(known, quote, accounts, as_of, assumptions)
    except UnfitError as unfit:
        price, day = (quote.close, quote.day) if quote else (None, None)
        return Refusal(known.ticker, known.cik, as_of, str(unfit), price, day)
    return Inputs(known.ticker, known.cik, as_of, quote.close, quote.day, inputs, assumptions.rules)


def _check_industry(sic: str | None, rules: Rules) -> None:
    code = int(sic) if sic and sic.isdigit() else None
    for industry in rules.refused_industries:
        if code is not None and industry.first <= code <= industry.last:
            raise UnfitError(f"SIC {sic}, {industry.reason}")


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
    if age > rules.financials.max_age_days:
        raise UnfitError(f"the newest accounts, to {accounts.base.end}, are {age} days old")
    unit = accounts.base.items["revenue"].unit
    if unit != rules.price.currency:
        raise UnfitError(f"the accounts are in {unit}, the price in {rules.price.currency}")
    return accounts


def _inputs(
    known: Evidence, quote: Quote, accounts: Accounts, as_of: datetime, assumptions: Assumptions
) -> tuple[Input, ...]:
    rules = assumptions.rules.forecast
    choose = _Chooser(assumptions)
    price = _price(known, quote, assumptions.rules)
    shares = _shares(known, accounts, quote)
    owed = readings.debt(accounts)
    read = (
        price,
        shares,
        readings.revenue(accounts),
        readings.operating_income(accounts),
        choose("growth", lambda: readings.growth(accounts, rules)),
        choose("target_margin", lambda: readings.target_margin(accounts, rules)),
        choose("tax_rate", lambda: readings.tax_rate(accounts, rules)),
        choose("marginal_tax_rate", lambda: _rule("marginal_tax_rate", rules.marginal_tax_rate)),
        choose("sales_to_capital", lambda: readings.sales_to_capital(accounts, rules)),
        owed,
        readings.cash(accounts),
    )
    capital = _capital(known, accounts, as_of, choose)
    found = {item.name: item.value for item in (*read, *capital)}
    cost = choose("wacc", lambda: _rule("wacc", _wacc(found)))
    return (*read, *capital, cost, *_terminal(cost.value, found, choose))


class _Chooser:
    """The user's choice of an input, else the reading or rule."""

    def __init__(self, assumptions: Assumptions) -> None:
        self.rules = assumptions.rules
        self._yours = assumptions.yours

    def __call__(self, name: str, otherwise: Callable[[], Input]) -> Input:
        if name not in self._yours:
            return otherwise()
        unit = "ratio" if name in ("beta", "sales_to_capital") else FRACTION
        return Input(name, self._yours[name], unit, "yours")


def _rule(name: str, value: float) -> Input:
    return Input(name, value, FRACTION, "rule")


def _price(known: Evidence, quote: Quote, rules: Rules) -> Input:
    unit = f"{rules.price.currency}/shares"
    source = FactSource("market", f"close {known.ticker}", unit, None, quote.day, quote.close, "", quote.known)
    return Input("price", quote.close, unit, "fact", (source,))


def _shares(known: Evidence, accounts: Accounts, quote: Quote) -> Input:
    """Return the newest diluted count, brought to the price's share basis by the splits between the two."""
    count = accounts.shares
    if count is None:
        raise UnfitError("no share count is known")
    first, last = sorted((count.accepted, quote.known))
    factor = split_factor(known.actions, known.ticker, first, last)
    if count.accepted > quote.known:  # filed after a split that the price has not seen
        factor = 1 / factor
    return Input("shares_diluted", count.value * factor, "shares", count.assumption, count.sources)


def _capital(known: Evidence, accounts: Accounts, as_of: datetime, choose: _Chooser) -> tuple[Input, ...]:
    rules = choose.rules.capital
    risk_free = choose("risk_free_rate", lambda: _risk_free(known, as_of, choose.rules))
    return (
        risk_free,
        choose("beta", lambda: _beta(known, as_of, choose.rules)),
        choose("equity_risk_premium", lambda: _rule("equity_risk_premium", rules.equity_risk_premium)),
        choose("default_spread", lambda: _spread(accounts, risk_free.value, choose.rules)),
    )


def _risk_free(known: Evidence, as_of: datetime, rules: Rules) -> Input:
    found = known.risk_free.newest(as_of)
    if found is None:
        raise UnfitError(f"no rate {known.risk_free.name} is known; set risk_free_rate")
    age = (market_date(as_of) - found.day).days
    if age > rules.capital.risk_free_max_age_days:
        raise UnfitError(f"the newest rate {known.risk_free.name} is {age} days old; set risk_free_rate")
    source = FactSource("market", known.risk_free.name, FRACTION, None, found.day, found.value, "", found.known)
    return Input("risk_free_rate", found.value, FRACTION, "fact", (source,))


def _beta(known: Evidence, as_of: datetime, rules: Rules) -> Input:
    stock, market = weekly_returns(known.prices, known.market, as_of, rules.capital.beta_weeks)
    if len(stock) < rules.capital.beta_least_weeks:
        raise UnfitError(f"only {len(stock)} weeks of returns with the benchmark are known; set beta")
    raw = cost_of_capital.regression_beta(stock, market)
    return Input("beta", cost_of_capital.blume(raw, rules.capital.beta_raw_weight), "ratio", "rule")


def _spread(accounts: Accounts, risk_free: float, rules: Rules) -> Input:
    """Return the default spread by interest coverage.

    Where no interest is reported, debt is charged the risk-free rate to find the coverage; without debt it is
    that of the best rating.
    """
    income, owed, paid = readings.operating_income(accounts), readings.debt(accounts), readings.interest(accounts)
    charge = paid.value if paid is not None else owed.value * max(risk_free, 0.0)
    coverage = income.value / charge if charge > 0 else float("inf")
    spreads = rules.capital.spreads
    spread = spreads[-1][1] if coverage == float("inf") else cost_of_capital.default_spread(coverage, spreads)
    return Input(
        "default_spread", spread, FRACTION, "rule", (*income.sources, *(paid.sources if paid else owed.sources))
    )


def _wacc(found: dict[str, float]) -> float:
    equity = cost_of_capital.cost_of_equity(found["risk_free_rate"], found["beta"], found["equity_risk_premium"])
    return cost_of_capital.wacc(
        found["price"] * found["shares_diluted"],
        found["debt"],
        equity,
        found["risk_free_rate"] + found["default_spread"],
        found["marginal_tax_rate"],
    )


def _terminal(wacc: float, found: dict[str, float], choose: _Chooser) -> tuple[Input, Input]:
    """Return terminal growth, the risk-free rate up to a cap, and the return on new capital in the perpetuity."""
    rules = choose.rules.forecast
    ceiling = max(min(found["risk_free_rate"], rules.terminal_growth_cap), 0.0)
    growth = choose("terminal_growth", lambda: _rule("terminal_growth", ceiling))
    if wacc - growth.value < rules.least_spread:
        raise UnfitError(f"the cost of capital, {wacc:.2%}, is not clear of terminal growth, {growth.value:.2%}")
    premium = rules.terminal_return_premium
    return growth, choose("terminal_return", lambda: _rule("terminal_return", wacc + premium))
