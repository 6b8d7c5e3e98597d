from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from sqlite_ledger import SqliteLedger
from worlds import ACTIONS, AS_OF, decision, simulated_broker

from p3.errors import BusyError, InputMissingError, RefusedError
from p3.trading.account import AccountState, Costs, fill, settle
from p3.trading.lifecycle import OrderStatus
from p3.trading.orders import OrderType
from p3.trading.quotes import latest

SELL, BUY = decision().orders  # 65 MSFT at 400, 700 NVDA at 100
STATE = AccountState("acc", 7, Decimal(100_000), {"MSFT": Decimal(100)}, AS_OF)
FREE = Costs(Decimal(0), Decimal(0))
OPENING = datetime(2024, 7, 8, 13, 30, tzinfo=UTC)  # 9:30 in New York
CLOSE = datetime(2024, 7, 5, 20, tzinfo=UTC)


def actions(*rows: tuple[str, str, float], day: date = date(2024, 7, 8), known: datetime = OPENING) -> pl.DataFrame:
    full = [(ticker, day, kind, value, known, "test") for ticker, kind, value in rows]
    return pl.DataFrame(full, schema=ACTIONS.schema, orient="row")


def prices(*rows: tuple[str, date, float, datetime]) -> pl.DataFrame:
    schema: dict[str, Any] = {
        "ticker": pl.String,
        "date": pl.Date,
        "close": pl.Float64,
        "known_from": pl.Datetime("us", "UTC"),
    }
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def test_slippage_and_commission_cost_both_ways() -> None:
    # 10 bp on 100 is 100.10; 700 of them are 70,070; 2 bp of that are 14.014, booked as 14.01.
    after, bought = fill(STATE, BUY, Decimal(100), Costs(Decimal(10), Decimal(2)))
    assert (bought.average_price, after.cash) == (Decimal("100.1000"), Decimal("29915.99"))
    # 10 bp below 400 is 399.60; 65 of them are 25,974; 2 bp are 5.1948.
    after, sold = fill(STATE, SELL, Decimal(400), Costs(Decimal(10), Decimal(2)))
    assert (sold.average_price, after.cash) == (Decimal("399.6000"), Decimal("125968.81"))


def test_a_position_sold_out_is_gone() -> None:
    after, _ = fill(STATE, replace(SELL, quantity=100), Decimal(400), FREE)
    assert (after.positions, after.version) == ({}, 8)


@pytest.mark.parametrize(("limit", "status"), [("100.10", OrderStatus.FILLED), ("100.09", OrderStatus.EXPIRED)])
def test_a_limit_holds_against_the_price_after_slippage(limit: str, status: OrderStatus) -> None:
    order = replace(BUY, type=OrderType.LIMIT, limit=Decimal(limit))
    after, ended = fill(STATE, order, Decimal(100), Costs(Decimal(10), Decimal(0)))
    assert ended.status is status
    assert (after.cash == STATE.cash) == (status is OrderStatus.EXPIRED)


def test_a_split_multiplies_shares_and_a_dividend_pays_on_them() -> None:
    due = actions(("MSFT", "dividend", 0.5), ("MSFT", "split", 2.0), ("NVDA", "split", 10.0))
    after = settle(STATE, due, OPENING)
    assert (after.positions, after.cash) == ({"MSFT": Decimal(200)}, Decimal(100_100))
    assert (after.version, after.settled_through) == (8, OPENING)


def test_nothing_is_booked_twice_or_before_the_open() -> None:
    due = actions(("MSFT", "split", 2.0))
    before = settle(STATE, due, OPENING - timedelta(seconds=1))
    assert before.positions == STATE.positions
    after = settle(before, due, OPENING)
    assert settle(after, due, OPENING) is after
    assert settle(after, due, OPENING + timedelta(days=9)).positions == {"MSFT": Decimal(200)}


def test_what_is_known_later_changes_nothing() -> None:
    due = actions(("MSFT", "split", 2.0))
    poison = actions(("MSFT", "split", 999.0), ("MSFT", "dividend", 1e9), known=OPENING + timedelta(days=2))
    later = actions(("MSFT", "split", 999.0), day=date(2024, 7, 10), known=OPENING)
    assert settle(STATE, pl.concat([due, poison, later]), OPENING) == settle(STATE, due, OPENING)


def test_quotes_are_the_last_close_on_the_shares_of_the_moment() -> None:
    closes = prices(
        ("NVDA", date(2024, 7, 3), 1100.0, CLOSE - timedelta(days=2)),
        ("NVDA", date(2024, 7, 5), 1200.0, CLOSE),
        ("NVDA", date(2024, 7, 8), 1e9, OPENING + timedelta(hours=6)),
        ("MSFT", date(2024, 7, 5), 400.0, CLOSE),
        ("MSFT", date(2024, 7, 5), float("nan"), CLOSE),
    )
    due = actions(("NVDA", "split", 10.0), ("NVDA", "dividend", 5.0))
    assert latest(closes, due, CLOSE) == {"NVDA": 1200, "MSFT": 400}
    assert latest(closes, due, OPENING) == {"NVDA": 120, "MSFT": 400}


def test_equity_does_not_jump_on_the_morning_of_a_split(ledger: SqliteLedger) -> None:
    due = actions(("MSFT", "split", 2.0))
    before = simulated_broker(ledger, actions=due).account().equity
    closes = prices(("MSFT", date(2024, 7, 5), 400.0, CLOSE))
    morning = replace(simulated_broker(ledger, as_of=OPENING, actions=due), quotes=latest(closes, due, OPENING))
    assert (morning.account().equity, morning.positions()) == (before, {"MSFT": 200})


def test_the_account_does_not_go_back_in_time(ledger: SqliteLedger) -> None:
    simulated_broker(ledger, as_of=OPENING).positions()
    with pytest.raises(RefusedError, match="already lived to 2024-07-08"):
        simulated_broker(ledger).positions()


def test_a_holding_without_a_price_has_no_equity(ledger: SqliteLedger) -> None:
    with pytest.raises(InputMissingError, match="MSFT"):
        replace(simulated_broker(ledger), quotes={}).account()


def test_an_account_opens_once_with_its_cash(ledger: SqliteLedger) -> None:
    broker = replace(simulated_broker(ledger), account_id="new", opening_cash=Decimal(5))
    assert broker.account().cash == 5
    assert replace(broker, opening_cash=Decimal(9)).account().cash == 5


class _Contended:
    """A store in which somebody else always commits first."""

    def __init__(self, inner: SqliteLedger) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def commit(self, after: AccountState, order: object) -> bool:
        return False


def test_a_store_that_never_yields_is_busy(ledger: SqliteLedger) -> None:
    simulated_broker(ledger)
    with pytest.raises(BusyError):
        simulated_broker(_Contended(ledger)).submit(BUY)
