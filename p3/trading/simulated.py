"""A broker that fills at the last known quote and keeps its account in a store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import polars as pl

from p3.clock import iso
from p3.errors import BusyError, InputMissingError, RefusedError
from p3.trading.account import AccountState, AccountStore, Costs, fill, settle
from p3.trading.broker import Account, Mode
from p3.trading.lifecycle import BrokerOrder, OrderStatus
from p3.trading.orders import Order

_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class SimulatedBroker:
    """One simulated account at the moment ``as_of``; it is opened with ``opening_cash`` where the store has none.

    ``quotes`` are prices for the shares of that moment (``quotes.latest``), ``actions`` the table of corporate
    actions. The account's time runs forward only: an ``as_of`` before one that it was settled at is a RefusedError.
    """

    store: AccountStore
    account_id: str
    quotes: Mapping[str, Decimal]
    actions: pl.DataFrame
    as_of: datetime
    opening_cash: Decimal
    costs: Costs = field(default_factory=Costs)

    def account(self) -> Account:
        """Return the account, its equity at the quotes; InputMissingError where a held ticker has none."""
        state = self._state()
        equity = state.cash + sum(
            (shares * self._quote(ticker) for ticker, shares in state.positions.items()), Decimal(0)
        )
        return Account(self.account_id, Mode.SIMULATED, state.cash, equity)

    def positions(self) -> dict[str, Decimal]:
        """Return shares held by ticker."""
        return dict(self._state().positions)

    def is_open(self) -> bool:
        """Return True: it fills at the last close, whatever the hour."""
        return True

    def open_orders(self) -> dict[str, str]:
        """Return nothing: each order ends as it is submitted."""
        return {}

    def submit(self, order: Order) -> BrokerOrder:
        """Fill, expire or reject ``order``; an order with the same client order id is returned as it ended then.

        Raises BusyError when other processes keep changing the account.
        """
        for _ in range(_ROUNDS):
            earlier = self.get_by_client_id(order.client_order_id)
            if earlier is not None:
                return earlier
            after, ended = fill(self._state(), order, self.quotes.get(order.ticker), self.costs)
            if ended.status is OrderStatus.REJECTED or self.store.commit(after, ended):
                return ended
        raise self._busy()

    def get_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        """Return the order as it ended, or None; a rejected order leaves no trace, as at a real broker."""
        return self.store.find_order(self.account_id, client_order_id)

    def cancel(self, client_order_id: str) -> BrokerOrder | None:
        """Return the order as it ended: there is nothing left to cancel."""
        return self.get_by_client_id(client_order_id)

    def _state(self) -> AccountState:
        """Return the account settled at this broker's moment, opening it where there is none."""
        for _ in range(_ROUNDS):
            stored = self.store.load(self.account_id)
            if stored is None:
                wanted = AccountState(self.account_id, 1, self.opening_cash, {}, self.as_of)
            else:
                self._check_time(stored)
                wanted = settle(stored, self.actions, self.as_of)
            if wanted is stored or self.store.commit(wanted, None):
                return wanted
        raise self._busy()

    def _check_time(self, stored: AccountState) -> None:
        if stored.settled_through > self.as_of:
            raise RefusedError(
                f"simulated account {self.account_id} has already lived to {iso(stored.settled_through)}",
                "Trade at a later --as-of, or with another account.",
            )

    def _quote(self, ticker: str) -> Decimal:
        if ticker not in self.quotes:
            raise InputMissingError(f"no price for {ticker}, which the account holds", "Run `p3 fetch-prices`.")
        return self.quotes[ticker]

    def _busy(self) -> BusyError:
        return BusyError(f"simulated account {self.account_id} is being traded by another process", "Try again.")
