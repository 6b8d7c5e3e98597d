"""Share basis: bringing a share count or an amount per share from one moment's shares to another's."""

from datetime import datetime
from datetime import time as clock_time

import polars as pl

from p3.clock import NEW_YORK

_OPEN = clock_time(9, 30)


def split_factor(actions: pl.DataFrame, ticker: str, after: datetime, until: datetime) -> float:
    """Return how many shares at ``until`` one share at ``after`` has become, by splits alone.

    ``actions`` has the columns of the actions table. A split takes effect at the open (9:30 in New York) of its
    ex-date: those with ``after`` < open <= ``until`` count, and only if known by ``until``. Multiply a share count
    filed at ``after`` by the factor; divide an amount per share by it. Spin-offs change the price and not the count.
    The basis of a filing is that of its acceptance, not of the period that it reports on. Raises ValueError where
    ``until`` lies before ``after``.
    """
    if until < after:
        raise ValueError(f"the share basis at {until} lies before {after}")
    opened = pl.col("date").dt.combine(_OPEN).dt.replace_time_zone(str(NEW_YORK)).dt.convert_time_zone("UTC")
    splits = actions.filter(
        (pl.col("ticker") == ticker)
        & (pl.col("kind") == "split")
        & (opened > after)
        & (opened <= until)
        & (pl.col("known_from") <= until)
    )
    factor = 1.0
    for ratio in splits["value"]:
        factor *= ratio
    return factor
