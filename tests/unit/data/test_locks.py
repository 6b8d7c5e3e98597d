"""The lock: one writer, named; gone with its process."""

import errno
import os
import signal
from pathlib import Path

import pytest
from processes import start

from p3.data import locks
from p3.errors import BusyError, ConfigurationError

HOLDER = """
from pathlib import Path
from p3.data import locks
sys.argv = ["/usr/bin/p3", "e2e", "m7"]
with locks.held(Path({path!r}), "facts"):
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "facts.lock"


def test_it_is_free_again_after_the_block(path: Path) -> None:
    for _ in range(2):
        with locks.held(path, "facts"):
            pass


def test_it_is_free_again_after_an_error(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locks.held(path, "facts"):
        raise ZeroDivisionError
    with locks.held(path, "facts"):
        pass


def test_another_process_is_named_and_its_death_frees_the_lock(path: Path) -> None:
    holder = start(HOLDER.format(path=str(path)))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    with pytest.raises(BusyError) as caught, locks.held(path, "facts"):
        pass
    assert caught.value.message == f"facts is being written by process {holder.pid} (`p3 e2e m7`)"
    holder.send_signal(signal.SIGKILL)
    holder.communicate(timeout=10)
    with locks.held(path, "facts"):
        pass


@pytest.mark.parametrize("content", ["", "no json", "{}", "[1]", "7"])
def test_a_holder_that_has_not_signed_yet(path: Path, content: str) -> None:
    with locks.held(path, "facts"):
        path.write_text(content)
        with pytest.raises(BusyError, match="by another process"), locks.held(path, "facts"):
            pass


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot write"), locks.held(tmp_path / "missing" / "lock", "facts"):
        pass


def test_a_full_disk_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(ConfigurationError, match="No space left"), locks.held(path, "facts"):
        pass
    monkeypatch.undo()
    with locks.held(path, "facts"):
        pass
