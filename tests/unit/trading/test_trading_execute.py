"""Carrying out plans through faults of the broker, refusals of the gates, and earlier decisions."""

import threading
from collections import deque
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from loopback_alpaca import Exchange
from sqlite_ledger import SqliteLedger
from worlds import PACE, alpaca_broker, decision, simulated_broker

from p3 import clock
from p3.errors import BusyError, DataError, RefusedError, UpstreamError
from p3.trading.alpaca import AlpacaBroker
from p3.trading.broker import InDoubtError
from p3.trading.execute import SETTLED_AFTER, Pace, cancel, execute, reconcile
from p3.trading.lifecycle import OrderStatus, move
from p3.trading.orders import Plan, Side

S = OrderStatus
FAULTS = ["504", "drop", "429", "500", "403"]


def statuses(records):
    return [(record.order.ticker, record.status) for record in records]


DONE = [("MSFT", S.FILLED), ("NVDA", S.FILLED)]


def assert_traded_once(market: Exchange) -> None:
    assert market.positions == {"MSFT": 35, "NVDA": 700}
    assert market.cash == 56_000
    assert len(market.orders) == 2


def stranded(ledger: SqliteLedger, plan: Plan, age: timedelta = timedelta(0)) -> None:
    """Leave the first order of ``plan`` as a process does that died between journal and send, ``age`` ago."""
    ledger.adopt(plan)
    first = ledger.records(plan.account_id, plan.decision_id)[0]
    ledger.record(move(first, S.SENDING, clock.now() - age))


@pytest.mark.parametrize(
    "faults",
    [[f"{fault}-before"] for fault in FAULTS]
    + [[f"{fault}-after"] for fault in ("504", "drop", "cut", "empty", "500")]
    + [["504-before", "504-after"], ["429-before", "drop-after"], ["drop-after", "cut-after"]],
)
def test_a_fault_of_the_broker_neither_doubles_nor_loses_an_order(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger, faults: list[str]
) -> None:
    market.post_faults = deque(faults)
    assert statuses(execute(decision(), alpaca, ledger, PACE)) == DONE
    assert_traded_once(market)


def test_an_answer_slower_than_the_timeout(url: str, market: Exchange, ledger: SqliteLedger) -> None:
    market.post_faults = deque(["slow-after"])
    assert statuses(execute(decision(), alpaca_broker(url, timeout=0.2), ledger, PACE)) == DONE
    assert_traded_once(market)


