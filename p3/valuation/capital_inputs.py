"""The inputs of the discount rate: the risk-free rate of the day, beta, the synthetic rating, the target weights.

``beta`` is unlevered at the company's own debt to equity at market, and relevered at the target ``debt_ratio``, which
is today's unless the user sets another. In the perpetuity beta is that of a mature company.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from p3.clock import market_date
from p3.provenance import FactSource
from p3.valuation import betas, cost_of_capital, readings, synthetic_rating
from p3.valuation.betas import Estimate
from p3.valuation.evidence import Accounts, Evidence
from p3.valuation.paths import Floats
from p3.valuation.peers import UNLEVERED, Industry, Leverage, industry
from p3.valuation.price_history import weekly_returns
from p3.valuation.readings import FRACTION, UnfitError
from p3.valuation.records import Input
from p3.valuation.rules import CapitalRules, Rules

Chooser = Callable[[str, Callable[[], Input]], Input]


@dataclass(frozen=True)
class Firm:
    """What the cost of capital of a firm rests on beside the market: values in single units of the price's currency."""

    accounts: Accounts
    market_value: float
    debt: float
    tax_rate: float


def risk_free(known: Evidence, as_of: datetime, rules: Rules) -> Input:
    """Return the newest rate of the series known at the as-of. Raises UnfitError where it is too old."""
    found = known.risk_free.newest(as_of)
    if found is None:
        raise UnfitError(f"no rate {known.risk_free.name} is known; set risk_free_rate")
    age = (market_date(as_of) - found.day).days
    if age > rules.capital.risk_free_max_age_days:
        raise UnfitError(f"the newest rate {known.risk_free.name} is {age} days old; set risk_free_rate")
    source = FactSource("market", known.risk_free.name, FRACTION, None, found.day, found.value, "", found.known)
    return Input("risk_free_rate", found.value, FRACTION, "fact", (source,))


def regressed_beta(known: Evidence, as_of: datetime, rules: CapitalRules, leverage: Leverage = UNLEVERED) -> Input:
    """Return the beta of weekly returns, adjusted as the rules say.

    A history of less than ``beta_least_weeks`` is adjusted by Vasicek's method whatever the rules say: the shorter it
    is, the more the prior prevails, which is the industry's beta at this ``leverage`` where peers are known, else the
    market's. Raises UnfitError below ``beta_short_weeks`` where no peers are known.
    """
    stock, market = weekly_returns(known.prices, known.market, as_of, rules.beta_weeks)
    if len(stock) >= rules.beta_least_weeks:
        own = _regressed(stock, market)
        return Input("beta", _adjusted(own, rules), "ratio", "rule", (_regression(known, as_of, own, len(stock)),))
    found = industry(known.peers(as_of), leverage, rules)
    if len(stock) < rules.beta_short_weeks:
        if found is None:
            raise UnfitError(f"only {len(stock)} weeks of returns with the benchmark are known; set beta")
        return Input("beta", float(found.beta.beta), "ratio", "rule", (_of_industry(found, as_of),))
    own = _regressed(stock, market)
    prior = found.beta if found else Estimate(rules.beta_prior, rules.beta_prior_error)
    sources = (_regression(known, as_of, own, len(stock)), *([_of_industry(found, as_of)] if found else []))
    return Input("beta", float(betas.vasicek(own, prior)), "ratio", "rule", sources)


def _regressed(stock: Floats, market: Floats) -> Estimate:
    try:
        return betas.regress(stock, market)
    except ValueError as error:
        raise UnfitError(f"no beta can be estimated: {error}; set beta") from error


def asks_peers(known: Evidence, as_of: datetime, rules: CapitalRules) -> bool:
    """Return whether ``regressed_beta`` draws on peers: whether the company's own history is short."""
    stock, _ = weekly_returns(known.prices, known.market, as_of, rules.beta_weeks)
    return len(stock) < rules.beta_least_weeks


def _adjusted(own: Estimate, rules: CapitalRules) -> float:
    if rules.beta_adjustment == "blume":
        return cost_of_capital.blume(float(own.beta), rules.beta_raw_weight)
    if rules.beta_adjustment == "vasicek":
        return float(betas.vasicek(own, Estimate(rules.beta_prior, rules.beta_prior_error)))
    return float(own.beta)


def _regression(known: Evidence, as_of: datetime, own: Estimate, weeks: int) -> FactSource:
    quote = known.prices.newest(as_of)
    named, day = f"{weeks} weekly returns {known.ticker}", quote.day if quote else market_date(as_of)
    return FactSource("market", named, "ratio", None, day, float(own.beta), "", quote.known if quote else as_of)


