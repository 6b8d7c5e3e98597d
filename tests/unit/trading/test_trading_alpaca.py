"""Alpaca's traps, one by one, against a server that has them."""

from collections import deque
from dataclasses import replace
from decimal import Decimal

import pytest
from loopback_alpaca import KEY, SECRET, Exchange
from worlds import alpaca_broker, decision

from p3.errors import ConfigurationError, DataError, RefusedError, UpstreamError, UsageError
from p3.trading import alpaca_answers as answers
from p3.trading.alpaca import AlpacaBroker, Credentials, connect
from p3.trading.alpaca_answers import StatusError
from p3.trading.broker import InDoubtError, Mode
from p3.trading.lifecycle import OrderStatus
from p3.trading.orders import OrderType

SELL, BUY = decision().orders
KEYS = Credentials(KEY, SECRET)
NOT_TAKEN = ["504-before", "drop-before", "429-before", "500-before", "403-before"]
TAKEN = ["504-after", "drop-after", "cut-after", "empty-after"]


@pytest.mark.parametrize("fault", NOT_TAKEN + TAKEN)
def test_an_unclear_answer_is_a_doubt_after_a_single_post(alpaca: AlpacaBroker, market: Exchange, fault: str) -> None:
    market.post_faults = deque([fault])
    with pytest.raises(InDoubtError):
        alpaca.submit(BUY)
    assert market.posts() == 1
    assert (alpaca.get_by_client_id(BUY.client_order_id) is not None) == (fault in TAKEN)


def test_an_answer_that_does_not_come_is_a_doubt(url: str, market: Exchange) -> None:
    market.post_faults = deque(["slow-after"])
    with pytest.raises(InDoubtError):
        alpaca_broker(url, timeout=0.2).submit(BUY)
    assert market.posts() == 1


def test_a_client_order_id_that_exists_is_a_doubt(alpaca: AlpacaBroker) -> None:
    alpaca.submit(BUY)
    with pytest.raises(InDoubtError):
        alpaca.submit(BUY)


def test_a_proxy_s_404_does_not_say_that_there_is_no_order(alpaca: AlpacaBroker, market: Exchange) -> None:
    market.get_faults = deque(["404"])
    with pytest.raises(UpstreamError):
        alpaca.get_by_client_id(BUY.client_order_id)


def test_no_server_is_a_doubt() -> None:
    with pytest.raises(InDoubtError):
        alpaca_broker("http://127.0.0.1:9").submit(BUY)


