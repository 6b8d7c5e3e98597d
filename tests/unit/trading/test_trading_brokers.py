"""What every broker must do, asked of each."""

from dataclasses import replace
from decimal import Decimal

from loopback_alpaca import ACCOUNT
from sqlite_ledger import SqliteLedger
from worlds import PACE, PRICES, decision

from p3.trading.broker import Broker, InDoubtError
from p3.trading.execute import execute
from p3.trading.lifecycle import OrderStatus
from p3.trading.orders import Side, client_order_id

SELL, BUY = decision().orders


def submit_again(broker: Broker, order) -> None:
    try:
        assert broker.submit(order).client_order_id == order.client_order_id
    except InDoubtError:
        assert broker.get_by_client_id(order.client_order_id) is not None


def test_an_account_in_dollars(broker: Broker) -> None:
    account = broker.account()
    assert (account.account_id, account.cash, account.equity) == (ACCOUNT, 100_000, 140_000)
    assert (account.blocked, broker.positions(), broker.open_orders()) == ("", {"MSFT": 100}, {})
    assert broker.is_open()


def test_a_fill_moves_cash_and_shares(broker: Broker) -> None:
    ended = broker.submit(SELL)
    assert (ended.status, ended.filled_quantity, ended.average_price) == (OrderStatus.FILLED, 65, PRICES["MSFT"])
    assert (broker.account().cash, broker.positions()) == (126_000, {"MSFT": 35})
    assert broker.get_by_client_id(SELL.client_order_id) == ended


def test_the_same_order_again_trades_nothing(broker: Broker) -> None:
    broker.submit(BUY)
    before = broker.account(), broker.positions()
    submit_again(broker, BUY)
    submit_again(broker, replace(BUY, quantity=1))
    assert (broker.account(), broker.positions()) == before


def test_what_it_never_had_it_does_not_have(broker: Broker) -> None:
    assert broker.get_by_client_id("p3-never") is None
    assert broker.cancel("p3-never") is None


def test_an_ended_order_stays_as_it_is_when_canceled(broker: Broker) -> None:
    broker.submit(BUY)
    ended = broker.cancel(BUY.client_order_id)
    assert ended is not None
    assert ended.status is OrderStatus.FILLED


def test_refusals_carry_a_reason_and_leave_no_order(broker: Broker) -> None:
    too_dear = replace(BUY, quantity=10_000)
    too_many = replace(SELL, quantity=101)
    unknown = replace(BUY, ticker="XYZ")
    for order, why in ((too_dear, "buying power"), (too_many, "insufficient"), (unknown, "XYZ")):
        refused = broker.submit(order)
        assert refused.status is OrderStatus.REJECTED
        assert why in refused.detail
        assert broker.get_by_client_id(order.client_order_id) is None
    assert (broker.account().cash, broker.positions()) == (100_000, {"MSFT": 100})


def test_a_share_class_keeps_its_name(broker: Broker) -> None:
    order = replace(BUY, ticker="BRK-B", quantity=2, client_order_id=client_order_id("d1", "BRK-B"))
    assert broker.submit(order).ticker == "BRK-B"
    assert broker.positions() == {"MSFT": 100, "BRK-B": 2}


def test_a_plan_is_carried_out_and_never_twice(broker: Broker, ledger: SqliteLedger) -> None:
    first = execute(decision(), broker, ledger, PACE)
    assert [(r.order.side, r.status, r.filled_quantity) for r in first] == [
        (Side.SELL, OrderStatus.FILLED, 65),
        (Side.BUY, OrderStatus.FILLED, 700),
    ]
    after = broker.account(), broker.positions()
    assert after[0].cash == Decimal(56_000)
    assert execute(decision(), broker, ledger, PACE) == first
    assert (broker.account(), broker.positions()) == after
