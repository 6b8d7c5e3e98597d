import pytest

from p3.sec.net.breaker import Breaker, CircuitOpenError


def test_failures_in_a_row_open_it() -> None:
    breaker = Breaker(failures=3)
    for _ in range(3):
        breaker.admit()
        breaker.failed()
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


def test_an_answer_to_a_request_that_was_on_its_way_closes_it() -> None:
    breaker = Breaker(failures=1)
    breaker.failed()
    breaker.succeeded()
    breaker.admit()
