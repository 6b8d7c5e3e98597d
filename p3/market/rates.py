"""Interest rates and macro series, as fractions, with the moment from which each could be read.

Sources print the newest vintage. Yields and bill rates are not revised; levels such as consumer prices are,
so their history here is not strictly point in time.
"""

from datetime import timedelta
from pathlib import Path

import polars as pl

from p3.market import files
from p3.market.config import settings
from p3.market.frames import CLOSE, RATES, in_new_york


def read_series(path: Path, origin: str) -> pl.DataFrame:
    """Return one file ``date, value`` as rows of ``rates``, the series named by the file's stem.

    Blank values are holidays.

    Percentages become fractions; the series that ``market.toml`` lists as levels stay as they are. Raises
    DataError as ``files.read`` does.
    """
    table = files.read(path, ("value",), ("value",)).drop_nulls("value")
    scale = 1.0 if path.stem in settings()["levels"] else 0.01
    return table.select(
        pl.lit(path.stem).alias("series"),
        pl.col("date"),
        pl.col("value") * scale,
        in_new_york(_published(table["date"]), CLOSE).alias("known_from"),
        pl.lit(origin).alias("origin"),
    ).select(RATES.names())


def _published(days: pl.Series) -> pl.Expr:
    """Return the day on which each is known: the next weekday, or weeks after its month or quarter."""
    delays = settings()["publication_days"]
    spacing = days.diff().median()
    if not isinstance(spacing, timedelta) or spacing < timedelta(days=20):
        return pl.col("date").dt.add_business_days(delays["daily"], roll="backward")
    name, period = ("monthly", "1mo") if spacing < timedelta(days=80) else ("quarterly", "1q")
    return pl.col("date").dt.offset_by(period) + timedelta(days=delays[name])