def test_an_order_that_the_broker_shows_late_is_not_sent_into_a_second_trade(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    market.post_faults, market.get_faults = deque(["504-after"]), deque(["unseen"])
    assert statuses(execute(decision(), alpaca, ledger, PACE)) == DONE
    assert_traded_once(market)
    assert market.posts() == 3  # the second one met "client_order_id must be unique"


def test_a_refusal_after_a_doubt_is_not_believed(alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger) -> None:
    """The first request, which the broker does not show yet, may be what took the cash that the second lacks."""
    plan = decision(weights={"NVDA": 0.5})
    market.post_faults, market.cash = deque(["504-before"]), Decimal(70_000)
    broker = _Poorer(alpaca, market)
    with pytest.raises(InDoubtError, match="refused after an attempt in doubt"):
        execute(plan, broker, ledger, PACE)
    assert statuses(ledger.unfinished(plan.account_id)) == [("NVDA", S.SENDING)]


class _Poorer:
    """The broker, whose account is emptied by its first order in doubt."""

    def __init__(self, inner: AlpacaBroker, market: Exchange) -> None:
        self._inner, self._market = inner, market

    def __getattr__(self, name: str):
        return getattr(self._inner, name)

    def submit(self, order):
        try:
            return self._inner.submit(order)
        except InDoubtError:
            self._market.cash = Decimal(0)
            raise


def test_no_answer_at_all_ends_in_doubt_and_the_next_run_finishes(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    market.post_faults, market.get_faults = deque(["drop-after"]), deque(["504"] * 3)
    with pytest.raises(InDoubtError) as caught:
        execute(decision(), alpaca, ledger, PACE)
    assert "asks the broker before it sends" in caught.value.remedy
    assert market.posts() == 1
    assert statuses(execute(decision(), alpaca, ledger, PACE)) == DONE
    assert_traded_once(market)


def test_purchases_wait_for_sales(alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger) -> None:
    market.fills = {"MSFT": ["0", "0.4", "0.4"]}
    waiting = execute(decision(), alpaca, ledger, PACE)
    assert statuses(waiting) == [("MSFT", S.PARTIALLY_FILLED), ("NVDA", S.PLANNED)]
    assert (waiting[0].filled_quantity, market.posts()) == (26, 1)
    market.fills = {}
    assert statuses(execute(decision(), alpaca, ledger, PACE)) == DONE
    assert_traded_once(market)


def test_partial_fills_are_followed_to_the_end(alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger) -> None:
    market.fills = {"MSFT": ["0", "0.2", "0.6", "1"], "NVDA": ["0.5", "0.5", "1"]}
    assert statuses(execute(decision(), alpaca, ledger, PACE)) == DONE
    assert_traded_once(market)


def test_a_refused_sale_does_not_put_the_purchase_on_margin(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    market.post_faults, market.cash = deque(["refused-before"]), Decimal(50_000)
    records = execute(decision(), alpaca, ledger, PACE)
    assert statuses(records) == [("MSFT", S.REJECTED), ("NVDA", S.PLANNED)]
    assert "insufficient qty" in records[0].detail
    assert "cash of 50000.00 does not reach" in records[1].detail


def test_a_second_plan_of_the_same_decision_is_ignored(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    execute(decision(), alpaca, ledger, PACE)
    again = execute(decision(weights={"MSFT": 0.9, "BRK-B": 0.1}), alpaca, ledger, PACE)
    assert statuses(again) == DONE
    assert_traded_once(market)


def test_a_decision_without_orders_stays_without(alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger) -> None:
    assert execute(decision(orders=()), alpaca, ledger, PACE) == []
    assert execute(decision(), alpaca, ledger, PACE) == []
    assert market.posts() == 0


def test_a_journal_restored_from_before_the_sending_does_not_trade_again(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger, tmp_path
) -> None:
    execute(decision(), alpaca, ledger, PACE)
    old = SqliteLedger(tmp_path / "restored.sqlite")
    old.adopt(decision())
    with pytest.raises(RefusedError, match="positions in MSFT, NVDA have changed"):
        execute(decision(), alpaca, old, PACE)
    assert_traded_once(market)


def test_an_order_sent_by_an_unknown_hand_under_the_same_name_is_taken_over(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    """As when the journal was restored and the fill has not reached the positions yet."""
    late = _Late(alpaca, alpaca.positions())
    alpaca.submit(decision().orders[0])
    assert statuses(execute(decision(), late, ledger, PACE)) == DONE
    assert_traded_once(market)


class _Late:
    """The broker, whose positions lag behind."""

    def __init__(self, inner: AlpacaBroker, positions: dict[str, Decimal]) -> None:
        self._inner, self.positions = inner, lambda: positions

    def __getattr__(self, name: str):
        return getattr(self._inner, name)


def test_a_plan_is_not_resumed_over_positions_that_a_hand_has_moved(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    ledger.adopt(decision())
    market.positions["NVDA"] = Decimal(500)
    with pytest.raises(RefusedError, match="positions in NVDA have changed"):
        execute(decision(), alpaca, ledger, PACE)
    assert market.posts() == 0


def test_a_lost_journal_and_a_new_plan_of_the_same_decision_stop(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger, tmp_path
) -> None:
    execute(decision(), alpaca, ledger, PACE)
    empty = SqliteLedger(tmp_path / "lost.sqlite")
    with pytest.raises(DataError, match="planned to sell 7 MSFT, but the broker has sell 65 MSFT"):
        execute(decision(weights={"MSFT": 0.08}, positions=alpaca.positions()), alpaca, empty, PACE)
    assert_traded_once(market)


def test_a_plan_from_before_a_fill_is_refused(alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger) -> None:
    """The order was open while the next decision was planned, and is filled when that decision is carried out."""
    market.fills = {"NVDA": ["0"]}
    execute(decision(weights={"NVDA": 0.5}), alpaca, ledger, Pace(0, 0, 1))
    second = decision("d2", {"NVDA": 0.5}, alpaca.positions())
    market.fills = {}
    with pytest.raises(RefusedError, match="positions in NVDA have changed"):
        execute(second, alpaca, ledger, PACE)
    assert market.positions["NVDA"] == 700
    assert execute(decision("d2", {"NVDA": 0.5}, alpaca.positions()), alpaca, ledger, PACE) == []


def test_two_processes_at_once_trade_once(url: str, market: Exchange, ledger: SqliteLedger) -> None:
    barrier, errors = threading.Barrier(2), []

    def run() -> None:
        barrier.wait()
        try:
            execute(decision(), alpaca_broker(url), ledger, PACE)
        except BusyError as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) < 2
    assert statuses(execute(decision(), alpaca_broker(url), ledger, PACE)) == DONE
    assert_traded_once(market)


@pytest.mark.parametrize(
    ("change", "why"),
    [({"is_open": False}, "closed"), ({"blocked": True}, "trading_blocked")],
)
def test_a_gate_holds_before_anything_is_written_or_sent(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger, change: dict, why: str
) -> None:
    vars(market).update(change)
    with pytest.raises(RefusedError, match=why):
        execute(decision(), alpaca, ledger, PACE)
    assert (market.posts(), ledger.find_plan("PA3LOOPBACK", "d1")) == (0, None)


def test_orders_of_somebody_else_hold_the_gate(alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger) -> None:
    market.fills = {"NVDA": ["0"]}
    alpaca.submit(replace(decision().orders[1], client_order_id="typed-by-hand"))
    with pytest.raises(RefusedError, match="open at the broker: NVDA"):
        execute(decision(), alpaca, ledger, PACE)


def test_a_working_order_of_an_earlier_decision_holds_the_gate(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    market.fills = {"MSFT": ["0"]}
    execute(decision(), alpaca, ledger, Pace(0, 0, 1))
    with pytest.raises(RefusedError, match="decision d1 is unfinished: sell 65 MSFT is working"):
        execute(decision("d2"), alpaca, ledger, PACE)
    assert statuses(cancel(alpaca, ledger, "PA3LOOPBACK")) == [("MSFT", S.CANCELED), ("NVDA", S.CANCELED)]
    market.fills = {}
    assert statuses(execute(decision("d2"), alpaca, ledger, PACE)) == DONE
    assert statuses(execute(decision(), alpaca, ledger, PACE)) == [("MSFT", S.CANCELED), ("NVDA", S.CANCELED)]


def test_what_an_earlier_decision_never_sent_is_superseded(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    ledger.adopt(decision())
    assert statuses(execute(decision("d2"), alpaca, ledger, PACE)) == DONE
    old = execute(decision(), alpaca, ledger, PACE)
    assert [(record.status, record.detail) for record in old] == [(S.CANCELED, "superseded by decision d2")] * 2
    assert_traded_once(market)


def test_an_order_in_doubt_of_an_earlier_decision_holds_the_gate(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    stranded(ledger, decision())
    with pytest.raises(RefusedError, match="MSFT is sending"):
        execute(decision("d2"), alpaca, ledger, PACE)
    assert market.posts() == 0


def test_a_stale_plan_is_refused(alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger) -> None:
    with pytest.raises(RefusedError, match="expired at"):
        execute(decision(expires=clock.now() - timedelta(seconds=1)), alpaca, ledger, PACE)
    assert (market.posts(), ledger.find_plan("PA3LOOPBACK", "d1")) == (0, None)


def test_a_plan_that_went_stale_is_not_sent_on_resuming(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    stranded(ledger, decision(expires=clock.now() - timedelta(seconds=1)), SETTLED_AFTER + timedelta(seconds=1))
    records = execute(decision(), alpaca, ledger, PACE)
    assert statuses(records) == [("MSFT", S.EXPIRED), ("NVDA", S.EXPIRED)]
    assert market.posts() == 0


def test_a_plan_that_goes_stale_while_sales_are_worked_buys_nothing(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = clock.now() + timedelta(hours=2)
    market.on_accept = lambda _order: monkeypatch.setattr(clock, "now", lambda: later)
    assert statuses(execute(decision(), alpaca, ledger, PACE)) == [("MSFT", S.FILLED), ("NVDA", S.PLANNED)]
    assert statuses(execute(decision(), alpaca, ledger, PACE)) == [("MSFT", S.FILLED), ("NVDA", S.EXPIRED)]


def test_what_may_still_be_on_its_way_is_not_called_expired(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    plan = decision(expires=clock.now() - timedelta(seconds=1))
    stranded(ledger, plan)
    assert statuses(reconcile(alpaca, ledger, plan.account_id)) == [("MSFT", S.SENDING)]
    alpaca.submit(plan.orders[0])
    assert reconcile(alpaca, ledger, plan.account_id) == []
    assert statuses(ledger.records(plan.account_id, "d1")) == [("MSFT", S.FILLED), ("NVDA", S.EXPIRED)]


def test_a_refusal_of_what_was_stranded_long_ago_is_believed(
    alpaca: AlpacaBroker, market: Exchange, ledger: SqliteLedger
) -> None:
    market.positions = {}
    stranded(ledger, decision(), SETTLED_AFTER + timedelta(seconds=1))
    assert statuses(execute(decision(), alpaca, ledger, PACE))[0] == ("MSFT", S.REJECTED)


def test_a_plan_for_another_account_is_not_carried_out(alpaca: AlpacaBroker, ledger: SqliteLedger) -> None:
    with pytest.raises(DataError, match="the broker answers for PA3LOOPBACK"):
        execute(decision(account_id="PA3OTHER"), alpaca, ledger, PACE)


def test_a_broker_that_is_down_changes_nothing(ledger: SqliteLedger) -> None:
    with pytest.raises(UpstreamError):
        execute(decision(), alpaca_broker("http://127.0.0.1:9"), ledger, PACE)
    assert ledger.unfinished("PA3LOOPBACK") == []


def test_simulated_purchases_wait_when_cash_does_not_reach(ledger: SqliteLedger) -> None:
    broker = simulated_broker(ledger)
    records = execute(decision(weights={"NVDA": 0.99}), broker, ledger, PACE)
    assert statuses(records) == [("NVDA", S.PLANNED)]
    assert all(record.order.side is Side.BUY for record in records)
