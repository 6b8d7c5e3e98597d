"""The governor over its file: what threads and processes share, and what they say while they wait."""

import fcntl
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from p3 import clock
from p3.errors import ConfigurationError, UpstreamError
from p3.sec.net.governor import SharedWindow, remaining, spoken


class Clock:
    """Time that passes only while somebody sleeps, a microsecond at the least."""

    def __init__(self) -> None:
        self.time = datetime(2025, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=max(seconds, 1e-6))


def window(path: Path, clock: Clock, rate: float = 8, **options: object) -> SharedWindow:
    return SharedWindow(path, rate, now=clock.now, sleep=clock.sleep, **options)  # type: ignore[arg-type]


def send(governor: SharedWindow) -> None:
    governor.wait()
    governor.answered(governor.depart())


def test_windows_on_one_path_share_one_pace(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "p3" / "edgar.json"
    start, windows = clock.time, [window(path, clock) for _ in range(3)]
    for turn in range(17):
        send(windows[turn % 3])
    assert (clock.time - start).total_seconds() == pytest.approx(16 / 8)


def test_the_state_is_the_users_alone_and_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "state" / "p3" / "edgar.json"
    governor = window(path, Clock())
    for _ in range(30):
        send(governor)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size == 512


def test_threads_share_one_pace(tmp_path: Path) -> None:
    governor = SharedWindow(tmp_path / "pace", 10)
    left: list[datetime] = []

    def ask() -> None:
        for _ in range(2):
            send(governor)
            left.append(clock.now())

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left.sort()
    assert min((late - early).total_seconds() for early, late in zip(left, left[10:], strict=False)) > 1


@pytest.mark.parametrize("rate", [0, -1, 10.1, float("nan"), float("inf")])
def test_rates_beyond_what_edgar_allows_are_refused(rate: float, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        SharedWindow(tmp_path / "pace", rate)


def test_nobody_leaves_within_a_freeze_and_the_wait_is_told(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "pace"
    told: list[str] = []
    governor = window(path, clock, freeze_seconds=600, notify=told.append)
    send(governor)
    blocked_at = clock.time
    governor.freeze(blocked_at.timestamp(), None)
    send(window(path, clock))  # another process
    assert clock.time >= blocked_at + timedelta(seconds=600)
    clock.time = blocked_at + timedelta(seconds=20)
    send(governor)
    assert clock.time >= blocked_at + timedelta(seconds=600)
    assert told[0] == "EDGAR has blocked this address; 9 min 40 s left"
    assert told[-1] == "EDGAR has blocked this address; 1 s left"
    assert len(told) == 580


def test_the_server_says_how_long(tmp_path: Path) -> None:
    clock = Clock()
    governor, start = window(tmp_path / "pace", clock), clock.time
    governor.freeze(clock.time.timestamp(), 30.0)
    send(governor)
    assert (clock.time - start).total_seconds() == pytest.approx(30)


def test_requests_after_a_freeze_are_spaced_again(tmp_path: Path) -> None:
    clock = Clock()
    governor = window(tmp_path / "pace", clock)
    send(governor)
    governor.freeze(clock.time.timestamp(), 5.0)
    left = []
    for _ in range(3):
        send(governor)
        left.append(clock.time)
    assert (left[2] - left[0]).total_seconds() == pytest.approx(0.25)


def test_a_freeze_begun_while_a_request_waits_for_its_slot_holds_it(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "pace"
    other = window(path, clock)
    start = clock.time

    def sleep(seconds: float) -> None:
        if clock.time == start:
            other.freeze(clock.time.timestamp(), 60.0)
        clock.sleep(seconds)

    other.wait()
    SharedWindow(path, now=clock.now, sleep=sleep).wait()
    assert clock.time >= start + timedelta(seconds=60)


def test_a_freeze_begun_while_a_connection_opens_holds_the_request(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "pace"
    governor = window(path, clock)
    governor.wait()
    start = clock.time
    window(path, clock).freeze(start.timestamp(), 60.0)
    governor.depart()
    assert clock.time == start + timedelta(seconds=60)


def test_a_second_block_right_after_a_freeze_ends_every_wait(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "pace"
    governor = window(path, clock)
    governor.freeze(clock.time.timestamp(), None)
    send(governor)
    governor.freeze(clock.time.timestamp(), None)
    before = clock.time
    with pytest.raises(UpstreamError, match="again") as caught:
        window(path, clock).wait()
    assert clock.time == before
    assert "10 min 0 s" in caught.value.remedy


def test_what_is_left_of_a_freeze_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "pace"
    assert remaining(path) is None
    governor = SharedWindow(path, freeze_seconds=600)
    governor.wait()
    assert remaining(path) is None
    governor.freeze(clock.now().timestamp(), None)
    left = remaining(path)
    assert left is not None
    assert timedelta(seconds=590) < left <= timedelta(seconds=600)


@pytest.mark.parametrize("damage", [b"", b"{", b"\x00" * 512, b"x" * 10_000])
def test_a_torn_state_is_begun_anew(damage: bytes, tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "pace"
    path.write_bytes(damage)
    governor, left = window(path, clock, 10), []
    for _ in range(30):
        send(governor)
        left.append(clock.time)
    assert all((late - early).total_seconds() > 1 for early, late in zip(left, left[10:], strict=False))
    assert remaining(path) is None


def test_a_clock_set_back_stalls_nobody(tmp_path: Path) -> None:
    clock = Clock()
    governor = window(tmp_path / "pace", clock)
    for _ in range(3):
        send(governor)
    clock.time -= timedelta(days=1)
    start = clock.time
    send(governor)
    assert clock.time - start < timedelta(seconds=2)


def test_requests_that_have_no_answer_yet_make_others_wait(tmp_path: Path) -> None:
    clock = Clock()
    governor, start = window(tmp_path / "pace", clock, 10), clock.time
    left = [governor.depart() for _ in range(10)]
    clock.sleep(0.5)
    for left_at in left:
        governor.answered(left_at)
    governor.depart()
    assert (clock.time - start).total_seconds() == pytest.approx(1.505)


def test_closing_ends_a_wait_for_the_lock(tmp_path: Path) -> None:
    path, started = tmp_path / "pace", threading.Event()
    ended: list[BaseException] = []
    governor = SharedWindow(path)

    def ask() -> None:
        started.set()
        with pytest.raises(UpstreamError) as caught:
            governor.wait()
        ended.append(caught.value)

    with path.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        assert started.wait(10)
        governor.close()
        thread.join(10)
    assert len(ended) == 1


def test_closing_ends_the_waits_of_other_threads(tmp_path: Path) -> None:
    told = threading.Event()
    governor = SharedWindow(tmp_path / "pace", notify=lambda message: told.set())
    governor.freeze(clock.now().timestamp(), None)
    ended: list[BaseException] = []

    def ask() -> None:
        with pytest.raises(UpstreamError) as caught:
            governor.wait()
        ended.append(caught.value)

    thread = threading.Thread(target=ask)
    thread.start()
    assert told.wait(10)
    governor.close()
    thread.join(10)
    assert len(ended) == 1


def test_a_state_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=re.escape(str(tmp_path / "file" / "pace"))) as caught:
        SharedWindow(tmp_path / "file" / "pace").wait()
    assert caught.value.remedy


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (59, "59 s"), (60, "1 min 0 s"), (579.5, "9 min 40 s")])
def test_waits_are_said_as_people_say_them(seconds: float, text: str) -> None:
    assert spoken(seconds) == text
