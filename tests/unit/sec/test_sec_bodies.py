import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p3.errors import UpstreamError
from p3.sec.net import bodies
from p3.sec.net.bodies import PassingError


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4), st.integers(1, 50))
def test_a_stream_of_gzip_members_is_one_body(members: list[bytes], size: int) -> None:
    wire = b"".join(gzip.compress(member) for member in members)
    assert bodies.gunzipped(cut(wire, size)) == b"".join(members)


@given(st.binary(min_size=1, max_size=200), st.data())
def test_a_stream_that_stops_before_its_end_mark_is_noticed(body: bytes, data: st.DataObject) -> None:
    wire = gzip.compress(body)
    short = wire[: data.draw(st.integers(1, len(wire) - 1))]
    with pytest.raises(PassingError):
        bodies.gunzipped([short])


@pytest.mark.parametrize(
    "wire",
    [b"plain", gzip.compress(b"body") + b"tail", gzip.compress(b"body")[:-5] + b"12345"],
    ids=["no gzip", "a tail", "a wrong checksum"],
)
def test_damage_is_noticed(wire: bytes) -> None:
    with pytest.raises(PassingError, match="damaged"):
        bodies.gunzipped([wire])


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    bomb = gzip.compress(b"\0" * (8 * 1024 * 1024)) * 40  # 300 KB for 320 MB
    with pytest.raises(UpstreamError, match="above"):
        bodies.gunzipped([bomb])


def test_an_endless_body_is_refused() -> None:
    megabyte = b"\0" * (1024 * 1024)
    with pytest.raises(UpstreamError, match="above"):
        bodies.joined(megabyte for _ in range(10_000))


def test_no_bytes_are_no_body() -> None:
    assert bodies.gunzipped([]) == bodies.joined([]) == b""
