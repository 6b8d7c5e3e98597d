"""The same small account at both brokers: 100,000 in cash, 100 MSFT at 400, prices for MSFT, NVDA and BRK-B."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from loopback_alpaca import ACCOUNT, KEY, SECRET, Exchange

from p3 import clock
from p3.trading.account import AccountState, Costs
from p3.trading.alpaca import AlpacaBroker, Credentials, connect
from p3.trading.broker import Mode
from p3.trading.execute import Pace
from p3.trading.orders import Plan, SizingRules, plan
from p3.trading.simulated import SimulatedBroker

PRICES = {"MSFT": Decimal(400), "NVDA": Decimal(100), "BRK-B": Decimal(500)}
AS_OF = datetime(2024, 7, 1, 20, 30, tzinfo=UTC)
PACE = Pace(patience=0.2, interval=0.001, attempts=4)
ACTIONS = pl.DataFrame(
    schema={
        "ticker": pl.String,
        "date": pl.Date,
        "kind": pl.String,
        "value": pl.Float64,
        "known_from": pl.Datetime("us", "UTC"),
        "origin": pl.String,
    }
)


def exchange(**changes: Any) -> Exchange:
    prices = {ticker.replace("-", "."): price for ticker, price in PRICES.items()}
    return Exchange(**{"cash": Decimal(100_000), "positions": {"MSFT": Decimal(100)}, "prices": prices} | changes)


def alpaca_broker(url: str, timeout: float = 5.0) -> AlpacaBroker:
    return connect(Credentials(KEY, SECRET), Mode.PAPER, url, timeout=timeout)


def simulated_broker(store: Any, as_of: datetime = AS_OF, actions: pl.DataFrame = ACTIONS) -> SimulatedBroker:
    if store.load(ACCOUNT) is None:
        state = AccountState(ACCOUNT, 1, Decimal(100_000), {"MSFT": Decimal(100)}, AS_OF)
        store.commit(state, None)
    costs = Costs(Decimal(0), Decimal(0))
    return SimulatedBroker(store, ACCOUNT, PRICES, actions, as_of, Decimal(100_000), costs)


def decision(
    decision_id: str = "d1",
    weights: dict[str, float] | None = None,
    positions: dict[str, Decimal] | None = None,
    **changes: Any,
) -> Plan:
    """Sell 65 MSFT (35 are left), buy 700 NVDA: of 140,000, a tenth stays in MSFT and half goes to NVDA."""
    orders = plan(
        weights or {"MSFT": 0.1, "NVDA": 0.5},
        {"MSFT": Decimal(100)} if positions is None else positions,
        PRICES,
        equity=Decimal(140_000),
        decision_id=decision_id,
        rules=SizingRules(),
    )
    now = clock.now()
    whole = Plan(ACCOUNT, decision_id, now, now + timedelta(hours=1), tuple(orders))
    return replace(whole, **changes)
