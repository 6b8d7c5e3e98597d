"""Members of a ZIP archive of any size, each read straight from the archive, nothing unpacked to disk.

The standard library's ``zipfile`` makes an object of 600 bytes for each member, which is more than half a gigabyte for
the almost one million members of EDGAR's submissions.zip; here a member costs its name and a number. The format is
PKWARE's APPNOTE 6.3.10: end records (4.3.14 to 4.3.16), directory (4.3.12), members (4.3.7), 64-bit sizes (4.5.3).
"""

import os
import struct
import threading
import zlib
from collections.abc import Iterator, KeysView
from typing import Any, BinaryIO, NamedTuple

from p3.errors import DataError

_LARGEST_MEMBER = 256 * 1024 * 1024
_LARGEST_DIRECTORY = 128 * 1024 * 1024  # twice that of a million members
_LONGEST_COMMENT = 0xFFFF
_END = struct.Struct("<4s4H2LH")
_WIDE_END = struct.Struct("<4sQ2H2L4Q")
_WIDE_END_AT = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_HEADER = struct.Struct("<4s5H3L2H")
_EXTRA = struct.Struct("<2H")
_WIDE = struct.Struct("<Q")
_WIDE_EXTRA = 1
_IS_WIDE = 0xFFFFFFFF  # of a 32-bit field: the value stands among the entry's extras, in 64 bits
_ENCRYPTED = 1
_STORED, _DEFLATED = 0, 8
_NO_WRAPPER = -15  # zlib's window bits for a bare stream
_REMEDY = "Fetch it again."


class _DamageError(Exception):
    """What is wrong with an archive or a member, in words."""


class _Entry(NamedTuple):
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class Archive:
    """A ZIP archive over a seekable ``file``, which it owns, called ``name`` in errors; usable from several threads.

    Raises DataError where it is no ZIP archive, or its directory is damaged or above 128 MB.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._turn = threading.Lock()
        self._size = file.seek(0, os.SEEK_END)
        try:
            self._places = dict(self._directory())
        except (_DamageError, struct.error) as damage:
            file.close()
            raise DataError(f"{name} is not a whole ZIP archive: {damage}", _REMEDY) from None

    @property
    def names(self) -> KeysView[str]:
        """The members' names."""
        return self._places.keys()

    def read(self, name: str) -> bytes | None:
        """Return a member's content, None where there is none of that name.

        Raises DataError naming the member where it is damaged, encrypted or above 256 MB; others stay readable.
        """
        place = self._places.get(name)
        if place is None:
            return None
        try:
            return self._content(self._entry(place))
        except (_DamageError, struct.error, zlib.error) as damage:
            raise DataError(f"{name!r} in {self._name} is damaged: {damage}", _REMEDY) from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _directory(self) -> Iterator[tuple[str, int]]:
        """Yield each member's name and where its entry of the directory lies in the file."""
        start, length = self._directory_place()
        if length > _LARGEST_DIRECTORY:
            raise _DamageError(f"a directory of {length} bytes")
        directory, at = self._bytes(start, length), 0
        while at < length:
            fields = _fields(_ENTRY, b"PK\x01\x02", directory, at)
            name_at = at + _ENTRY.size
            name = directory[name_at : name_at + fields[10]]
            yield name.decode("utf-8", "replace"), start + at
            at = name_at + sum(fields[10:13])

    def _directory_place(self) -> tuple[int, int]:
        tail_at = max(0, self._size - _END.size - _LONGEST_COMMENT)
        tail = self._bytes(tail_at, self._size - tail_at)
        end_at = tail.rfind(b"PK\x05\x06")
        if end_at < 0:
            raise _DamageError("it has no end")
        *_, length, start, _ = _fields(_END, b"PK\x05\x06", tail, end_at)
        if _IS_WIDE not in (length, start):
            return start, length
        locator = self._bytes(tail_at + end_at - _WIDE_END_AT.size, _WIDE_END_AT.size)
        _, _, wide_at, _ = _fields(_WIDE_END_AT, b"PK\x06\x07", locator)
        *_, length, start = _fields(_WIDE_END, b"PK\x06\x06", self._bytes(wide_at, _WIDE_END.size))
        return start, length

    def _entry(self, place: int) -> _Entry:
        fields = _fields(_ENTRY, b"PK\x01\x02", self._bytes(place, _ENTRY.size))
        extras = self._bytes(place + _ENTRY.size + fields[10], fields[11])
        size, packed, offset = _widened((fields[9], fields[8], fields[16]), extras)
        if fields[3] & _ENCRYPTED or fields[4] not in (_STORED, _DEFLATED):
            raise _DamageError("encrypted, or packed in an unknown way")
        if max(size, packed) > _LARGEST_MEMBER:
            raise _DamageError(f"{max(size, packed)} bytes, above {_LARGEST_MEMBER}")
        return _Entry(fields[4], fields[7], packed, size, offset)

    def _content(self, entry: _Entry) -> bytes:
        fields = _fields(_HEADER, b"PK\x03\x04", self._bytes(entry.offset, _HEADER.size))
        packed = self._bytes(entry.offset + _HEADER.size + fields[9] + fields[10], entry.packed)
        content = packed if entry.method == _STORED else _inflated(packed, entry.size)
        if len(content) != entry.size or zlib.crc32(content) != entry.crc:
            raise _DamageError("its size or its checksum is wrong")
        return content

    def _bytes(self, start: int, length: int) -> bytes:
        """Return a stretch of the file, which it must hold whole."""
        if start < 0 or start + length > self._size:
            raise _DamageError("it stops short")
        with self._turn:
            self._file.seek(start)
            return self._file.read(length)


def _fields(layout: struct.Struct, mark: bytes, data: bytes, at: int = 0) -> tuple[Any, ...]:
    fields = layout.unpack_from(data, at)
    if fields[0] != mark:
        raise _DamageError(f"no {mark!r} where it should be")
    return fields


def _widened(values: tuple[int, ...], extras: bytes) -> list[int]:
    """Return ``values`` with those that are too large for 32 bits replaced from the extras, in the order of APPNOTE."""
    wide, at = b"", 0
    while at + _EXTRA.size <= len(extras):
        kind, length = _EXTRA.unpack_from(extras, at)
        at += _EXTRA.size + length
        if kind == _WIDE_EXTRA:
            wide = extras[at - length : at]
    places = iter(range(0, len(wide), _WIDE.size))
    return [_WIDE.unpack_from(wide, next(places, len(wide)))[0] if value == _IS_WIDE else value for value in values]


def _inflated(packed: bytes, size: int) -> bytes:
    """Return at most one byte more than ``size``, whatever ``packed`` would inflate to."""
    return zlib.decompressobj(_NO_WRAPPER).decompress(packed, size + 1)
