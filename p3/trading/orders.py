"""Orders: the difference between what is held and what a decision wants to hold, in whole shares."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from p3.errors import DataError, InputMissingError

BASIS_POINT = Decimal("0.0001")


class Side(StrEnum):
    """Which way an order trades."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """Return +1 for a purchase, -1 for a sale."""
        return 1 if self is Side.BUY else -1


class OrderType(StrEnum):
    """How an order is priced."""

    MARKET = "market"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Order:
    """A day order for whole shares; ``limit`` is None for a market order.

    ``reference_price`` and ``held`` are the price and the position that sized it.
    """

    client_order_id: str
    ticker: str
    side: Side
    quantity: int
    type: OrderType
    limit: Decimal | None
    reference_price: Decimal
    held: Decimal
    reasons: tuple[str, ...] = ()

    @property
    def notional(self) -> Decimal:
        """Return what the order may cost or bring, at its limit where it has one, else at its reference price."""
        return self.quantity * (self.limit or self.reference_price)


@dataclass(frozen=True, slots=True)
class Plan:
    """All orders of one decision for one account, sales first. Nothing of it is sent after ``expires``."""

    account_id: str
    decision_id: str
    created: datetime
    expires: datetime
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class SizingRules:
    """How targets become orders.

    ``lot``: orders are multiples of it. ``minimum_notional``: smaller trades are left out, a full exit is not.
    ``collar_bps``: None gives market orders; else limit orders at most this many basis points worse than the
    reference price.
    """

    lot: int = 1
    minimum_notional: Decimal = Decimal(0)
    collar_bps: Decimal | None = None


def client_order_id(decision_id: str, ticker: str) -> str:
    """Return the identity of the one order that a decision may place in ``ticker``: the same wherever it is computed.

    The side is not part of it: a decision planned anew after its fills, now slightly off target, must meet its own
    order at the broker instead of trading back.
    """
    digest = hashlib.sha256(f"{decision_id}\n{ticker}".encode()).hexdigest()
    return f"p3-{digest[:32]}"


def plan(
    targets: Mapping[str, float],
    positions: Mapping[str, Decimal],
    prices: Mapping[str, float | Decimal],
    *,
    equity: Decimal,
    decision_id: str,
    rules: SizingRules,
) -> list[Order]:
    """Return the orders that move ``positions`` to ``targets``, sales first, then by ticker.

    ``targets`` are fractions of ``equity``; a ticker that is absent is not this decision's to trade, one to be sold
    has 0.0. Shares are (weight x equity / price - held), cut toward zero to whole lots, so that rounding alone never
    spends more than was meant. Raises DataError for a negative or non-finite weight or equity that is not positive,
    InputMissingError for a missing price.
    """
    if not equity.is_finite() or equity <= 0:
        raise DataError(f"equity of {equity} cannot be allocated", "Look at the account's cash and positions.")
    orders = []
    for ticker in sorted(targets):
        target, held = _weight(ticker, targets[ticker]), positions.get(ticker, Decimal(0))
        if target or held:
            price = _price(ticker, prices)
            shares = _shares(target * equity / price - held, price, rules, leaves=not target)
            if shares:
                order = _order(client_order_id(decision_id, ticker), ticker, shares, price, rules.collar_bps)
                reason = f"target {target:.1%} of {equity:,.2f}, held {held * price / equity:.1%} at {price:,.2f}"
                orders.append(replace(order, held=held, reasons=(reason,)))
    return sorted(orders, key=lambda order: order.side is Side.BUY)


def _shares(change: Decimal, price: Decimal, rules: SizingRules, *, leaves: bool) -> int:
    """Return ``change`` in whole lots, 0 where it is not worth an order."""
    quantity = int(abs(change)) // rules.lot * rules.lot
    if quantity * price < rules.minimum_notional and not leaves:
        return 0
    return quantity if change > 0 else -quantity


def _order(identity: str, ticker: str, shares: int, price: Decimal, collar_bps: Decimal | None) -> Order:
    side = Side.BUY if shares > 0 else Side.SELL
    limit = None if collar_bps is None else _limit(price, side, collar_bps)
    return Order(
        client_order_id=identity,
        ticker=ticker,
        side=side,
        quantity=abs(shares),
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        limit=limit,
        reference_price=price,
        held=Decimal(0),
    )


def _weight(ticker: str, weight: float) -> Decimal:
    target = Decimal(str(weight))
    if not target.is_finite() or target < 0:
        raise DataError(f"target weight {weight} of {ticker} is not a weight", "Weights are fractions from 0 up.")
    return target


def _price(ticker: str, prices: Mapping[str, float | Decimal]) -> Decimal:
    price = Decimal(str(prices.get(ticker, "NaN")))
    if not price.is_finite() or price <= 0:
        raise InputMissingError(f"no price for {ticker}", f"Run `p3 fetch-prices -t {ticker}`.")
    return price


def _limit(price: Decimal, side: Side, collar_bps: Decimal) -> Decimal:
    """Return the collar rounded inward to the tick: a cent, or a hundredth of one below a dollar (SEC Rule 612)."""
    bound = price * (1 + side.sign * collar_bps * BASIS_POINT)
    tick = Decimal("0.01") if bound >= 1 else Decimal("0.0001")
    return bound.quantize(tick, rounding=ROUND_FLOOR if side is Side.BUY else ROUND_CEILING)
