"""Each error has its exit code, one that no other has."""

import pytest

from p3 import errors
from p3.errors import ExitCode, P3Error

CODES = {
    errors.UsageError: 2,
    errors.ConfigurationError: 3,
    errors.InputMissingError: 4,
    errors.UpstreamError: 5,
    errors.BusyError: 6,
    errors.DataError: 7,
    errors.RefusedError: 8,
}


@pytest.mark.parametrize(("kind", "code"), CODES.items())
def test_the_exit_code_is_the_documented_one(kind: type[P3Error], code: int) -> None:
    error = kind("what is wrong", "what to do")
    assert (int(error.exit_code), error.message, error.remedy, str(error)) == (
        code,
        "what is wrong",
        "what to do",
        "what is wrong",
    )


def test_no_error_is_left_out() -> None:
    found = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, P3Error)}
    assert found - {P3Error} == set(CODES)


def test_codes_that_cron_and_shells_know() -> None:
    assert {code.name: int(code) for code in ExitCode if code not in CODES.values()} == {
        "DONE": 0,
        "PARTIAL": 1,
        "BUG": 70,
        "INTERRUPTED": 130,
    }
