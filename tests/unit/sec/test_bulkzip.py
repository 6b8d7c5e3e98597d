"""Archives as the standard library writes them, and as a hostile or broken server might."""

import io
import os
import random
import struct
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from p3.errors import DataError
from p3.sec.lists import bulkzip
from p3.sec.lists.bulkzip import Archive

MEMBERS = {"a.json": b'{"a": 1}', "b.json": bytes(range(256)) * 300, "empty.json": b"", "dir/ü.json": b"x" * 100_000}


def packed(members: dict[str, bytes] = MEMBERS, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", method) as archive:
        archive.comment = comment
        for name, content in members.items():
            archive.writestr(name, content)
    return body.getvalue()


def opened(body: bytes) -> Archive:
    return Archive(io.BytesIO(body), "test.zip")


def entry_at(body: bytes, name: str) -> int:
    """Return where the directory's entry of a member begins."""
    return body.rindex(name.encode()) - 46


def changed(body: bytes, at: int, layout: str, *values: int) -> bytes:
    new = struct.pack(layout, *values)
    return body[:at] + new + body[at + len(new) :]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("comment", [b"", b"c" * 0xFFFF])
def test_each_member_comes_back(method: int, comment: bytes) -> None:
    archive = opened(packed(MEMBERS, method, comment))
    assert set(archive.names) == set(MEMBERS)
    assert {name: archive.read(name) for name in MEMBERS} == MEMBERS
    assert archive.read("c.json") is None


def test_an_archive_without_members_has_none() -> None:
    assert not opened(packed({})).names


def test_more_members_than_the_old_format_counts() -> None:
    members = {f"CIK{number:010d}.json": str(number).encode() for number in range(70_000)}
    archive = opened(packed(members, zipfile.ZIP_STORED))
    assert len(archive.names) == len(members)
    assert archive.read("CIK0000069999.json") == b"69999"


def test_sizes_and_places_that_take_64_bits() -> None:
    body = io.BytesIO()
    with (
        zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.json", "w", force_zip64=True) as a,
    ):
        a.write(b"wide")
    whole = body.getvalue()
    at = entry_at(whole, "a.json")
    extra = struct.pack("<2H2Q", 1, 16, 4, 6)  # size and packed size, as archives above 4 GB have them
    entry = changed(whole[at : at + 46], 20, "<2L2H", 0xFFFFFFFF, 0xFFFFFFFF, 6, len(extra)) + b"a.json" + extra
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), at, 0)
    assert opened(whole[:at] + entry + end).read("a.json") == b"wide"


def test_the_directory_of_an_archive_above_4_gb(tmp_path: Path) -> None:
    """The file is sparse: its members begin behind 5 GB of nothing."""
    path = tmp_path / "wide.zip"
    with path.open("wb") as file:
        file.seek(5 * 1024**3)
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr("a.json", b"far")
    with path.open("rb") as file:
        assert Archive(file, "wide.zip").read("a.json") == b"far"


def test_several_threads_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    members = {f"{number}.json": os.urandom(3000) for number in range(200)}
    path.write_bytes(packed(members))
    archive = Archive(path.open("rb"), "many.zip")
    with ThreadPoolExecutor(8) as pool:
        contents = list(pool.map(archive.read, list(members) * 3))
    archive.close()
    assert contents == list(members.values()) * 3


@pytest.mark.parametrize(
    ("offset", "layout", "values"),
    [
        (8, "<H", [1]),
        (10, "<H", [99]),
        (16, "<L", [7]),
        (20, "<L", [1]),
        (20, "<L", [0x7FFFFFFF]),
        (24, "<L", [5]),
        (24, "<L", [9]),
        (20, "<2L", [257 << 20, 257 << 20]),
        (24, "<L", [0xFFFFFFFF]),
        (42, "<L", [3]),
        (42, "<L", [0x7FFFFFFF]),
    ],
    ids=["encrypted", "method", "checksum", "packed", "beyond", "less", "more", "large", "no 64", "place", "outside"],
)
def test_a_damaged_member_is_named_and_costs_only_itself(offset: int, layout: str, values: list[int]) -> None:
    body = packed()
    archive = opened(changed(body, entry_at(body, "a.json") + offset, layout, *values))
    with pytest.raises(DataError, match=r"'a\.json' in test\.zip"):
        archive.read("a.json")
    assert archive.read("b.json") == MEMBERS["b.json"]


def test_a_member_that_inflates_beyond_what_it_declares_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    body = packed({"bomb.json": bytes(50_000_000)})
    archive = opened(changed(body, entry_at(body, "bomb.json") + 24, "<L", 1000))
    inflated = bulkzip._inflated
    sizes = []

    def watched(content: bytes, size: int) -> bytes:
        out = inflated(content, size)
        sizes.append(len(out))
        return out

    monkeypatch.setattr(bulkzip, "_inflated", watched)
    with pytest.raises(DataError, match=r"bomb\.json"):
        archive.read("bomb.json")
    assert sizes == [1001]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", packed()[:-30], b"PK\x05\x06", packed()[-22:], packed()[:100] + packed()[-22:]],
    ids=["empty", "page", "cut", "mark", "only the end", "middle gone"],
)
def test_what_is_no_whole_archive_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(DataError, match=r"test\.zip is not a whole ZIP archive"):
        opened(body)


def test_no_damage_is_more_than_a_data_error() -> None:
    """Any bytes anywhere: what is read is right, or the archive or the member is refused."""
    body, dice = packed(), random.Random(7)
    for _ in range(3000):
        broken = bytearray(body)
        for _ in range(dice.randint(1, 4)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        try:
            archive = opened(bytes(broken))
        except DataError:
            continue
        for name in archive.names:
            try:
                content = archive.read(name)
            except DataError:
                continue
            assert content in MEMBERS.values()
