"""A table written to a CSV or Parquet file, part by part: the file is there as a whole or not at all."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import polars as pl

from p3.errors import ConfigurationError, UsageError

_MOMENT = "%Y-%m-%dT%H:%M:%SZ"  # UTC, as everywhere in p3's output


class Writer(Protocol):
    """Writes frames of one schema to a file, one after the other."""

    def write(self, frame: pl.DataFrame) -> None:
        """Add the rows of ``frame``."""

    def close(self) -> None:
        """Write what belongs to the end of the file."""


class _Csv:
    def __init__(self, file: IO[bytes], schema: pl.Schema) -> None:
        self._file = file
        pl.DataFrame(schema=schema).write_csv(file)

    def write(self, frame: pl.DataFrame) -> None:
        frame.write_csv(self._file, include_header=False, datetime_format=_MOMENT)

    def close(self) -> None:
        """Do nothing: a CSV file just ends."""


class _Parquet:
    def __init__(self, file: IO[bytes], schema: pl.Schema) -> None:
        from pyarrow.parquet import ParquetWriter

        self._writer = ParquetWriter(file, pl.DataFrame(schema=schema).to_arrow().schema, compression="zstd")

    def write(self, frame: pl.DataFrame) -> None:
        self._writer.write_table(frame.to_arrow())

    def close(self) -> None:
        self._writer.close()


_WRITERS: dict[str, Callable[[IO[bytes], pl.Schema], Writer]] = {".csv": _Csv, ".parquet": _Parquet}


def check_name(path: Path) -> None:
    """Raise UsageError where ``path`` cannot be written: another extension, or something is there already."""
    if path.suffix.lower() not in _WRITERS:
        raise UsageError(f"{path} is neither CSV nor Parquet", "Name a file that ends with .csv or .parquet.")
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} exists already", "Name another file: an export never overwrites one.")


@contextmanager
def whole(path: Path, schema: pl.Schema) -> Iterator[Writer]:
    """Give a writer of rows of ``schema``; ``path`` appears once all is written.

    Raises ConfigurationError, leaving nothing, where it cannot be.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:
            writer = _WRITERS[path.suffix.lower()](file, schema)
            try:
                yield writer
            finally:
                writer.close()
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise ConfigurationError(
            f"cannot write {path}: {error.strerror}", "Free space, or name another file."
        ) from error
    finally:
        part.unlink(missing_ok=True)
