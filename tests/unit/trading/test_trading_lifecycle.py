from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from worlds import decision

from p3.errors import DataError
from p3.trading.lifecycle import BrokerOrder, OrderRecord, OrderStatus, move, report
from p3.trading.orders import Side

NOW = datetime(2024, 7, 1, tzinfo=UTC)
ORDER = decision().orders[0]  # sell 65 MSFT
S = OrderStatus


def record(status: OrderStatus, filled: int = 0) -> OrderRecord:
    return OrderRecord("acc", "d1", ORDER, status, Decimal(filled), None, None, "", 3, NOW)


def seen(status: OrderStatus, filled: int = 0) -> BrokerOrder:
    price = Decimal(400) if filled else None
    return BrokerOrder("b1", ORDER.client_order_id, "MSFT", Side.SELL, Decimal(65), status, Decimal(filled), price)


def test_the_states_that_may_follow() -> None:
    reported = {S.WORKING, S.PARTIALLY_FILLED, S.FILLED, S.CANCELED, S.EXPIRED, S.REJECTED}
    allowed = {
        S.PLANNED: {S.SENDING, S.CANCELED, S.EXPIRED},
        S.SENDING: reported,
        S.WORKING: reported,
        S.PARTIALLY_FILLED: reported - {S.WORKING},
    }
    for before in S:
        for after in S:
            if after in allowed.get(before, set()):
                assert move(record(before), after, NOW).status is after
            else:
                with pytest.raises(DataError):
                    move(record(before), after, NOW)


def test_a_report_counts_as_a_revision() -> None:
    after = report(record(S.WORKING), seen(S.PARTIALLY_FILLED, 20), NOW)
    assert (after.status, after.filled_quantity, after.average_price) == (S.PARTIALLY_FILLED, 20, 400)
    assert (after.broker_order_id, after.revision) == ("b1", 4)


def test_no_news_is_the_same_record() -> None:
    before = record(S.PARTIALLY_FILLED, 20)
    assert report(before, seen(S.PARTIALLY_FILLED, 20), NOW) is before


def test_an_order_canceled_in_part_keeps_what_was_filled() -> None:
    after = report(record(S.PARTIALLY_FILLED, 20), seen(S.CANCELED, 30), NOW)
    assert (after.status, after.filled_quantity) == (S.CANCELED, 30)


@pytest.mark.parametrize("filled", [19, 66])
def test_fills_neither_shrink_nor_exceed_the_order(filled: int) -> None:
    with pytest.raises(DataError):
        report(record(S.PARTIALLY_FILLED, 20), seen(S.PARTIALLY_FILLED, filled), NOW)


@pytest.mark.parametrize(
    "change", [{"ticker": "NVDA"}, {"side": Side.BUY}, {"quantity": Decimal(64)}, {"client_order_id": "other"}]
)
def test_another_order_under_the_same_name_is_not_taken(change: dict) -> None:
    with pytest.raises(DataError, match="but the broker has"):
        report(record(S.SENDING), replace(seen(S.FILLED, 65), **change), NOW)
