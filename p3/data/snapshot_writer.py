"""Writes snapshots of the passages: under a draft's name until all of it is on disk, then under its own."""

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
from numpy.lib.format import open_memmap

from p3.data.postings import PostingsWriter
from p3.data.snapshot import ABOUT, OF_RUN, ORDER, ROWS, RUNS, TEXT, TEXT_ENDS, VECTORS
from p3.data.whole import to_disk

_DRAFT = ".tmp-"


def write(folder: Path, passages: Iterable[pl.DataFrame], count: int, dimension: int, model: str) -> None:
    """Write a snapshot into ``folder``, which appears when it is whole; drafts of killed writers are cleared away.

    ``passages`` are ``count`` rows in all, each frame of other companies than the one before, by rising cik. Call it
    under the lock of the commits. Raises OSError where it cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for leftover in folder.parent.glob(f"{_DRAFT}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_DRAFT) as place:
        draft = Path(place) / folder.name
        draft.mkdir()
        _fill(draft, passages, count, dimension, model)
        to_disk(draft)
        draft.rename(folder)


def prune(folder: Path) -> None:
    """Delete every snapshot but ``folder``; a process that has one open keeps it until it ends."""
    for other in folder.parent.glob("*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _fill(draft: Path, passages: Iterable[pl.DataFrame], count: int, dimension: int, model: str) -> None:
    vectors = open_memmap(draft / VECTORS, mode="w+", dtype=np.float32, shape=(count, dimension))
    postings, columns, first = PostingsWriter(), list[str](), 0
    rows: list[pl.DataFrame] = []
    runs: list[pl.DataFrame] = []
    lengths: list[pl.Series] = []
    with (draft / TEXT).open("wb") as texts:
        for frame in _ordered(passages):
            columns = frame.columns
            vectors[first : first + frame.height] = frame["vector"].to_numpy().reshape(frame.height, dimension)
            texts.write("".join(frame["text"].to_list()).encode())
            lengths.append(frame["text"].str.len_bytes())
            postings.add(first, frame["text"])
            runs.append(_runs(frame, first))
            rows.append(frame.drop(*OF_RUN, "text", "vector"))
            first += frame.height
    vectors.flush()
    np.save(draft / TEXT_ENDS, np.concatenate([[0], *lengths]).cumsum(dtype=np.int64))
    pl.concat(runs).write_ipc(draft / RUNS, compat_level=pl.CompatLevel.newest())
    pl.concat(rows).write_ipc(draft / ROWS, compat_level=pl.CompatLevel.newest())
    postings.write(draft)
    (draft / ABOUT).write_text(json.dumps({"model": model, "columns": columns}), encoding="utf-8")


def _ordered(passages: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    for frame in passages:
        yield frame.sort(ORDER)


def _runs(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    """Return the runs of neighbours that agree in all columns of OF_RUN."""
    numbered = frame.select(*OF_RUN).with_row_index("first", first)
    grouped = numbered.group_by(pl.struct(OF_RUN).rle_id().alias("run"), maintain_order=True)
    place = (pl.col("first").first().cast(pl.Int64), pl.len().cast(pl.Int64).alias("rows"))
    return grouped.agg(*place, *(pl.col(column).first() for column in OF_RUN)).drop("run")
