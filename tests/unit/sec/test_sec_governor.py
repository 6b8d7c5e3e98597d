import threading

import pytest

from p3.errors import ConfigurationError
from p3.sec.governor import SlidingWindow


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def sent(rate: float, count: int) -> list[float]:
    clock = Clock()
    window = SlidingWindow(rate, clock.now, clock.sleep)
    times = []
    for _ in range(count):
        window.wait()
        times.append(clock.time)
    return times


@pytest.mark.parametrize("rate", [1, 2, 8, 9.5, 10])
def test_no_sliding_second_holds_more_than_the_rate(rate: float) -> None:
    times = sent(rate, 45)
    for first in times:
        assert sum(first <= time < first + 1 - 1e-9 for time in times) <= rate


def test_a_rate_below_one_spaces_requests() -> None:
    times = sent(0.5, 4)
    assert [time - times[0] for time in times] == pytest.approx([0, 2, 4, 6])


def test_requests_leave_evenly_spaced_and_the_first_at_once() -> None:
    assert sent(8, 5) == pytest.approx([100.0, 100.125, 100.25, 100.375, 100.5])


def test_time_that_passed_unused_earns_no_burst() -> None:
    clock = Clock()
    window = SlidingWindow(10, clock.now, clock.sleep)
    window.wait()
    clock.time += 60
    times = []
    for _ in range(3):
        window.wait()
        times.append(clock.time)
    assert times == pytest.approx([160.0, 160.1, 160.2])


@pytest.mark.parametrize("rate", [0, -1, 10.1, float("nan"), float("inf")])
def test_rates_beyond_what_edgar_allows_are_refused(rate: float) -> None:
    with pytest.raises(ConfigurationError):
        SlidingWindow(rate)


def test_threads_share_one_window() -> None:
    clock = Clock()
    window = SlidingWindow(5, clock.now, clock.sleep)
    threads = [threading.Thread(target=lambda: [window.wait() for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.time - 100.0 == pytest.approx(39 / 5)
