"""Pre-trade risk limits: what an order list may not do, checked before anything is sent."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from p3.errors import DataError

_ROUNDING = 1e-9


class RiskLimits(BaseModel):
    """Limits on one list of orders: fractions of equity, but for the notional, which is money."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    max_position_weight: float = Field(gt=0)
    max_order_notional: float = Field(gt=0)
    max_turnover: float = Field(gt=0)
    max_gross_exposure: float = Field(gt=0)
    max_net_exposure: float = Field(gt=0)
    max_price_age_days: int = Field(ge=0)
    allow_short: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """A price per share, and when it became known (UTC)."""

    price: float
    known_from: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """A limit that an order list breaks. ``ticker`` is None where the whole list breaks it."""

    rule: str
    detail: str
    ticker: str | None = None


def check(
    orders: Mapping[str, float],
    quotes: Mapping[str, Quote],
    positions: Mapping[str, float],
    equity: float,
    limits: RiskLimits,
    *,
    as_of: datetime,
) -> list[Refusal]:
    """Return every limit that ``orders`` would break; an empty list lets them pass.

    ``orders`` and ``positions`` are signed shares by ticker, ``equity`` is positive money. Without a known
    price for each ticker ordered or held, exposures cannot be computed, so the price refusals are returned
    alone. A price known after ``as_of`` is unknown. An order that only reduces a position is never refused
    for the weight that remains. Raises DataError for an equity that is not positive.
    """
    if not equity > 0:
        raise DataError(f"equity is {equity}, so no weight can be computed", "Check the account's cash and positions.")
    malformed = sorted(ticker for ticker, shares in orders.items() if not math.isfinite(shares))
    if malformed:
        return [Refusal("malformed_order", f"{ticker}: {orders[ticker]} shares", ticker) for ticker in malformed]
    held = {ticker for ticker, shares in positions.items() if shares != 0}
    refusals = list(_price_refusals(sorted(held | set(orders)), quotes, set(orders), limits, as_of))
    if any(refusal.rule == "unknown_price" for refusal in refusals):
        return refusals
    prices = {ticker: quotes[ticker].price for ticker in held | set(orders)}
    before = {ticker: positions.get(ticker, 0.0) * price for ticker, price in prices.items()}
    change = {ticker: orders.get(ticker, 0.0) * price for ticker, price in prices.items()}
    refusals += _order_refusals(orders, before, change, equity, limits)
    return refusals + list(_list_refusals(before, change, equity, limits))


def _price_refusals(
    tickers: Iterable[str],
    quotes: Mapping[str, Quote],
    ordered: set[str],
    limits: RiskLimits,
    as_of: datetime,
) -> Iterable[Refusal]:
    for ticker in tickers:
        quote = quotes.get(ticker)
        if quote is None or quote.known_from > as_of or not 0 < quote.price < float("inf"):
            yield Refusal("unknown_price", f"{ticker} has no known price", ticker)
        elif ticker in ordered and as_of - quote.known_from > timedelta(days=limits.max_price_age_days):
            age = (as_of - quote.known_from).days
            detail = f"the price of {ticker} is {age} days old, the limit is {limits.max_price_age_days}"
            yield Refusal("stale_price", detail, ticker)


def _order_refusals(
    orders: Mapping[str, float],
    before: Mapping[str, float],
    change: Mapping[str, float],
    equity: float,
    limits: RiskLimits,
) -> Iterable[Refusal]:
    for ticker in sorted(orders):
        notional, after = abs(change[ticker]), before[ticker] + change[ticker]
        if notional > limits.max_order_notional:
            detail = f"{ticker}: {notional:.2f} in one order, the limit is {limits.max_order_notional:.2f}"
            yield Refusal("max_order_notional", detail, ticker)
        if abs(after) <= abs(before[ticker]) and after * before[ticker] >= 0:
            continue
        if after < -_ROUNDING * equity and not limits.allow_short:
            yield Refusal("no_short", f"{ticker} would be sold short: {after:.2f}", ticker)
        if abs(after) > limits.max_position_weight * equity * (1 + _ROUNDING):
            detail = f"{ticker} would be {abs(after) / equity:.2%}, the limit is {limits.max_position_weight:.2%}"
            yield Refusal("max_position_weight", detail, ticker)


def _list_refusals(
    before: Mapping[str, float], change: Mapping[str, float], equity: float, limits: RiskLimits
) -> Iterable[Refusal]:
    bought = sum(amount for amount in change.values() if amount > 0)
    sold = -sum(amount for amount in change.values() if amount < 0)
    after = [before[ticker] + change[ticker] for ticker in before]
    gross_before, gross = sum(map(abs, before.values())), sum(map(abs, after))
    net_before, net = abs(sum(before.values())), abs(sum(after))
    rules = (
        ("max_turnover", max(bought, sold), limits.max_turnover, True),
        ("max_gross_exposure", gross, limits.max_gross_exposure, gross > gross_before),
        ("max_net_exposure", net, limits.max_net_exposure, net > net_before),
    )
    for rule, amount, limit, binding in rules:
        if binding and amount > limit * equity * (1 + _ROUNDING):
            yield Refusal(rule, f"{amount / equity:.2%} of equity, the limit is {limit:.2%}")
