"""What ``execute`` needs of a broker, simulated or real."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from p3.errors import UpstreamError
from p3.trading.lifecycle import BrokerOrder
from p3.trading.orders import Order


class Mode(StrEnum):
    """Whose money moves."""

    SIMULATED = "simulated"
    PAPER = "paper"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Account:
    """An account in US dollars. ``blocked`` says why it may not trade; empty where it may."""

    account_id: str
    mode: Mode
    cash: Decimal
    equity: Decimal
    blocked: str = ""


class InDoubtError(UpstreamError):
    """The broker may or may not have taken what was sent: ask it by client order id before anything else."""


class Broker(Protocol):
    """An account at a broker. Every call may raise UpstreamError; none sends the same request twice by itself."""

    def account(self) -> Account:
        """Return the account as it stands."""

    def positions(self) -> dict[str, Decimal]:
        """Return shares held by ticker; negative where sold short."""

    def is_open(self) -> bool:
        """Return whether orders are carried out now."""

    def open_orders(self) -> dict[str, str]:
        """Return the ticker by client order id of every order that is not final, whoever placed it."""

    def submit(self, order: Order) -> BrokerOrder:
        """Send ``order`` once.

        A second one with the same client order id never trades: it gives the first, or InDoubtError. A definite
        refusal is returned, with status REJECTED and the broker's reason. Raises InDoubtError for everything between.
        """

    def get_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        """Return the order, or None where the broker answers clearly that it has none."""

    def cancel(self, client_order_id: str) -> BrokerOrder | None:
        """Ask for an order's cancellation and return its state afterwards; None where there is no such order."""
