"""What a company tells others of its industry: its beta and its leverage."""

from datetime import datetime

import numpy as np

from p3.facts.rules import load_rules
from p3.valuation import betas, claims_readings
from p3.valuation.evidence import Evidence
from p3.valuation.peers import UNLEVERED, Leverage, Peer
from p3.valuation.price_history import age_in_days, weekly_returns
from p3.valuation.readings import UnfitError
from p3.valuation.rules import Rules
from p3.valuation.share_basis import to_price_basis

_FINANCIAL = ("bank", "broker", "insurer")


def peer(known: Evidence, as_of: datetime, rules: Rules) -> Peer | None:
    """Return the company as a peer; None where its price history is short, or its shares or debt are not known."""
    stock, market = weekly_returns(known.prices, known.market, as_of, rules.capital.beta_weeks)
    quote = known.prices.newest(as_of)
    if len(stock) < rules.capital.beta_least_weeks or quote is None:
        return None
    if age_in_days(quote, as_of) > rules.price.max_age_days:
        return None
    leverage = _leverage(known, as_of, rules)
    if leverage is None or not np.ptp(market):
        return None
    return Peer(known.ticker, float(betas.regress(stock, market).beta), leverage)


def _leverage(known: Evidence, as_of: datetime, rules: Rules) -> Leverage | None:
    if load_rules().industry(known.sic) in _FINANCIAL:
        return UNLEVERED
    accounts, quote = known.accounts(as_of), known.prices.newest(as_of)
    if accounts is None or accounts.shares is None or quote is None:
        return None
    if accounts.base.items["revenue"].unit != rules.price.currency:
        return None
    count = accounts.shares
    market_value = quote.close * count.value * to_price_basis(known, count.accepted, quote)
    try:
        owed = claims_readings.debt(accounts, market_value, rules.claims)
    except UnfitError:
        return None
    return Leverage(owed.value / market_value, rules.forecast.marginal_tax_rate)
