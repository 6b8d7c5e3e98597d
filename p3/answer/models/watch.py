"""Background health checks: a thread that lives as long as the block that started it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from p3.answer.models.pool import Member, Pool
from p3.errors import P3Error

_SHORTEST = 0.05  # seconds between two rounds


@contextmanager
def watched(pool: Pool, probe_timeout: float) -> Iterator[None]:
    """Look at the servers of ``pool`` whenever one is due; the thread ends with the block."""
    if pool.next_look() is None:
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_run, args=(pool, probe_timeout, ended), name="p3-models-health", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        pool.changed.set()
        thread.join(probe_timeout)  # a look under way has no longer than that


def _run(pool: Pool, probe_timeout: float, ended: threading.Event) -> None:
    while not ended.is_set():
        pool.changed.wait(max(pool.next_look() or 0.0, _SHORTEST))
        pool.changed.clear()
        for member in pool.due():
            if not ended.is_set():
                look(pool, member, probe_timeout)


def look(pool: Pool, member: Member, timeout: float) -> None:
    """Ask one backend for a sign of life, and note what came."""
    try:
        member.backend.probe(timeout)
    except P3Error as error:
        pool.failed(member, error.message)
    else:
        pool.answered(member)
