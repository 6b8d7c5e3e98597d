"""What rows of passages must be before LanceDB gets them: it would take nulls and vectors of any length in silence."""

from typing import Any

import numpy as np
import polars as pl

from p3.data.lance_passages import REBUILD, LancePassages, metadata
from p3.data.snapshot import KEY
from p3.errors import DataError

_PRIMARY_KEY = {b"lance-schema:unenforced-primary-key": b"true"}
_REQUIRED = (KEY, "cik", "document_sha", "start", "end", "accepted", "text", "vector")


def check(cik: int, rows: pl.DataFrame) -> None:
    """Raise DataError for a row without a key, vector or text, or of another company than ``cik``."""
    missing = [column for column in _REQUIRED if column not in rows.columns]
    if missing:
        raise DataError(f"passages lack the columns {', '.join(missing)}", REBUILD)
    nulls = [column for column in _REQUIRED if rows[column].null_count()]
    if nulls:
        raise DataError(f"passages of CIK {cik} have nulls in {', '.join(nulls)}", REBUILD)
    if rows.filter(pl.col("cik") != cik).height:
        raise DataError(f"passages of another company among those of CIK {cik}", REBUILD)
    norms = np.linalg.norm(rows["vector"].to_numpy().reshape(rows.height, dimension(rows)), axis=1)
    if not np.allclose(norms, 1.0, atol=1e-3):
        raise DataError(f"passages of CIK {cik} have vectors that are not of unit length", REBUILD)


def check_same_space(held: LancePassages, rows: pl.DataFrame, model: str) -> None:
    """Raise DataError where ``rows`` cannot stand beside those held: another model's, or with other columns."""
    if (model, dimension(rows)) != (held.model(), held.dimension):
        raise DataError(
            f"the index holds vectors of {held.model()} ({held.dimension} numbers), not of {model} ({dimension(rows)})",
            "Set embedding.model back, or rebuild the index with `p3 embed --rebuild`.",
        )
    if held.columns() != set(rows.columns):
        raise DataError(f"passages need the columns {', '.join(sorted(held.columns()))}", REBUILD)


def schema(rows: pl.DataFrame, model: str) -> Any:
    """Return the table's Arrow schema: the frame's, with the primary key marked and the model's name kept."""
    import pyarrow as pa

    fields = []
    for field in rows.to_arrow().schema:
        if field.name == KEY:
            fields.append(pa.field(KEY, pa.string(), nullable=False, metadata=_PRIMARY_KEY))
        elif field.name == "vector":
            fields.append(pa.field("vector", pa.list_(pa.float32(), dimension(rows))))
        else:
            fields.append(pa.field(field.name, pa.string() if pa.types.is_large_string(field.type) else field.type))
    return pa.schema(fields, metadata=metadata(model))


def dimension(rows: pl.DataFrame) -> int:
    """Return the length of the rows' vectors."""
    kind = rows.schema["vector"]
    if not isinstance(kind, pl.Array) or kind.inner != pl.Float32:
        raise DataError(f"vectors must be arrays of 32-bit floats, not {kind}", "This is a mistake in the caller.")
    return kind.size
