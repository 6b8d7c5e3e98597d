"""GGUF files, as far as p3 looks into them itself (ggml-org/ggml, docs/gguf.md: a file begins with "GGUF")."""

import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from p3.errors import ConfigurationError

_MAGIC = b"GGUF"
_HEADER = struct.Struct("<4sIQQ")  # magic, version, number of tensors, number of metadata entries
_SAMPLE = 1 << 20  # bytes at each end of a file that its fingerprint covers


def check(path: Path) -> None:
    """Raise ConfigurationError where ``path`` cannot be read, or its header is not that of a GGUF file with tensors."""
    with _opened(path) as file:
        head = file.read(_HEADER.size)
    magic, version, tensors, _ = _HEADER.unpack(head.ljust(_HEADER.size, b"\0"))
    if magic != _MAGIC or not version or not tensors:
        raise ConfigurationError(
            f"{path.name} is no GGUF file, or not a whole one",
            "Name a GGUF file, such as llama.cpp's convert_hf_to_gguf.py writes.",
        )


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of the file's size, first and last mebibyte: gigabytes are not read to name a model.

    Raises ConfigurationError where ``path`` cannot be read.
    """
    with _opened(path) as file:
        size = file.seek(0, 2)
        file.seek(0)
        head = file.read(_SAMPLE)
        file.seek(max(size - _SAMPLE, 0))
        return "sha256:" + hashlib.sha256(str(size).encode() + head + file.read(_SAMPLE)).hexdigest()[:16]


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise ConfigurationError(
            f"{path.name} cannot be read: {error.strerror}", "Name an existing GGUF file."
        ) from error
