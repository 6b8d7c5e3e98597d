"""The Alpaca broker: paper, and live behind gates.

Of alpaca-py 0.44 it uses the client with raw answers and switches off what endangers orders: the client repeats a
POST after 429 and 504 (a 504 after the order was taken makes two), waits for an answer for ever, and takes an empty
base URL for live trading. Any answer that does not say clearly what became of an order is an InDoubtError, for
``execute`` to settle by asking.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from p3.errors import ConfigurationError, DataError, P3Error, RefusedError, UpstreamError, UsageError
from p3.trading import alpaca_answers as answers
from p3.trading.alpaca_answers import StatusError
from p3.trading.broker import Account, InDoubtError, Mode
from p3.trading.lifecycle import BrokerOrder, OrderStatus
from p3.trading.orders import Order, OrderType

_LIVE_HOST = "api.alpaca.markets"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_MOST_ORDERS = 500


@dataclass(frozen=True, slots=True)
class Credentials:
    """An Alpaca key pair; it shows in no repr."""

    key: str = field(repr=False)
    secret: str = field(repr=False)


class AlpacaBroker:
    """A ``Broker`` over Alpaca's trading API; make one with ``connect``."""

    def __init__(self, client: Any, mode: Mode) -> None:
        self._client, self._mode = client, mode

    def account(self) -> Account:
        """Return the account: its number, cash and equity, and why it may not trade."""
        return answers.account(self._ask(self._client.get_account), self._mode)

    def positions(self) -> dict[str, Decimal]:
        """Return shares by ticker, negative where short."""
        return answers.positions(self._ask(self._client.get_all_positions))

    def is_open(self) -> bool:
        """Return whether Alpaca's clock says that the market is open."""
        return answers.is_open(self._ask(self._client.get_clock))

    def open_orders(self) -> dict[str, str]:
        """Return the ticker by client order id of every open order; DataError where one page does not hold them."""
        from alpaca.trading.enums import QueryOrderStatus
        from alpaca.trading.requests import GetOrdersRequest

        wanted = GetOrdersRequest(status=QueryOrderStatus.OPEN, limit=_MOST_ORDERS)
        found = answers.open_orders(self._ask(lambda: self._client.get_orders(wanted)))
        if len(found) >= _MOST_ORDERS:
            raise DataError(f"{len(found)} or more orders are open", "Cancel orders until fewer are open.")
        return found

    def submit(self, order: Order) -> BrokerOrder:
        """Send a day order in one POST; see ``Broker.submit``."""
        request = _request(order)
        try:
            return answers.order(self._call(lambda: self._client.submit_order(request)))
        except StatusError as error:
            if error.refuses_order:
                return _rejected(order, str(error))
            raise _in_doubt(error) from None
        except DataError as error:
            raise _in_doubt(error) from error

    def get_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        """Return the order, or None where Alpaca's own 404 says that it has none."""
        try:
            return answers.order(self._call(lambda: self._client.get_order_by_client_id(client_order_id)))
        except StatusError as error:
            if error.says_not_found:
                return None
            raise _translated(error) from None

    def cancel(self, client_order_id: str) -> BrokerOrder | None:
        """Ask for cancellation and return the order's state afterwards; what has ended stays as it is."""
        found = self.get_by_client_id(client_order_id)
        if found is None or found.status.final:
            return found
        try:
            self._call(lambda: self._client.cancel_order_by_id(found.broker_order_id))
        except StatusError as error:
            if error.status != 422:  # 422: it ended before the request came
                raise _translated(error) from None
        return self.get_by_client_id(client_order_id)

    def _ask(self, question: Callable[[], Any]) -> Any:
        try:
            return self._call(question)
        except StatusError as error:
            raise _translated(error) from None

    def _call(self, request: Callable[[], Any]) -> Any:
        """Make one request; raises StatusError for an HTTP error, InDoubtError where no whole answer came."""
        from alpaca.common.exceptions import APIError
        from requests.exceptions import RequestException

        try:
            return request()
        except APIError as error:
            raise StatusError.of(error) from None
        except RequestException as error:
            raise _in_doubt(type(error).__name__) from None


