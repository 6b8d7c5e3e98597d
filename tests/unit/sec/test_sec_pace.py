"""The pace as pure decisions, over hand-made times and drawn ones."""

import heapq
import math
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p3.sec.net import pace
from p3.sec.net.pace import Freeze, Pace

NOW = 1_700_000_000.0
EIGHT = pace.interval(8)


@dataclass(frozen=True)
class Journey:
    """A request: asked for at a time, ``late`` for its slot; seconds until EDGAR has it and until its answer begins.

    Without an answer its process was killed.
    """

    asked: float
    late: float = 0.0
    arrival: float = 0.0
    answer: float | None = 0.0


@dataclass(order=True)
class Event:
    at: float
    number: int
    what: str = field(compare=False)
    left_at: float = field(compare=False, default=0.0)


class World:
    """Requests under one pace; a clock that ``set_back`` moves, which the requests go by and EDGAR does not."""

    def __init__(self, rate: float, journeys: list[Journey], set_back: dict[float, float] | None = None) -> None:
        self.left: list[float] = []
        self.arrived: list[float] = []
        self._spacing = pace.interval(rate)
        self._journeys = journeys
        self._set_back = set_back or {}
        self._data = b""
        self._events = [Event(journey.asked, number, "ask") for number, journey in enumerate(journeys)]
        heapq.heapify(self._events)
        while self._events:
            event = heapq.heappop(self._events)
            {"ask": self._ask, "leave": self._leave, "answer": self._answer}[event.what](event)

    def _now(self, at: float) -> float:
        return NOW + at - sum(seconds for moment, seconds in self._set_back.items() if moment <= at)

    def _read(self, now: float) -> Pace:
        return pace.settled(pace.decode(self._data, now), now, self._spacing)

    def _later(self, event: Event, seconds: float, what: str, left_at: float = 0.0) -> None:
        at = max(event.at + seconds, math.nextafter(event.at, math.inf) if seconds else 0.0)
        heapq.heappush(self._events, Event(at, event.number, what, left_at))

    def _ask(self, event: Event) -> None:
        now = self._now(event.at)
        state, delay = pace.reserve(self._read(now), now, self._spacing)
        self._data = pace.encode(state)
        self._later(event, delay + self._journeys[event.number].late, "leave")

    def _leave(self, event: Event) -> None:
        now = self._now(event.at)
        state, hold = pace.depart(self._read(now), now)
        self._data = pace.encode(state)
        if hold:
            return self._later(event, max(hold, 1e-6), "leave")  # as sleep does, at the least
        journey = self._journeys[event.number]
        self.left.append(event.at)
        self.arrived.append(event.at + journey.arrival)
        if journey.answer is not None:
            self._later(event, max(journey.arrival, journey.answer), "answer", now)
        return None

    def _answer(self, event: Event) -> None:
        now = self._now(event.at)
        self._data = pace.encode(pace.answered(self._read(now), now, event.left_at))


def in_one_second(times: list[float]) -> int:
    return max(sum(first <= time < first + 1 for time in times) for first in times)


def rate_of(times: list[float]) -> float:
    return (len(times) - 1) / (max(times) - min(times))


def test_requests_leave_evenly_spaced_and_the_first_at_once() -> None:
    assert World(8, [Journey(0)] * 5).left == pytest.approx([0, 0.125, 0.25, 0.375, 0.5])


def test_a_rate_below_one_spaces_requests() -> None:
    assert World(0.5, [Journey(0)] * 3).left == pytest.approx([0, 2, 4])


def test_time_that_passed_unused_earns_no_burst() -> None:
    left = World(8, [Journey(0), Journey(60), Journey(60), Journey(60)]).left
    assert left == pytest.approx([0, 60, 60.125, 60.25])


@pytest.mark.parametrize(("rate", "answer"), [(8, 0.0), (8, 0.2), (10, 0.0), (10, 0.035)])
def test_answers_of_usual_speed_cost_no_pace(rate: float, answer: float) -> None:
    assert rate_of(World(rate, [Journey(0, answer=answer)] * 200).left) > 0.95 * rate


def test_the_highest_rate_leaves_room_for_the_way() -> None:
    assert rate_of(World(10, [Journey(0)] * 97).left) == pytest.approx(9.6)


