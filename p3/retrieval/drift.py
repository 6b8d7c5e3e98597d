"""Where a company's passages and its stored documents disagree."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

Kind = Literal["absent", "orphaned", "doubled", "no vector"]

_NAMES = ("document_sha", "accession", "document")
_TOLERANCE = 1e-3  # by which a vector's length may differ from one


@dataclass(frozen=True, slots=True)
class Drift:
    """A document of which passages are absent, are held although it is gone, are there twice, or lack a unit vector.

    ``passages`` is how many; 0 where they are absent.
    """

    kind: Kind
    accession: str
    document: str
    passages: int


def drifts(stored: pl.DataFrame, passages: pl.DataFrame) -> Iterator[Drift]:
    """Yield what is wrong with a company's ``passages``, by kind and document.

    Both frames name documents by document_sha, accession and document; ``passages`` has passage_id and vector.
    """
    absent = stored.unique("document_sha").join(passages, on="document_sha", how="anti")
    yield from _by_document("absent", absent, counted=False)
    yield from _by_document("orphaned", passages.join(stored, on="document_sha", how="anti"))
    yield from _by_document("doubled", passages.filter(~pl.col("passage_id").is_first_distinct()))
    yield from _by_document("no vector", passages.filter(~_has_unit_vector(passages)))


def sound(stored: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Return the ``passages`` that are as they should be: of a stored document, with a unit vector, each once."""
    held = passages.filter(_has_unit_vector(passages)).join(stored, on="document_sha", how="semi")
    return held.unique("passage_id", keep="first", maintain_order=True)


def _by_document(kind: Kind, rows: pl.DataFrame, *, counted: bool = True) -> Iterator[Drift]:
    documents = rows.group_by(_NAMES).agg(pl.len().alias("passages")).sort(_NAMES[1:])
    for row in documents.iter_rows(named=True):
        yield Drift(kind, row["accession"], row["document"], row["passages"] if counted else 0)


def _has_unit_vector(passages: pl.DataFrame) -> pl.Series:
    """Say of each passage whether its vector is there, finite and of length one."""
    present = passages["vector"].is_not_null().to_numpy()
    lengths = np.full(passages.height, np.nan)
    if present.any():
        lengths[present] = np.linalg.norm(passages["vector"].drop_nulls().to_numpy(), axis=1)
    return pl.Series(np.abs(lengths - 1) <= _TOLERANCE)
