"""The states of an order, and which may follow which.

planned -> sending -> working -> partially_filled -> filled
   |          |          |              |
   |          |          +--------------+--> canceled | expired | rejected
   |          +--> any state that the broker reports, or expired when it never arrived
   +--> canceled (superseded) | expired (too old to send)
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from p3.errors import DataError
from p3.trading.orders import Order, Side


class OrderStatus(StrEnum):
    """Where an order stands, as far as the journal knows."""

    PLANNED = "planned"  # written down, never sent
    SENDING = "sending"  # about to be sent or sent: only the broker knows
    WORKING = "working"  # acknowledged, nothing filled
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"

    @property
    def final(self) -> bool:
        """Return whether nothing can follow."""
        return self in _FINAL


_FINAL = frozenset({OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REJECTED})
_REPORTED = _FINAL | {OrderStatus.WORKING, OrderStatus.PARTIALLY_FILLED}
_NEXT: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PLANNED: frozenset({OrderStatus.SENDING, OrderStatus.CANCELED, OrderStatus.EXPIRED}),
    OrderStatus.SENDING: _REPORTED,
    OrderStatus.WORKING: _REPORTED,
    OrderStatus.PARTIALLY_FILLED: _FINAL | {OrderStatus.PARTIALLY_FILLED},
} | dict.fromkeys(_FINAL, frozenset())


@dataclass(frozen=True, slots=True)
class BrokerOrder:
    """An order as a broker reports it. ``average_price`` is None until something is filled."""

    broker_order_id: str
    client_order_id: str
    ticker: str
    side: Side
    quantity: Decimal
    status: OrderStatus
    filled_quantity: Decimal
    average_price: Decimal | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One row of the journal. ``revision`` counts its changes from 0; ``updated`` is when it last changed."""

    account_id: str
    decision_id: str
    order: Order
    status: OrderStatus
    filled_quantity: Decimal
    average_price: Decimal | None
    broker_order_id: str | None
    detail: str
    revision: int
    updated: datetime


def move(record: OrderRecord, status: OrderStatus, now: datetime, detail: str = "") -> OrderRecord:
    """Return the record one step on; raises DataError for a step that the states do not allow."""
    if status not in _NEXT[record.status]:
        raise DataError(
            f"order {record.order.client_order_id} cannot go from {record.status} to {status}",
            "Compare the broker's own list of orders with the journal before trading on.",
        )
    return replace(record, status=status, detail=detail, revision=record.revision + 1, updated=now)


def report(record: OrderRecord, seen: BrokerOrder, now: datetime) -> OrderRecord:
    """Return the record with what the broker reports; unchanged where that is nothing new.

    Raises DataError where the broker's order is another one than was planned, or shares once filled are filled no
    more.
    """
    _same_order(record, seen)
    if (seen.status, seen.filled_quantity) == (record.status, record.filled_quantity):
        return record
    moved = move(record, seen.status, now, seen.detail)
    return replace(
        moved,
        filled_quantity=seen.filled_quantity,
        average_price=seen.average_price,
        broker_order_id=seen.broker_order_id or None,
    )


def _same_order(record: OrderRecord, seen: BrokerOrder) -> None:
    planned = record.order
    wanted = (planned.client_order_id, planned.ticker, planned.side, Decimal(planned.quantity))
    if (seen.client_order_id, seen.ticker, seen.side, seen.quantity) != wanted:
        raise DataError(
            f"order {planned.client_order_id}: planned to {planned.side} {planned.quantity} {planned.ticker}, "
            f"but the broker has {seen.side} {seen.quantity} {seen.ticker}",
            "The journal does not belong to this account, or was restored from a copy: reconcile them by hand.",
        )
    if seen.filled_quantity < record.filled_quantity or seen.filled_quantity > planned.quantity:
        raise DataError(
            f"order {planned.client_order_id}: {record.filled_quantity} of {planned.quantity} shares were filled, "
            f"the broker now says {seen.filled_quantity}",
            "Compare the broker's confirmations with the journal before trading on.",
        )