def test_an_edgar_that_is_slow_to_answer_is_asked_less_often() -> None:
    assert rate_of(World(10, [Journey(0, answer=1.0)] * 200).left) == pytest.approx(10 / (1.005 + 1.0), rel=0.05)
    assert rate_of(World(10, [Journey(0, answer=30.0)] * 200).left) == pytest.approx(10 / (1.005 + 2.0), rel=0.05)


def test_a_stalled_answer_in_twenty_holds_nobody_up() -> None:
    journeys = [Journey(0, answer=30.0 if number % 20 == 0 else 0.01) for number in range(400)]
    assert rate_of(World(8, journeys).left) > 0.95 * 8


def test_what_a_killed_process_had_on_its_way_counts_for_three_seconds() -> None:
    killed = [Journey(0, late=2.0 - number / 8, answer=None) for number in range(10)]  # ten at once
    left = World(8, [*killed, Journey(2.5)]).left
    assert left == pytest.approx([2.0] * 10 + [2.0 + pace.TRANSIT + 1.005])


def test_late_departures_do_not_bunch_up_with_those_behind_them() -> None:
    world = World(10, [Journey(0, late=0.4)] * 10 + [Journey(0)] * 30)  # the first ten had to open their connections
    assert in_one_second(world.arrived) <= 10
    assert len(world.arrived) == 40


def test_delays_on_the_way_bring_no_eleventh_into_a_second() -> None:
    """The first of eleven arrives with the last: evenly spaced, they would be within one second at the server."""
    held_up = [Journey(0, arrival=0.3 if number % 11 == 0 else 0.0) for number in range(60)]
    assert in_one_second(World(10, held_up).arrived) <= 10


seconds = st.just(0.0) | st.sampled_from([0.1, 0.3, 1.0, pace.TRANSIT]) | st.floats(0, pace.TRANSIT)
journeys = st.builds(
    Journey,
    st.just(0.0) | st.floats(0, 3),
    st.just(0.0) | st.floats(0, 3),
    seconds,
    st.none() | seconds | st.floats(0, 30),
)


@given(
    st.sampled_from([10.0, 8.0]) | st.floats(0.5, 10),
    st.lists(journeys, min_size=15, max_size=60),
    st.dictionaries(st.floats(0, 20), st.floats(0, 5), max_size=2),
)
@settings(max_examples=300, deadline=None)
def test_no_sliding_second_at_edgar_holds_more_than_it_allows(
    rate: float, requests: list[Journey], set_back: dict[float, float]
) -> None:
    """Whatever holds requests up before they leave and on their way, whoever is killed, if the clock is set back."""
    world = World(rate, requests, set_back)
    assert len(world.arrived) == len(requests)
    assert in_one_second(world.arrived) <= pace.LIMIT


def test_a_freeze_stands_until_its_end() -> None:
    state = pace.freeze(Pace(), NOW, NOW - 0.1, 600)
    assert state.freeze == Freeze(NOW, NOW + 600)
    assert pace.standing(state, NOW + 599) == (state.freeze, 1)
    assert pace.standing(state, NOW + 600) is None
    assert pace.depart(state, NOW + 10) == (state, 590)


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
    assert state.reached == (NOW + pace.TRANSIT,) * 10  # they count as having left just now
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
        b"{", b"null", b"[]", b"7", b"\x00" * 512, b"\xff\xfe", b'{"next_slot": "soon", "reached": [], "freeze": null}',
        b'{"next_slot": NaN, "reached": [], "freeze": null}', b'{"next_slot": 1, "reached": 3, "freeze": null}',
        b'{"next_slot": 1, "reached": [], "freeze": [1, 2]}',
        b'{"next_slot": 1, "reached": [], "freeze": [1, 999999, false]}',
        b'{"next_slot": 1e999, "reached": [], "freeze": null}', b"[" * 512,
    ],
)  # fmt: skip
def test_a_damaged_state_lets_nobody_leave_until_those_on_their_way_have_arrived(data: bytes) -> None:
    state = pace.decode(data, NOW)
    assert pace.depart(state, NOW)[1] > 0
    assert pace.depart(state, NOW + pace.TRANSIT + 1)[1] > 0
    assert pace.depart(state, NOW + pace.TRANSIT + 1.01)[1] == 0


@given(st.binary(min_size=1, max_size=600))
def test_any_bytes_are_read_as_a_state(data: bytes) -> None:
    assert isinstance(pace.decode(data, NOW), Pace)


def test_no_state_is_the_first_one() -> None:
    assert pace.decode(b"", NOW) == Pace()
