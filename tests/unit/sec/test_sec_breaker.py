import pytest

from p3.sec.net.breaker import Breaker, CircuitOpenError


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(failures=3, cool_down=60, now=clock.now)
    for _ in range(3):
        breaker.admit()
        breaker.failed()
    return breaker


def test_failures_in_a_row_open_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    with pytest.raises(CircuitOpenError, match="3 times") as caught:
        breaker.admit()
    assert caught.value.exit_code == 5
    assert caught.value.remedy


def test_a_success_between_failures_keeps_it_closed() -> None:
    breaker = Breaker(failures=3)
    for _ in range(10):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
        breaker.admit()


def test_one_probe_is_let_through_after_the_cool_down() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.time += 60
    breaker.admit()
    with pytest.raises(CircuitOpenError):
        breaker.admit()


def test_a_probe_that_succeeds_closes_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.time += 60
    breaker.admit()
    breaker.succeeded()
    breaker.admit()
    breaker.admit()


def test_a_probe_that_fails_leaves_it_open_for_another_cool_down() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.time += 60
    breaker.admit()
    clock.time += 5
    breaker.failed()
    clock.time += 59
    with pytest.raises(CircuitOpenError):
        breaker.admit()
    clock.time += 1
    breaker.admit()


def test_a_probe_that_never_comes_back_is_followed_by_another() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.time += 60
    breaker.admit()
    clock.time += 60
    breaker.admit()
