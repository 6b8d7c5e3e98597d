"""The pace as pure decisions, over hand-made times and drawn ones."""

import heapq

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p3.sec.net import pace
from p3.sec.net.pace import Freeze, Pace

NOW = 1_700_000_000.0
EIGHT = pace.interval(8)


def departures(rate: float, asked: list[float], late: list[float]) -> list[float]:
    """Return when requests leave that ask at ``asked`` and are so much ``late`` for their slots."""
    state, spacing, left = Pace(), pace.interval(rate), []
    events = [(moment, number, False) for number, moment in enumerate(asked)]
    heapq.heapify(events)
    while events:
        now, number, has_slot = heapq.heappop(events)
        if has_slot:
            state, hold = pace.depart(state, now, spacing)
            left += [] if hold else [now]
            delay = hold
        else:
            state, delay = pace.reserve(state, now, spacing)
            delay += late[number]
        if delay or not has_slot:
            heapq.heappush(events, (now + delay, number, True))
    return left


def in_one_second(times: list[float]) -> int:
    return max(sum(first <= time < first + 1 for time in times) for first in times)


def test_requests_leave_evenly_spaced_and_the_first_at_once() -> None:
    times = departures(8, [NOW] * 5, [0.0] * 5)
    assert [time - NOW for time in times] == pytest.approx([0, 0.125, 0.25, 0.375, 0.5])


def test_the_highest_rate_leaves_room_for_delays_on_the_way() -> None:
    times = departures(10, [NOW] * 97, [0.0] * 97)
    assert times[-1] - times[0] == pytest.approx(10)  # 9.6 a second
    assert in_one_second(times) == 10
    assert min(late - early for early, late in zip(times, times[10:], strict=False)) > 1.04


def test_a_rate_below_one_spaces_requests() -> None:
    assert [time - NOW for time in departures(0.5, [NOW] * 3, [0.0] * 3)] == pytest.approx([0, 2, 4])


def test_time_that_passed_unused_earns_no_burst() -> None:
    times = departures(8, [NOW, NOW + 60, NOW + 60, NOW + 60], [0.0] * 4)
    assert [time - NOW for time in times] == pytest.approx([0, 60, 60.125, 60.25])


def test_late_departures_do_not_bunch_up_with_those_behind_them() -> None:
    times = departures(10, [NOW] * 40, [0.4] * 10 + [0.0] * 30)  # the first ten had to open their connections
    assert in_one_second(times) <= 10
    assert len(times) == 40


@given(
    st.floats(0.5, 10),
    st.lists(st.tuples(st.floats(0, 20), st.one_of(st.just(0.0), st.floats(0, 3))), min_size=1, max_size=60),
)
@settings(max_examples=200, deadline=None)
def test_no_sliding_second_holds_more_than_edgar_allows(rate: float, requests: list[tuple[float, float]]) -> None:
    times = departures(rate, [NOW + asked for asked, _ in requests], [late for _, late in requests])
    assert len(times) == len(requests)
    assert in_one_second(times) <= pace.LIMIT


def test_a_freeze_stands_until_its_end() -> None:
    state = pace.freeze(Pace(), NOW, NOW - 0.1, 600)
    assert state.freeze == Freeze(NOW, NOW + 600)
    assert pace.standing(state, NOW + 599) == (state.freeze, 1)
    assert pace.standing(state, NOW + 600) is None
    assert pace.depart(state, NOW + 10, EIGHT) == (state, 590)


def test_one_block_is_one_freeze() -> None:
    state = pace.freeze(Pace(), NOW, NOW - 0.1, 600)
    assert pace.freeze(state, NOW + 0.2, NOW - 0.05, 600) == state  # another thread's request, in flight by then
    assert pace.freeze(state, NOW + 700, NOW - 0.05, 600) == state  # its answer came when the freeze was over


def test_a_block_right_after_a_freeze_is_told_from_a_new_one() -> None:
    state = pace.freeze(Pace(), NOW, NOW - 0.1, 600)
    again = pace.freeze(state, NOW + 600.5, NOW + 600.1, 600)
    assert again.freeze == Freeze(NOW + 600.5, NOW + 1200.5, again=True)
    later = pace.freeze(state, NOW + 5000, NOW + 4999, 600)
    assert later.freeze == Freeze(NOW + 5000, NOW + 5600)


@pytest.mark.parametrize(("asked", "kept"), [(5, 5), (0, 0), (-3, 0), (86400, 3600), (float("inf"), 3600)])
def test_nobody_freezes_for_more_than_an_hour(asked: float, kept: float) -> None:
    frozen = pace.freeze(Pace(), NOW, NOW, asked).freeze
    assert frozen is not None
    assert frozen.until - frozen.began == kept


def test_a_clock_set_back_stalls_nobody_for_long() -> None:
    hour = 3600.0
    ahead = Pace(NOW + hour, tuple(NOW + hour + each / 10 for each in range(10)), Freeze(NOW + hour, NOW + hour + 600))
    state = pace.settled(ahead, NOW, EIGHT)
    assert state.next_slot == pytest.approx(NOW + EIGHT)
    assert state.sent == (NOW,) * 10  # they count as sent just now: never faster than allowed
    assert state.freeze == Freeze(NOW, NOW + 600)


def test_a_queue_of_many_callers_is_believed() -> None:
    state = Pace(NOW + 50)
    assert pace.settled(state, NOW, EIGHT) == state


@given(
    st.builds(
        Pace,
        st.floats(0, 4e9),
        st.lists(st.floats(0, 4e9), max_size=10).map(tuple),
        st.none()
        | st.builds(
            lambda at, more, again: Freeze(at, at + more, again), st.floats(0, 4e9), st.floats(0, 3599), st.booleans()
        ),
    )
)
def test_the_state_survives_the_file(state: Pace) -> None:
    written = pace.encode(state)
    assert len(written) == pace.SIZE
    assert pace.decode(written, NOW) == state


@pytest.mark.parametrize(
    "data",
    [
        b"{", b"null", b"[]", b"7", b"\x00" * 512, b"\xff\xfe", b'{"next_slot": "soon", "sent": [], "freeze": null}',
        b'{"next_slot": NaN, "sent": [], "freeze": null}', b'{"next_slot": 1, "sent": 3, "freeze": null}',
        b'{"next_slot": 1, "sent": [], "freeze": [1, 2]}',
        b'{"next_slot": 1, "sent": [], "freeze": [1, 999999, false]}',
        b'{"next_slot": 1e999, "sent": [], "freeze": null}', b"[" * 512,
    ],
)  # fmt: skip
def test_a_damaged_state_lets_nobody_leave_within_the_second(data: bytes) -> None:
    _, delay = pace.reserve(pace.decode(data, NOW), NOW, EIGHT)
    assert 1 < delay < 2


@given(st.binary(min_size=1, max_size=600))
def test_any_bytes_are_read_as_a_state(data: bytes) -> None:
    assert isinstance(pace.decode(data, NOW), Pace)


def test_no_state_is_the_first_one() -> None:
    assert pace.decode(b"", NOW) == Pace()
