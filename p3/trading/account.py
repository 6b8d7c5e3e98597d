"""The account of the simulated broker: its state, its store, and the pure steps from one state to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

import polars as pl

from p3.trading.lifecycle import BrokerOrder, OrderStatus
from p3.trading.orders import BASIS_POINT, Order, Side
from p3.trading.quotes import effective

_CENT = Decimal("0.01")
_TICK = Decimal("0.0001")
_SHARE = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class AccountState:
    """Cash in US dollars and shares by ticker, none of them zero. ``version`` counts the states of the account from 1.

    ``settled_through`` is the moment up to which splits, spin-offs and dividends have been booked.
    """

    account_id: str
    version: int
    cash: Decimal
    positions: Mapping[str, Decimal]
    settled_through: datetime


class AccountStore(Protocol):
    """Where simulated accounts and their orders live."""

    def load(self, account_id: str) -> AccountState | None:
        """Return the newest state, or None where there is no such account."""

    def find_order(self, account_id: str, client_order_id: str) -> BrokerOrder | None:
        """Return the order that was stored with that client order id, or None."""

    def commit(self, after: AccountState, order: BrokerOrder | None) -> bool:
        """Store ``after`` and, where given, ``order``, in one durable transaction.

        Returns False and stores nothing unless the stored version is ``after.version - 1`` (no account: 0) and the
        account has no order of that client order id.
        """


@dataclass(frozen=True, slots=True)
class Costs:
    """What a simulated fill loses, in basis points: ``slippage`` against the quote, ``commission`` of the notional."""

    slippage_bps: Decimal = Decimal(5)
    commission_bps: Decimal = Decimal(1)


def fill(state: AccountState, order: Order, quote: Decimal | None, costs: Costs) -> tuple[AccountState, BrokerOrder]:
    """Return the account after ``order`` and the order as it ended: filled whole, expired at its limit, or rejected.

    A market that never fills in part and has the quoted price for any size is the simplification of this broker.
    """
    if quote is None:
        return state, _ended(order, OrderStatus.REJECTED, f"no quote for {order.ticker}")
    price = (quote * (1 + order.side.sign * costs.slippage_bps * BASIS_POINT)).quantize(_TICK)
    if order.limit is not None and (price - order.limit) * order.side.sign > 0:
        return _next(state), _ended(order, OrderStatus.EXPIRED, f"limit {order.limit} not met at {price}")
    notional = price * order.quantity
    commission = (notional * costs.commission_bps * BASIS_POINT).quantize(_CENT)
    cash = (state.cash - order.side.sign * notional - commission).quantize(_CENT)
    held = state.positions.get(order.ticker, Decimal(0)) + order.side.sign * order.quantity
    if order.side is Side.BUY and cash < 0:
        return state, _ended(order, OrderStatus.REJECTED, f"insufficient buying power: {state.cash} in cash")
    if order.side is Side.SELL and held < 0:
        return state, _ended(order, OrderStatus.REJECTED, f"insufficient shares: {held + order.quantity} held")
    after = replace(_next(state), cash=cash, positions=_with(state.positions, order.ticker, held))
    return after, _ended(order, OrderStatus.FILLED, "", price)


def settle(state: AccountState, actions: pl.DataFrame, as_of: datetime) -> AccountState:
    """Return the account with the actions booked that became effective since it was last settled.

    It is the same object where ``as_of`` is no later moment. Splits multiply shares. A spin-off's shares are taken as
    sold for more of the parent, as the price factor of the table ``actions`` implies. Dividends are paid in cash on
    the ex-date, on the shares after a split of the same day.
    """
    if as_of <= state.settled_through:
        return state
    cash, positions = state.cash, dict(state.positions)
    due = effective(actions, as_of, state.settled_through)
    for ticker, kind, value in _splits_first(due).select("ticker", "kind", "value").iter_rows():
        held, amount = positions.get(ticker, Decimal(0)), Decimal(str(value))
        if kind == "dividend":
            cash += (held * amount).quantize(_CENT)
        elif held:
            positions[ticker] = (held * amount).quantize(_SHARE)
    return replace(_next(state), cash=cash, positions=positions, settled_through=as_of)


def _splits_first(actions: pl.DataFrame) -> pl.DataFrame:
    return actions.sort("date", pl.col("kind") == "dividend")


def _next(state: AccountState) -> AccountState:
    return replace(state, version=state.version + 1)


def _with(positions: Mapping[str, Decimal], ticker: str, held: Decimal) -> dict[str, Decimal]:
    return {name: shares for name, shares in {**positions, ticker: held}.items() if shares}


def _ended(order: Order, status: OrderStatus, detail: str, price: Decimal | None = None) -> BrokerOrder:
    return BrokerOrder(
        broker_order_id=f"sim-{order.client_order_id}",
        client_order_id=order.client_order_id,
        ticker=order.ticker,
        side=order.side,
        quantity=Decimal(order.quantity),
        status=status,
        filled_quantity=Decimal(0) if price is None else Decimal(order.quantity),
        average_price=price,
        detail=detail,
    )
