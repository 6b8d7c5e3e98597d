"""What must hold before an order leaves: each gate raises RefusedError and nothing has been sent."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from p3 import clock
from p3.errors import RefusedError
from p3.trading.broker import Account, Broker
from p3.trading.lifecycle import OrderRecord, OrderStatus
from p3.trading.orders import Order, Plan


def check(broker: Broker, account: Account, own: Collection[str], others: Sequence[OrderRecord]) -> None:
    """Raise RefusedError unless orders may be sent now.

    ``own`` are the client order ids of the decision at hand, ``others`` the unfinished records of earlier decisions.
    A portfolio that still has orders under way cannot be compared with targets: what is missing may already have been
    bought.
    """
    if account.blocked:
        raise RefusedError(f"account {account.account_id} may not trade: {account.blocked}", "Ask the broker.")
    _check_unfinished([record for record in others if record.status is not OrderStatus.PLANNED])
    foreign = {key: ticker for key, ticker in broker.open_orders().items() if key not in own}
    if foreign:
        raise RefusedError(
            f"{len(foreign)} other orders are open at the broker: {', '.join(sorted(foreign.values()))}",
            "Wait until they are filled or cancel them, then run the command again.",
        )
    if not broker.is_open():
        raise RefusedError("the market is closed", "Run the command again during the regular session.")


def check_fresh(plan: Plan, now: datetime) -> None:
    """Raise RefusedError where the plan has expired: its prices and positions are no longer those it was made for."""
    if now > plan.expires:
        raise RefusedError(
            f"the plan of decision {plan.decision_id} expired at {clock.iso(plan.expires)}",
            "Make a new decision.",
        )


def check_positions(broker: Broker, unsent: Sequence[Order]) -> None:
    """Raise RefusedError where a position is not the one that its order, never sent yet, was sized for.

    An order that was open while the plan was made and is filled since would else be bought a second time. Ask after
    the open orders: where none is open and the positions agree, nothing can move them but a hand.
    """
    positions = broker.positions()
    moved = [order.ticker for order in unsent if positions.get(order.ticker, Decimal(0)) != order.held]
    if moved:
        raise RefusedError(
            f"positions in {', '.join(moved)} have changed since the plan was made", "Make a new decision."
        )


def _check_unfinished(records: Sequence[OrderRecord]) -> None:
    if records:
        first = records[0]
        raise RefusedError(
            f"decision {first.decision_id} is unfinished: {first.order.side} {first.order.quantity} "
            f"{first.order.ticker} is {first.status}",
            "Run that decision again to finish it, or cancel its orders.",
        )
