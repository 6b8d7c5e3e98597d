"""CSV and Parquet tables, read strictly: a cell that breaks its column's promise is an error, not a null."""

from pathlib import Path

import polars as pl

from p3.errors import DataError

SUFFIXES = (".csv", ".parquet")


def find(folder: Path, stem: str) -> Path | None:
    """Return the file named ``stem`` in ``folder``, CSV before Parquet, or None."""
    return next((path for suffix in SUFFIXES if (path := folder / f"{stem}{suffix}").is_file()), None)


def read(path: Path, numbers: tuple[str, ...], required: tuple[str, ...]) -> pl.DataFrame:
    """Return ``date`` and the columns in ``numbers`` as floats, ascending; absent optional ones are null.

    Columns in ``required`` must exist. Blank cells are null. Raises DataError for a file that cannot be
    parsed, a missing column, a cell that is not a number, a number that is not finite, a date that is not ISO
    8601, and a date given twice.
    """
    raw = _load(path)
    absent = [name for name in ("date", *required) if name not in raw.columns]
    if absent:
        raise _broken(path, f"lacks the column {absent[0]!r}")
    columns = [_number(name) if name in raw.columns else pl.lit(None, pl.Float64).alias(name) for name in numbers]
    try:
        table = raw.select(_date(raw.schema["date"]), *columns).sort("date")
    except pl.exceptions.PolarsError as error:
        raise _broken(path, str(error).splitlines()[0]) from error
    _check(path, table, numbers)
    return table


def _load(path: Path) -> pl.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _broken(path, str(error).splitlines()[0]) from error


def _date(dtype: pl.DataType) -> pl.Expr:
    column = pl.col("date")
    return column.str.to_date("%Y-%m-%d", strict=True) if dtype == pl.String else column.cast(pl.Date)


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64, strict=True)


def _check(path: Path, table: pl.DataFrame, numbers: tuple[str, ...]) -> None:
    if table["date"].null_count():
        raise _broken(path, "has a row without a date")
    if table["date"].is_duplicated().any():
        raise _broken(path, f"has {table.filter(pl.col('date').is_duplicated())['date'][0]} twice")
    for name in numbers:
        if not table[name].drop_nulls().is_finite().all():
            raise _broken(path, f"has a value in {name!r} that is not finite")


def _broken(path: Path, what: str) -> DataError:
    return DataError(f"{path.name} {what}", "Repair the file, or take it out of the folder.")