def connect(
    credentials: Credentials,
    mode: Mode,
    url_override: str | None = None,
    confirmed_account: str = "",
    timeout: float = 15.0,
) -> AlpacaBroker:
    """Return a broker for ``mode`` (PAPER or LIVE); ``timeout`` in seconds holds for connecting and for each read.

    LIVE asks for the account's number, typed by a person as ``confirmed_account``, and compares it with the account
    behind the keys. Raises ConfigurationError for missing keys or an unfit ``url_override`` (https, or http on
    loopback), RefusedError where a gate holds.
    """
    if mode is Mode.SIMULATED:
        raise UsageError("Alpaca trades paper or live", "Use the simulated broker for mode simulated.")
    if not credentials.key.strip() or not credentials.secret.strip():
        raise ConfigurationError("no Alpaca keys", "Set P3_ALPACA__KEY and P3_ALPACA__SECRET.")
    if mode is Mode.LIVE and not confirmed_account.strip():
        raise RefusedError("live trading is not confirmed", "Confirm with the number of the live account.")
    if url_override is not None:
        _check_url(url_override, mode)
    broker = AlpacaBroker(_client(credentials, mode, url_override, timeout), mode)
    if mode is Mode.LIVE and broker.account().account_id != confirmed_account.strip():
        raise RefusedError(
            "the confirmed account is not the one behind these keys", "Type the number of the live account."
        )
    return broker


def _check_url(url: str, mode: Mode) -> None:
    parts = urlsplit(url.strip())
    encrypted = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not parts.hostname or not encrypted:
        raise ConfigurationError(
            f"{url!r} is no base URL for trading", "Leave it out, or give an https URL (http on loopback)."
        )
    if mode is Mode.PAPER and parts.hostname == _LIVE_HOST:
        raise RefusedError("paper trading is pointed at the live host", "Leave the base URL out.")


def _client(credentials: Credentials, mode: Mode, url: str | None, timeout: float) -> Any:
    from alpaca.trading.client import TradingClient

    client = TradingClient(
        credentials.key.strip(),
        credentials.secret.strip(),
        paper=mode is Mode.PAPER,
        raw_data=True,
        url_override=None if url is None else url.strip().rstrip("/"),
    )
    client._retry = 0
    client._session.request = partial(client._session.request, timeout=timeout)  # type: ignore[method-assign]
    return client


def _request(order: Order) -> Any:
    from alpaca.trading.enums import OrderSide, TimeInForce
    from alpaca.trading.requests import LimitOrderRequest, MarketOrderRequest

    common = {
        "symbol": answers.to_symbol(order.ticker),
        "qty": order.quantity,
        "side": OrderSide(order.side.value),
        "time_in_force": TimeInForce.DAY,
        "client_order_id": order.client_order_id,
    }
    if order.type is OrderType.MARKET:
        return MarketOrderRequest(**common)
    return LimitOrderRequest(**common, limit_price=float(order.limit or 0))


def _rejected(order: Order, detail: str) -> BrokerOrder:
    return BrokerOrder(
        broker_order_id="",
        client_order_id=order.client_order_id,
        ticker=order.ticker,
        side=order.side,
        quantity=Decimal(order.quantity),
        status=OrderStatus.REJECTED,
        filled_quantity=Decimal(0),
        average_price=None,
        detail=detail,
    )


def _in_doubt(reason: object) -> InDoubtError:
    return InDoubtError(f"Alpaca gave no clear answer: {reason}", "Run the same command again.")


def _translated(error: StatusError) -> P3Error:
    if error.status in (401, 403):
        return ConfigurationError(f"Alpaca refuses the keys: {error}", "Check the keys and the mode, paper or live.")
    return UpstreamError(f"Alpaca answered {error}", "Try again in a minute.")
