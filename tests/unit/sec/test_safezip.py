"""Archives from strangers: sizes are found by inflating, names stay inside."""

import struct
import tracemalloc

import pytest
from document_files import zip_of_zeros, zipped

from p3.errors import DataError
from p3.sec.documents import safezip

MIB = 1 << 20


def test_members_of_a_sound_archive() -> None:
    assert safezip.members(zipped({"a.xml": b"x" * 1000, "b/c.xml": b""})) == {"a.xml", "b/c.xml"}


@pytest.mark.parametrize(("size", "declared"), [(60 * MIB, None), (60 * MIB, MIB), (60 * MIB, 50)])
def test_a_bomb_is_found_whatever_it_declares_and_without_holding_it(size: int, declared: int | None) -> None:
    content = zip_of_zeros("xl/workbook.xml", size, declared)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="bomb"):
            safezip.members(content)
        assert tracemalloc.get_traced_memory()[1] < 12 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_four_gigabytes_of_zeros_are_refused() -> None:
    with pytest.raises(DataError, match="bomb"):
        safezip.members(zip_of_zeros("xl/workbook.xml", 4095 * MIB))


def test_members_that_inflate_much_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safezip, "INFLATED", 5000)
    with pytest.raises(DataError, match="bomb"):
        safezip.members(zipped({str(number): b"x" * 1000 for number in range(6)}))
    assert len(safezip.members(zipped({str(number): b"x" * 1000 for number in range(5)}))) == 5


def test_a_size_that_is_not_true_is_refused() -> None:
    with pytest.raises(DataError):
        safezip.members(zip_of_zeros("a", 2 * MIB, MIB))


@pytest.mark.parametrize("name", ["../a", "b/../../a", "/etc/a", "..\\a", "\\a"])
def test_names_stay_inside(name: str) -> None:
    with pytest.raises(DataError, match="outside"):
        safezip.members(zipped({name: b"x"}))


def test_two_members_of_one_name_are_refused() -> None:
    content = zipped({"aa": b"1", "ab": b"2"}).replace(b"ab", b"aa")
    with pytest.raises(DataError, match="same name"):
        safezip.members(content)


def test_an_encrypted_member_is_refused() -> None:
    content = bytearray(zipped({"a": b"x" * 100}))
    at = content.index(b"PK\x01\x02") + 8
    content[at : at + 2] = struct.pack("<H", 1)
    with pytest.raises(DataError, match="encrypted"):
        safezip.members(bytes(content))


def test_damage_is_a_data_error() -> None:
    whole = zipped({"a": bytes(range(256)) * 40})
    for broken in (whole[:-10], whole[: len(whole) // 2], whole.replace(b"\x01\x02\x03", b"\x00\x00\x00", 1)[:-1]):
        with pytest.raises(DataError):
            safezip.members(broken)
