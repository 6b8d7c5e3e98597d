"""The two brokers, each over the same small account, and a ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_alpaca import Exchange, serve
from sqlite_ledger import SqliteLedger
from worlds import alpaca_broker, exchange, simulated_broker

from p3.trading.alpaca import AlpacaBroker
from p3.trading.broker import Broker


@pytest.fixture
def ledger(tmp_path: Path) -> SqliteLedger:
    return SqliteLedger(tmp_path / "ledger.sqlite")


@pytest.fixture
def market() -> Exchange:
    return exchange()


@pytest.fixture
def url(market: Exchange) -> Iterator[str]:
    with serve(market) as base:
        yield base


@pytest.fixture
def alpaca(url: str) -> AlpacaBroker:
    return alpaca_broker(url)


@pytest.fixture(params=["simulated", "alpaca"])
def broker(request: pytest.FixtureRequest, ledger: SqliteLedger) -> Broker:
    return simulated_broker(ledger) if request.param == "simulated" else request.getfixturevalue("alpaca")
