"""Alpaca's answers, read with care: money comes as text, a field may be null, an error body may be an HTML page."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from p3.errors import DataError
from p3.trading.broker import Account, Mode
from p3.trading.lifecycle import BrokerOrder, OrderStatus
from p3.trading.orders import Side

_BLOCKS = ("account_blocked", "trading_blocked", "trade_suspended_by_user")
_ENDED = {
    "filled": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "replaced": OrderStatus.CANCELED,
    "expired": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
}
_REFUSALS = frozenset({400, 403, 404, 422})
_LONGEST = 200


class StatusError(Exception):
    """An HTTP error of the API. ``code`` and ``reason`` are Alpaca's own, None where the body is not Alpaca's JSON."""

    def __init__(self, status: int, code: int | None, reason: str | None) -> None:
        super().__init__(f"{status} {reason or 'without an explanation'}")
        self.status, self.code, self.reason = status, code, reason

    @classmethod
    def of(cls, error: Any) -> Self:
        """Read an APIError of alpaca-py, whose own ``code`` and ``message`` raise on an HTML or empty body."""
        try:
            body = json.loads(str(error))
        except ValueError:
            body = None
        fields: Mapping[str, Any] = body if isinstance(body, dict) else {}
        code, reason = fields.get("code"), fields.get("message")
        return cls(
            int(error.status_code or 0),
            code if isinstance(code, int) else None,
            reason[:_LONGEST] if isinstance(reason, str) else None,
        )

    @property
    def refuses_order(self) -> bool:
        """Return whether Alpaca itself refused a new order, which shows in its own code, such as 40310000.

        A page of some proxy is no such answer, and neither is the refusal of a client order id that exists: that
        order lives.
        """
        duplicate = "client_order_id" in (self.reason or "")
        own = self.code is not None and self.code // 100_000 in _REFUSALS
        return self.status in _REFUSALS and own and not duplicate

    @property
    def says_not_found(self) -> bool:
        """Return whether Alpaca itself, not a proxy's page, says that there is no such thing."""
        return self.status == 404 and self.reason is not None


def to_symbol(ticker: str) -> str:
    """Return Alpaca's symbol of an SEC ticker: share classes are BRK.B there, BRK-B at the SEC."""
    return ticker.replace("-", ".")


def _ticker(symbol: str) -> str:
    return symbol.replace(".", "-")


def account(body: object, mode: Mode) -> Account:
    """Read ``GET /v2/account``; blocked where the account is not active, not in dollars, or flagged."""
    fields = _object(body, "account")
    flags = [name for name in _BLOCKS if fields.get(name) is True]
    if _text(fields, "status").upper() != "ACTIVE":
        flags.append(f"status {fields['status']}")
    if fields.get("currency") not in (None, "USD"):
        flags.append(f"currency {fields['currency']}")
    return Account(
        account_id=_text(fields, "account_number"),
        mode=mode,
        cash=_number(fields, "cash"),
        equity=_number(fields, "equity"),
        blocked=", ".join(flags),
    )


def positions(body: object) -> dict[str, Decimal]:
    """Read ``GET /v2/positions``."""
    held = {}
    for item in _list(body, "positions"):
        fields = _object(item, "position")
        shares = abs(_number(fields, "qty"))
        held[_ticker(_text(fields, "symbol"))] = -shares if fields.get("side") == "short" else shares
    return held


def is_open(body: object) -> bool:
    """Read ``GET /v2/clock``."""
    answer = _object(body, "clock").get("is_open")
    if not isinstance(answer, bool):
        raise _malformed("clock", "is_open")
    return answer


def open_orders(body: object) -> dict[str, str]:
    """Read ``GET /v2/orders``: tickers by client order id; an order of several legs has no symbol."""
    items = [_object(item, "order") for item in _list(body, "orders")]
    return {_text(item, "client_order_id"): _ticker(str(item.get("symbol") or "?")) for item in items}


def order(body: object) -> BrokerOrder:
    """Read one order of whole shares in one ticker. An unknown status is taken as still working, never as ended."""
    fields = _object(body, "order")
    named = _text(fields, "status")
    filled = _number(fields, "filled_qty")
    under_way = OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.WORKING
    side = _text(fields, "side")
    if side not in list(Side):
        raise _malformed("order", "side")
    return BrokerOrder(
        broker_order_id=_text(fields, "id"),
        client_order_id=_text(fields, "client_order_id"),
        ticker=_ticker(_text(fields, "symbol")),
        side=Side(side),
        quantity=_number(fields, "qty"),
        status=_ENDED.get(named, under_way),
        filled_quantity=filled,
        average_price=_number(fields, "filled_avg_price") if filled else None,
        detail=named,
    )


def _object(body: object, what: str) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise _malformed(what, "object")
    return body


def _list(body: object, what: str) -> list[Any]:
    if not isinstance(body, list):
        raise _malformed(what, "list")
    return body


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise _malformed("answer", name)
    return value


def _number(fields: Mapping[str, Any], name: str) -> Decimal:
    try:
        value = Decimal(str(fields.get(name)))
    except InvalidOperation:
        raise _malformed("answer", name) from None
    if not value.is_finite():
        raise _malformed("answer", name)
    return value


def _malformed(what: str, name: str) -> DataError:
    return DataError(f"Alpaca's {what} has no proper {name!r}", "Alpaca's API may have changed: update p3.")