def test_wrong_keys_name_the_remedy_and_not_the_keys(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        connect(Credentials("AKWRONG", "hush-hush"), Mode.PAPER, url).account()
    assert "hush-hush" not in repr(caught.value) + caught.value.message + caught.value.remedy
    assert "hush-hush" not in repr(Credentials("AKWRONG", "hush-hush"))


def test_a_limit_goes_out_to_the_cent(alpaca: AlpacaBroker, market: Exchange) -> None:
    alpaca.submit(replace(BUY, type=OrderType.LIMIT, limit=Decimal("100.30")))
    assert market.orders[BUY.client_order_id]["limit_price"] == "100.3"
    assert market.orders[BUY.client_order_id]["time_in_force"] == "day"


def test_a_partial_fill_can_be_canceled(alpaca: AlpacaBroker, market: Exchange) -> None:
    market.fills = {"NVDA": ["0", "0.3"]}
    assert alpaca.submit(BUY).status is OrderStatus.WORKING
    assert alpaca.open_orders() == {BUY.client_order_id: "NVDA"}
    canceled = alpaca.cancel(BUY.client_order_id)
    assert canceled is not None
    assert (canceled.status, canceled.filled_quantity) == (OrderStatus.CANCELED, 210)


def test_all_open_orders_are_seen_beyond_the_default_page(alpaca: AlpacaBroker, market: Exchange) -> None:
    market.fills = {"NVDA": ["0"]}
    for number in range(60):
        alpaca.submit(replace(BUY, quantity=1, client_order_id=f"p3-{number}"))
    assert len(alpaca.open_orders()) == 60


def order_body(**changes: object) -> dict[str, object]:
    return {
        "id": "b1",
        "client_order_id": "p3-1",
        "symbol": "BRK.B",
        "side": "buy",
        "qty": "10",
        "filled_qty": "0",
        "filled_avg_price": None,
        "status": "accepted",
    } | changes


@pytest.mark.parametrize(
    ("status", "filled", "expected"),
    [
        ("pending_new", "0", OrderStatus.WORKING),
        ("held", "0", OrderStatus.WORKING),
        ("a_status_of_next_year", "0", OrderStatus.WORKING),
        ("pending_cancel", "4", OrderStatus.PARTIALLY_FILLED),
        ("done_for_day", "4", OrderStatus.PARTIALLY_FILLED),
        ("filled", "10", OrderStatus.FILLED),
        ("replaced", "4", OrderStatus.CANCELED),
        ("canceled", "4", OrderStatus.CANCELED),
        ("expired", "0", OrderStatus.EXPIRED),
        ("rejected", "0", OrderStatus.REJECTED),
    ],
)
def test_statuses(status: str, filled: str, expected: OrderStatus) -> None:
    read = answers.order(order_body(status=status, filled_qty=filled, filled_avg_price="1.5"))
    assert (read.status, read.filled_quantity, read.ticker) == (expected, Decimal(filled), "BRK-B")
    assert read.average_price == (None if filled == "0" else Decimal("1.5"))


@pytest.mark.parametrize(
    "change", [{"qty": None}, {"qty": "NaN"}, {"side": "hold"}, {"id": ""}, {"symbol": None}, {"filled_qty": "x"}]
)
def test_an_order_that_cannot_be_read_is_broken_data(change: dict[str, object]) -> None:
    with pytest.raises(DataError):
        answers.order(order_body(**change))


def test_an_order_by_amount_or_of_several_legs_is_still_seen_as_open() -> None:
    body = [{"client_order_id": "x", "symbol": None, "qty": None}, {"client_order_id": "y", "symbol": "BF.B"}]
    assert answers.open_orders(body) == {"x": "?", "y": "BF-B"}


def test_short_positions_are_negative() -> None:
    assert answers.positions([{"symbol": "A", "qty": "-5", "side": "short"}]) == {"A": Decimal(-5)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"trading_blocked": True}, "trading_blocked"),
        ({"status": "ACCOUNT_CLOSED"}, "status ACCOUNT_CLOSED"),
        ({"currency": "EUR"}, "currency EUR"),
        ({}, ""),
    ],
)
def test_an_account_says_why_it_may_not_trade(change: dict[str, object], reason: str) -> None:
    body = {"account_number": "PA1", "status": "ACTIVE", "currency": "USD", "cash": "1.5", "equity": "2"} | change
    assert answers.account(body, Mode.PAPER).blocked == reason


@pytest.mark.parametrize(
    ("status", "code", "reason", "refuses"),
    [
        (403, 40310000, "insufficient buying power", True),
        (422, 40010001, "qty must be integer", True),
        (422, 40010001, "client_order_id must be unique", False),
        (403, None, "forbidden.", False),
        (403, None, None, False),
        (500, 50010000, "internal error", False),
        (504, None, None, False),
    ],
)
def test_only_alpaca_s_own_refusal_refuses(status: int, code: int | None, reason: str | None, refuses: bool) -> None:
    assert StatusError(status, code, reason).refuses_order is refuses


def test_paper_without_an_override_is_alpaca_s_paper_host() -> None:
    assert connect(KEYS, Mode.PAPER)._client._base_url.value == "https://paper-api.alpaca.markets"


@pytest.mark.parametrize("override", ["", "  ", "api.alpaca.markets", "http://example.com", "ftp://127.0.0.1"])
def test_an_override_that_is_no_safe_url_is_refused(override: str) -> None:
    with pytest.raises(ConfigurationError):
        connect(KEYS, Mode.PAPER, override)


def test_paper_never_talks_to_the_live_host() -> None:
    with pytest.raises(RefusedError):
        connect(KEYS, Mode.PAPER, "https://API.alpaca.markets/")


@pytest.mark.parametrize("confirmed", ["", " ", "PA3SOMEBODY"])
def test_live_needs_the_number_of_the_very_account(url: str, confirmed: str, market: Exchange) -> None:
    with pytest.raises(RefusedError):
        connect(KEYS, Mode.LIVE, url, confirmed)
    assert market.posts() == 0


def test_live_with_the_account_confirmed(url: str) -> None:
    assert connect(KEYS, Mode.LIVE, url, "PA3LOOPBACK").account().mode is Mode.LIVE


@pytest.mark.parametrize("keys", [Credentials("", "s"), Credentials("k", " ")])
def test_missing_keys(keys: Credentials) -> None:
    with pytest.raises(ConfigurationError):
        connect(keys, Mode.PAPER)


def test_simulated_is_not_alpaca_s() -> None:
    with pytest.raises(UsageError):
        connect(KEYS, Mode.SIMULATED)
