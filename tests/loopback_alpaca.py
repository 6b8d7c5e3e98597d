"""A loopback server that behaves as Alpaca's trading API does, its failures included.

``serve`` lays it over an ``Exchange``: one account, its orders and what goes wrong. Faults of ``POST /v2/orders`` are
taken from ``post_faults`` one a request. They are named for what the client sees and for whether the order was taken:

    drop-before  drop-after    the connection closes without an answer
    504-before   504-after     a gateway's HTML page
    429-before                 too many requests
    500-before                 an HTML page
    403-before                 an HTML page of a proxy, not Alpaca's refusal
    refused-before             Alpaca's own refusal
    slow-after                 a proper answer, but only when the exchange is released
    cut-after                  half of the JSON that was announced
    empty-after                200 without a body
"""

import json
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY, SECRET, ACCOUNT = "PKTESTKEY", "test-secret-of-the-loopback", "PA3LOOPBACK"
OPEN = frozenset({"new", "accepted", "partially_filled"})
_MOMENT = "2024-07-01T14:30:00.123456789Z"
_PAGE = b"<html><body><h1>Gateway trouble</h1></body></html>"


@dataclass
class Exchange:
    """The account behind the server.

    ``fills`` gives a ticker's cumulative filled fractions, one a look at the order; without it, it fills at once.
    ``get_faults`` meet questions about one order: "unseen" (a 404 though it is there) or a status with an HTML page.
    """

    cash: Decimal
    positions: dict[str, Decimal] = field(default_factory=dict)
    prices: dict[str, Decimal] = field(default_factory=dict)
    fills: dict[str, list[str]] = field(default_factory=dict)
    is_open: bool = True
    blocked: bool = False
    post_faults: deque[str] = field(default_factory=deque)
    get_faults: deque[str] = field(default_factory=deque)
    on_accept: Callable[[dict[str, Any]], None] = lambda _order: None
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def posts(self) -> int:
        return sum(method == "POST" for method, _ in self.log)

    def accept(self, body: dict[str, Any]) -> tuple[int, object]:
        with self.lock:
            if body["client_order_id"] in self.orders:
                return 422, {"code": 40010001, "message": "client_order_id must be unique"}
            quantity, symbol = Decimal(str(body["qty"])), body["symbol"]
            if symbol not in self.prices:
                return 422, {"code": 42210000, "message": f'asset "{symbol}" not found'}
            if body["side"] == "buy" and quantity * self.prices[symbol] > self.cash:
                return 403, {"code": 40310000, "message": "insufficient buying power"}
            if body["side"] == "sell" and quantity > self.positions.get(symbol, Decimal(0)):
                return 403, {"code": 40310000, "message": "insufficient qty available for order"}
            order = _order(body, quantity)
            self.orders[order["client_order_id"]] = order
            self.look(order)
            self.on_accept(order)
            return 200, order

    def look(self, order: dict[str, Any]) -> None:
        """Fill what the next look at ``order`` shows."""
        if order["status"] not in OPEN:
            return
        steps = self.fills.get(order["symbol"], ["1"])
        seen = min(order["looks"], len(steps) - 1)
        order["looks"] += 1
        quantity, before = Decimal(order["qty"]), Decimal(order["filled_qty"])
        filled = quantity * Decimal(steps[seen])
        traded = (filled - before) * (1 if order["side"] == "buy" else -1)
        symbol = order["symbol"]
        self.cash -= traded * self.prices[symbol]
        self.positions[symbol] = self.positions.get(symbol, Decimal(0)) + traded
        order["filled_qty"] = str(filled.normalize())
        if filled:
            order["filled_avg_price"] = str(self.prices[symbol])
            order["status"] = "filled" if filled == quantity else "partially_filled"

    def cancel(self, order_id: str) -> tuple[int, object]:
        with self.lock:
            order = next((order for order in self.orders.values() if order["id"] == order_id), None)
            if order is None:
                return 404, {"code": 40410000, "message": "order not found"}
            if order["status"] not in OPEN:
                return 422, {"code": 42210000, "message": "order is not cancelable"}
            order["status"] = "canceled"
            return 204, None

    def account(self) -> dict[str, Any]:
        held = sum((shares * self.prices[symbol] for symbol, shares in self.positions.items()), Decimal(0))
        return {
            "id": str(uuid.uuid4()),
            "account_number": ACCOUNT,
            "status": "ACTIVE",
            "currency": "USD",
            "cash": str(self.cash),
            "equity": str(self.cash + held),
            "portfolio_value": str(self.cash + held),
            "buying_power": str(2 * self.cash),
            "trading_blocked": self.blocked,
            "account_blocked": False,
            "trade_suspended_by_user": False,
        }

    def holdings(self) -> list[dict[str, Any]]:
        return [
            {"symbol": symbol, "qty": str(shares), "side": "long" if shares > 0 else "short"}
            for symbol, shares in self.positions.items()
            if shares
        ]


