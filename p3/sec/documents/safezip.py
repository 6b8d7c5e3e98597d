"""Zip archives from strangers: what may be handed to a parser, found by really inflating it.

The sizes that an archive declares can lie, so each member is inflated in a stream, with bounds on what comes out.
"""

import io
import posixpath
import sys
import zipfile
import zlib
from collections.abc import Set as AbstractSet

from p3.errors import DataError

MEMBERS = 10_000
INFLATED = 512 << 20  # bytes, of all members together
RATIO = 200  # times its packed size that a member may inflate to, above SMALL
SMALL = 10 << 20  # bytes
_BLOCK = 1 << 20
_ENCRYPTED = 0x1  # flag bit of a member
_REMEDY = "If you trust it, open it in its own program and save it again."


def members(content: bytes) -> AbstractSet[str]:
    """Return the names of an archive's members, after inflating each; DataError where one is unsafe or damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            if len(infos) > MEMBERS:
                raise DataError(f"it has more than {MEMBERS:,} members", _REMEDY)
            _check_names(infos)
            _check_sizes(archive, infos)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as failure:
        raise DataError("the archive is cut off or damaged", "Fetch it again.") from failure
    return {info.filename for info in infos}


def _check_names(infos: list[zipfile.ZipInfo]) -> None:
    for info in infos:
        name = info.filename.replace("\\", "/")
        if posixpath.isabs(name) or ".." in name.split("/"):
            raise DataError("a member of the archive is named outside of it", _REMEDY)
        if info.flag_bits & _ENCRYPTED:
            raise DataError("the archive is encrypted", "Save it without a password.")
    if len({info.filename for info in infos}) < len(infos):
        raise DataError("two members of the archive have the same name", _REMEDY)


def _check_sizes(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> None:
    total = 0
    for info in infos:
        declared, info.file_size = info.file_size, sys.maxsize  # else the library stops where the archive declares
        bound = min(INFLATED - total, max(SMALL, RATIO * info.compress_size))
        inflated = _inflated(archive, info, bound)
        if inflated != declared:
            raise DataError("a member of the archive is not of the size that it declares", _REMEDY)
        total += inflated


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo, bound: int) -> int:
    """Return the bytes that a member inflates to; DataError as soon as they are more than ``bound``."""
    inflated = 0
    with archive.open(info) as member:
        while block := member.read(_BLOCK):
            inflated += len(block)
            if inflated > bound:
                raise DataError("the archive inflates far beyond its size, as a zip bomb does", _REMEDY)
    return inflated
