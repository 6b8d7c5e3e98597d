"""What ``execute`` needs of a durable journal."""

from typing import Protocol

from p3.trading.lifecycle import OrderRecord
from p3.trading.orders import Plan


class Journal(Protocol):
    """Plans and the state of their orders. Every write is one transaction and is durable before the call returns."""

    def adopt(self, plan: Plan) -> Plan:
        """Store ``plan`` and a PLANNED record for each order (revision 0, ``updated`` at ``plan.created``).

        Returns the stored plan. Where the account already has a plan for this decision, nothing is stored and that
        earlier plan is returned, even if its orders differ and even if it has none.
        """

    def find_plan(self, account_id: str, decision_id: str) -> Plan | None:
        """Return the stored plan of a decision, or None."""

    def records(self, account_id: str, decision_id: str) -> list[OrderRecord]:
        """Return the records of a decision in its plan's order; empty where it has none."""

    def unfinished(self, account_id: str) -> list[OrderRecord]:
        """Return the records of every decision of the account whose status is not final, oldest plan first."""

    def record(self, after: OrderRecord) -> None:
        """Replace the stored record of (account_id, client_order_id) by ``after``.

        Raises BusyError, storing nothing, unless the stored revision is ``after.revision - 1``: another process got
        there first.
        """