def _order(body: dict[str, Any], quantity: Decimal) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "client_order_id": body["client_order_id"],
        "created_at": _MOMENT,
        "symbol": body["symbol"],
        "qty": str(quantity.normalize()),
        "notional": None,
        "filled_qty": "0",
        "filled_avg_price": None,
        "order_class": "",
        "type": body["type"],
        "side": body["side"],
        "time_in_force": body["time_in_force"],
        "limit_price": str(body["limit_price"]) if "limit_price" in body else None,
        "status": "new",
        "looks": 0,
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    exchange: Exchange

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        parts, exchange = urlsplit(self.path), self._begin()
        if exchange is None:
            return
        if parts.path == "/v2/orders:by_client_order_id":
            self._get_order(exchange, parse_qs(parts.query)["client_order_id"][0])
        elif parts.path == "/v2/orders":
            wanted = [order for order in exchange.orders.values() if order["status"] in OPEN]
            self._json(200, wanted[: int(parse_qs(parts.query).get("limit", ["50"])[0])])
        elif parts.path == "/v2/account":
            self._json(200, exchange.account())
        elif parts.path == "/v2/positions":
            self._json(200, exchange.holdings())
        elif parts.path == "/v2/clock":
            self._json(200, {"timestamp": _MOMENT, "is_open": exchange.is_open})
        else:
            self._json(404, {"message": "endpoint not found"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        exchange = self._begin(body["client_order_id"])
        if exchange is None:
            return
        fault = exchange.post_faults.popleft() if exchange.post_faults else ""
        kind, _, when = fault.partition("-")
        answer = (200, None) if when == "before" else exchange.accept(body)
        if kind == "":
            self._json(*answer)
        elif kind == "slow":
            exchange.released.wait(5)
            self._json(*answer)
        elif kind == "drop":
            self._drop()
        elif kind == "empty":
            self._bytes(200, b"")
        elif kind == "cut":
            self._cut(json.dumps(answer[1]).encode())
        elif kind == "refused":
            self._json(403, {"code": 40310000, "message": "insufficient qty available for order"})
        elif kind == "429":
            self._json(429, {"code": 42910000, "message": "rate limit exceeded"})
        else:
            self._bytes(int(kind), _PAGE)

    def do_DELETE(self) -> None:
        exchange = self._begin()
        if exchange is not None:
            self._json(*exchange.cancel(self.path.rsplit("/", 1)[1]))

    def _begin(self, what: str = "") -> Exchange | None:
        exchange = self.exchange
        exchange.log.append((self.command, what or urlsplit(self.path).path))
        if (self.headers["APCA-API-KEY-ID"], self.headers["APCA-API-SECRET-KEY"]) == (KEY, SECRET):
            return exchange
        self._json(401, {"code": 40110000, "message": "request is not authorized"})
        return None

    def _get_order(self, exchange: Exchange, client_order_id: str) -> None:
        fault = exchange.get_faults.popleft() if exchange.get_faults else ""
        with exchange.lock:
            order = None if fault == "unseen" else exchange.orders.get(client_order_id)
            if fault.isdigit():
                self._bytes(int(fault), _PAGE)
            elif order is None:
                self._json(404, {"code": 40410000, "message": f"order not found for {client_order_id}"})
            else:
                exchange.look(order)
                self._json(200, order)

    def _json(self, status: int, body: object) -> None:
        self._bytes(status, b"" if body is None else json.dumps(body).encode(), "application/json")

    def _bytes(self, status: int, content: bytes, kind: str = "text/html") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _cut(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        self._drop()

    def _drop(self) -> None:
        self.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that were killed or had no patience."""


@contextmanager
def serve(exchange: Exchange) -> Iterator[str]:
    """Yield the base URL of a server over ``exchange``."""
    handler = type("Handler", (_Handler,), {"exchange": exchange})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        exchange.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
