"""`p3 env-status`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(session: "Session") -> "Result":
    """Show each setting and where it came from, what works here, and what to do about the rest."""
    from p3.tasks.env_status import env_status

    return env_status(session)
