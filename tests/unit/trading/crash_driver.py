"""Executes plans in child processes and kills them, with SIGKILL, after the n-th call of journal, broker or store.

Reads one JSON job a line: {"ledger", "url" or null, "plan" (a pickle file), "kill_at"}. For each it forks, writes the
child's pid, and when the child has ended its wait status. Forking keeps the imports: a crash point costs milliseconds.
"""

import json
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import Any

import alpaca.trading.client  # noqa: F401  imported once, before the forks
from sqlite_ledger import SqliteLedger
from worlds import PACE, alpaca_broker, simulated_broker

from p3.trading.execute import execute


class Fuse:
    """Burns one step at each point and kills the process at the last."""

    def __init__(self, steps: int | None) -> None:
        self._left = steps

    def burn(self) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._left is not None:
            self._left -= 1


class Fused:
    """A journal, broker or store whose every call burns the fuse when it is done."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner, self._fuse = inner, fuse

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            result = getattr(self._inner, name)(*arguments)
            self._fuse.burn()
            return result

        return call


def carry_out(job: dict[str, Any]) -> None:
    fuse, ledger = Fuse(job["kill_at"]), SqliteLedger(Path(job["ledger"]))
    broker = alpaca_broker(job["url"]) if job["url"] else simulated_broker(Fused(ledger, fuse))
    plan = pickle.loads(Path(job["plan"]).read_bytes())
    execute(plan, Fused(broker, fuse), Fused(ledger, fuse), PACE)


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                carry_out(json.loads(line))
                os._exit(0)
            finally:
                os._exit(1)
        _tell(child)
        _tell(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