def _of_industry(found: Industry, as_of: datetime) -> FactSource:
    named = f"median unlevered beta of {', '.join(found.tickers)}"
    return FactSource("market", named, "ratio", None, market_date(as_of), found.unlevered, "", as_of)


def of_equity(known: Evidence, as_of: datetime, rules: Rules, choose: Chooser) -> tuple[Input, ...]:
    """Return the inputs of the cost of equity of a company whose debt is part of its business."""
    safe = choose("risk_free_rate", lambda: risk_free(known, as_of, rules))
    beta = choose("beta", lambda: regressed_beta(known, as_of, rules.capital))
    return (safe, beta, *_equity(safe, beta, rules.capital, choose))


def of_firm(known: Evidence, firm: Firm, as_of: datetime, rules: Rules, choose: Chooser) -> tuple[Input, ...]:
    """Return the inputs of the cost of capital of operations, from the risk-free rate to the terminal one."""
    safe = choose("risk_free_rate", lambda: risk_free(known, as_of, rules))
    weight = choose("debt_ratio", lambda: _rule("debt_ratio", firm.debt / (firm.debt + firm.market_value)))
    if not 0.0 <= weight.value < 1.0:
        raise UnfitError(f"a target share of debt of {weight.value:.0%}")
    levered = _levered(known, firm, weight.value, as_of, rules, choose)
    equity = _equity(safe, levered[-1], rules.capital, choose)
    spread = choose("default_spread", lambda: _spread(firm, safe.value, rules.capital))
    owed = choose("cost_of_debt", lambda: _rule("cost_of_debt", safe.value + spread.value))
    found = {item.name: item.value for item in equity}

    def cost(name: str, of_owners: str) -> Input:
        own = cost_of_capital.wacc(1.0 - weight.value, weight.value, found[of_owners], owed.value, firm.tax_rate)
        return choose(name, lambda: _rule(name, own))

    rates = (cost("wacc", "cost_of_equity"), cost("terminal_wacc", "terminal_cost_of_equity"))
    return (safe, weight, *levered, *equity, spread, owed, *rates)


def _levered(
    known: Evidence, firm: Firm, weight: float, as_of: datetime, rules: Rules, choose: Chooser
) -> tuple[Input, ...]:
    """Return the unlevered beta and that at the target weights, or the user's beta of equity alone."""
    leverage = Leverage(firm.debt / firm.market_value, firm.tax_rate)
    beta = choose("beta", lambda: regressed_beta(known, as_of, rules.capital, leverage))
    if beta.assumption == "yours":
        return (beta,)
    bare = float(betas.unlever(beta.value, leverage.debt_to_equity, leverage.tax_rate))
    levered = float(betas.lever(bare, betas.debt_to_equity(weight), firm.tax_rate))
    unlevered = Input("beta_unlevered", bare, "ratio", "rule", beta.sources)
    return unlevered, Input("beta", levered, "ratio", "rule", beta.sources)


def _equity(safe: Input, beta: Input, rules: CapitalRules, choose: Chooser) -> tuple[Input, ...]:
    premium = choose("equity_risk_premium", lambda: _rule("equity_risk_premium", rules.equity_risk_premium))
    mature = min(max(beta.value, rules.terminal_beta_floor), rules.terminal_beta_cap)
    terminal = choose("terminal_beta", lambda: Input("terminal_beta", mature, "ratio", "rule"))

    def cost(name: str, risk: float) -> Input:
        return choose(name, lambda: _rule(name, cost_of_capital.cost_of_equity(safe.value, risk, premium.value)))

    rates = (cost("cost_of_equity", beta.value), cost("terminal_cost_of_equity", terminal.value))
    return (premium, terminal, *rates)


def _spread(firm: Firm, safe: float, rules: CapitalRules) -> Input:
    """Return the spread of the synthetic rating: by the interest paid, else by what the rating itself would cost."""
    table = synthetic_rating.table("large" if firm.market_value >= rules.large_capitalisation else "small")
    income, paid = readings.operating_income(firm.accounts), readings.interest(firm.accounts)
    if paid is not None:
        coverage = synthetic_rating.interest_coverage(income.value, paid.value)
        rating, sources = synthetic_rating.rate(coverage, table), (*income.sources, *paid.sources)
    else:
        rating, sources = (
            synthetic_rating.rate_debt(firm.debt, income.value, max(safe, 0.0), table).rating,
            income.sources,
        )
    return Input("default_spread", rating.spread, FRACTION, "rule", sources)


def _rule(name: str, value: float) -> Input:
    return Input(name, value, FRACTION, "rule")
