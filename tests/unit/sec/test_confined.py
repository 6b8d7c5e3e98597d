"""Readers in a process of their own: what they return, what they refuse, and what breaks them."""

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from p3.errors import DataError
from p3.sec.documents import confined

HERE = __name__


def measured(content: bytes) -> list[object]:
    return [len(content), sorted(os.environ), resource.getrlimit(resource.RLIMIT_CPU)[0]]


def refuses(content: bytes) -> None:
    raise DataError("it is bad", f"Mend {len(content)}.")


def crashes(content: bytes) -> None:
    os.abort()


def grows(content: bytes) -> None:
    bytearray(confined.MEMORY)


def turns(content: bytes) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (1, confined.SECONDS + 1))
    while True:
        pass


def writes(content: bytes) -> None:
    Path("written").write_bytes(content)


def call(function: Callable[[bytes], object], content: bytes = b"") -> Any:
    return confined.call(HERE, function.__name__, content)


def test_the_value_comes_back_and_no_secret_goes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P3_SECRET", "s3cret")
    size, names, seconds = call(measured, b"abc" * 1000)
    assert (size, seconds) == (3000, confined.SECONDS)
    assert "P3_SECRET" not in names


def test_an_error_of_the_reader_comes_back() -> None:
    with pytest.raises(DataError, match="it is bad") as caught:
        call(refuses, b"abcd")
    assert caught.value.remedy == "Mend 4."


@pytest.mark.parametrize("reader", [crashes, grows])
def test_a_reader_that_breaks_off_is_one_error(reader: Callable[[bytes], None]) -> None:
    with pytest.raises(DataError, match="broke off"):
        call(reader)


def test_a_reader_that_does_not_end_is_ended() -> None:
    with pytest.raises(DataError, match="seconds"):
        call(turns)


def test_a_reader_writes_nothing_and_a_bug_in_it_is_no_data_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError, match="OSError"):
        call(writes, b"x")
    assert not any(path.stat().st_size for path in tmp_path.iterdir())


def test_modules_of_the_folder_that_one_stands_in_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    assert call(measured)[0] == 0
