"""The order of stages, and the part of it that --from and --until name."""

import pytest
from fake_stages import World, derive, fetch

from p3.errors import UsageError
from p3.tasks import stages
from p3.workflow.registry import between, in_order
from p3.workflow.stage import Kind


def test_each_follows_what_it_reads() -> None:
    seen: set[str] = set()
    for stage in stages():
        assert seen.issuperset(stage.reads)
        seen.add(stage.name)


def test_what_is_read_comes_first_whatever_its_place() -> None:
    late = fetch(World(), place=9)
    assert [stage.name for stage in in_order([derive(), late])] == ["fetch", "derive"]


def test_builds_come_before_acts() -> None:
    act = fetch(World(), name="act", kind=Kind.ACT, place=0)
    assert [stage.name for stage in in_order([act, fetch(World())])] == ["fetch", "act"]


def test_a_circle_is_a_bug() -> None:
    with pytest.raises(ValueError, match="circle"):
        in_order([fetch(World(), reads=("derive",)), derive()])


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        (None, None, ["fetch", "derive"]),
        ("derive", None, ["derive"]),
        (None, "fetch", ["fetch"]),
        ("fetch", "fetch", ["fetch"]),
    ],
)
def test_a_span(first: str | None, last: str | None, names: list[str]) -> None:
    assert [stage.name for stage in between([fetch(World()), derive()], first, last)] == names


@pytest.mark.parametrize(
    ("first", "last", "says"), [("nosuch", None, "unknown stage 'nosuch'"), ("derive", "fetch", "comes after")]
)
def test_a_span_that_is_none(first: str, last: str | None, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        between([fetch(World()), derive()], first, last)
    assert "fetch" in caught.value.remedy
