"""Work on several items at once."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_turn(items: Iterable[T], call: Callable[[T], R], threads: int) -> Generator[R, None, None]:
    """Yield what ``call`` makes of each item as it ends: one after another, or up to ``threads`` of them at once.

    An item is begun only when an earlier result was taken, so that at most ``threads`` results wait. What ``call``
    raises is raised here. Closing the iterator begins nothing more, and does not wait for what is under way.
    """
    if threads <= 1:
        yield from map(call, items)
        return
    pool, waiting = ThreadPoolExecutor(threads), iter(items)
    try:
        running = {pool.submit(call, item) for item in islice(waiting, threads)}
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                yield future.result()
            running |= {pool.submit(call, item) for item in islice(waiting, len(ended))}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
