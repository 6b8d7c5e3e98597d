"""What p3.trading expects of a Journal and an AccountStore, of the ledger's as of the tests' small one."""

import json
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from processes import CHECKOUT, together

sys.path.insert(0, str(CHECKOUT / "tests" / "unit" / "trading"))

from sqlite_ledger import SqliteLedger
from worlds import AS_OF, PACE, decision, simulated_broker

from p3.data.ledger import Ledger
from p3.data.order_book import OrderJournal, SimulatedAccounts
from p3.errors import BusyError
from p3.trading.account import AccountState
from p3.trading.execute import execute
from p3.trading.lifecycle import BrokerOrder, OrderStatus, move
from p3.trading.orders import Side

ACCOUNT = decision().account_id


class Book:
    """Both Protocols over the ledger, as the small one has both."""

    def __init__(self, path: Path) -> None:
        self.ledger = Ledger(path)
        self._parts = (OrderJournal(self.ledger), SimulatedAccounts(self.ledger))

    def __getattr__(self, name: str) -> Any:
        return getattr(next(part for part in self._parts if hasattr(part, name)), name)


@pytest.fixture(params=[Book, SqliteLedger], ids=["ledger", "model"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return request.param(tmp_path / "ledger.sqlite")


@pytest.fixture
def real(tmp_path: Path) -> Any:
    return Book(tmp_path / "ledger.sqlite")


def state(version: int = 1, **changes: Any) -> AccountState:
    return replace(AccountState("sim", version, Decimal("100.10"), {"MSFT": Decimal("1.5")}, AS_OF), **changes)


def filled(name: str = "o1") -> BrokerOrder:
    return BrokerOrder(
        "b1", name, "MSFT", Side.BUY, Decimal(2), OrderStatus.FILLED, Decimal(2), Decimal("1.2345"), "ok"
    )


def test_a_plan_comes_back_as_it_was(book: Any) -> None:
    plan = decision()
    assert book.find_plan(ACCOUNT, "d1") is None
    assert book.adopt(plan) == plan
    assert book.find_plan(ACCOUNT, "d1") == plan
    records = book.records(ACCOUNT, "d1")
    assert [record.order for record in records] == list(plan.orders)
    assert {(r.status, r.revision, r.updated, r.filled_quantity) for r in records} == {
        (OrderStatus.PLANNED, 0, plan.created, Decimal(0))
    }


def test_the_earlier_plan_stays(book: Any) -> None:
    first = decision()
    book.adopt(first)
    other = decision(weights={"BRK-B": 0.2})
    assert book.adopt(other) == first
    assert book.adopt(replace(other, orders=())) == first
    assert len(book.records(ACCOUNT, "d1")) == len(first.orders)


def test_an_empty_plan_is_a_plan(book: Any) -> None:
    empty = decision(orders=())
    assert book.adopt(empty) == empty
    assert book.adopt(decision()) == empty
    assert book.records(ACCOUNT, "d1") == []


def test_accounts_do_not_meet(book: Any) -> None:
    book.adopt(decision())
    assert book.find_plan("another", "d1") is None
    assert book.records("another", "d1") == book.unfinished("another") == []


def test_each_revision_follows_the_one_before(book: Any) -> None:
    book.adopt(decision())
    record = book.records(ACCOUNT, "d1")[0]
    sending = move(record, OrderStatus.SENDING, AS_OF)
    book.record(sending)
    assert book.records(ACCOUNT, "d1")[0] == sending
    for stale in (sending, move(record, OrderStatus.CANCELED, AS_OF), replace(sending, revision=3)):
        with pytest.raises(BusyError):
            book.record(stale)
    assert book.records(ACCOUNT, "d1")[0] == sending


def test_a_record_of_no_plan_is_busy(book: Any) -> None:
    book.adopt(decision())
    record = move(book.records(ACCOUNT, "d1")[0], OrderStatus.SENDING, AS_OF)
    with pytest.raises(BusyError):
        book.record(replace(record, account_id="another"))


def test_a_fill_comes_back_to_the_last_digit(book: Any) -> None:
    book.adopt(decision())
    record = replace(
        move(book.records(ACCOUNT, "d1")[0], OrderStatus.SENDING, AS_OF + timedelta(microseconds=1)),
        filled_quantity=Decimal("0.123456789"),
        average_price=Decimal("400.0050"),
        broker_order_id="b-1",
        detail='it\'s "quoted"',
    )
    book.record(record)
    assert book.records(ACCOUNT, "d1")[0] == record
    assert str(book.records(ACCOUNT, "d1")[0].average_price) == "400.0050"


def test_what_is_unfinished_comes_oldest_plan_first(book: Any) -> None:
    book.adopt(decision("z-first"))
    book.adopt(decision("a-second"))
    sale = book.records(ACCOUNT, "z-first")[0]
    book.record(move(sale, OrderStatus.CANCELED, AS_OF))
    left = [(record.decision_id, record.order.ticker) for record in book.unfinished(ACCOUNT)]
    assert left == [("z-first", "NVDA"), ("a-second", "MSFT"), ("a-second", "NVDA")]


def test_an_account_comes_back_as_it_was(book: Any) -> None:
    assert book.load("sim") is None
    assert book.commit(state(), None)
    assert book.load("sim") == state()
    assert book.commit(state(2, positions={}), filled())
    assert book.load("sim") == state(2, positions={})
    assert book.find_order("sim", "o1") == filled()
    assert book.find_order("another", "o1") is None


@pytest.mark.parametrize("version", [1, 3, 0])
def test_a_state_that_does_not_follow_is_not_stored(book: Any, version: int) -> None:
    book.commit(state(), None)
    assert not book.commit(state(version, cash=Decimal(0)), filled())
    assert book.load("sim") == state()
    assert book.find_order("sim", "o1") is None


def test_the_first_state_is_the_first(book: Any) -> None:
    assert not book.commit(state(2), None)
    assert book.load("sim") is None


def test_an_order_is_filled_once(book: Any) -> None:
    book.commit(state(), filled())
    assert not book.commit(state(2, cash=Decimal(0)), filled())
    assert book.load("sim") == state()


def test_a_plan_is_carried_out_once(book: Any) -> None:
    broker = simulated_broker(book)
    first = execute(decision(), broker, book, PACE)
    again = execute(decision(), broker, book, PACE)
    assert [record.status for record in first] == [OrderStatus.FILLED] * 2
    assert again == first
    assert book.unfinished(ACCOUNT) == []


def test_every_write_is_a_link_of_the_audit_log(real: Any) -> None:
    execute(decision(), simulated_broker(real), real, PACE)
    entries = real.ledger.frame("audit")
    assert real.ledger.verify_audit() == entries.height
    of_one = entries.filter(subject=decision().orders[0].client_order_id)["kind"].to_list()
    assert of_one == ["order planned", "order sending", "simulated fill", "order filled"]
    assert entries["kind"][0] == "simulated account"
    assert json.loads(entries["payload"][-1])["status"] == "filled"


COMPETITOR = """
sys.path[:0] = [str(HERE) for HERE in sys.argv[2:]]
from decimal import Decimal
from pathlib import Path
from p3.data.ledger import Ledger
from p3.data.order_book import SimulatedAccounts
from p3.trading.account import AccountState
from datetime import UTC, datetime
accounts = SimulatedAccounts(Ledger(Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.readline()
won = 0
for version in range(1, 21):
    won += accounts.commit(AccountState("sim", version, Decimal(version), {}, datetime(2024, 1, 1, tzinfo=UTC)), None)
print(won)
"""


def test_two_processes_never_both_take_a_version(real: Any, tmp_path: Path) -> None:
    won = together(COMPETITOR, (tmp_path / "ledger.sqlite",), (tmp_path / "ledger.sqlite",))
    assert sum(map(int, won)) == 20
    assert real.load("sim").version == 20
