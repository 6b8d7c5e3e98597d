"""Share basis: bringing a share count or an amount per share from one moment's shares to another's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from datetime import time as clock_time
from math import prod

import polars as pl

from p3.clock import NEW_YORK
from p3.facts.view import Period
from p3.provenance import FactSource

_OPEN = clock_time(9, 30)
_TOGETHER = (("eps_basic", "shares_basic"), ("eps_diluted", "shares_diluted"))


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
    return prod((ratio for opened, ratio in _splits(actions, ticker, until) if opened > after), start=1.0)


def _splits(actions: pl.DataFrame, ticker: str, until: datetime) -> list[tuple[datetime, float]]:
    """Return (moment of effect, new shares per old) of the splits in effect, and known, at ``until``."""
    opened = pl.col("date").dt.combine(_OPEN).dt.replace_time_zone(str(NEW_YORK)).dt.convert_time_zone("UTC")
    splits = actions.filter(
        (pl.col("ticker") == ticker) & (pl.col("kind") == "split") & (opened <= until) & (pl.col("known_from") <= until)
    )
    return splits.select(opened, "value").rows()


def per_share(unit: str) -> bool:
    """Return whether a value of this unit is an amount per share."""
    return unit.endswith("/shares")


@dataclass(frozen=True)
class ShareBasis:
    """The share basis of ``as_of``, for what filings state of one ticker.

    Splits are known from the day ``first`` to the day ``last``, those of the ticker's prices. ``splits`` are (moment of
    effect, new shares per old), ascending or not.
    """

    first: date
    last: date
    splits: tuple[tuple[datetime, float], ...]

    @classmethod
    def of(cls, actions: pl.DataFrame, ticker: str, as_of: datetime, first: date, last: date) -> "ShareBasis":
        """Return the basis at ``as_of``; ``actions`` has the columns of the actions table."""
        return cls(first, last, tuple(_splits(actions, ticker, as_of)))

    def factor(self, accepted: datetime) -> float | None:
        """Return how many shares of the basis one share stated at ``accepted`` is; None before splits are known."""
        if accepted.astimezone(NEW_YORK).date() < self.first:
            return None
        return prod((ratio for opened, ratio in self.splits if opened > accepted), start=1.0)

    def factor_of(self, unit: str, sources: Iterable[FactSource]) -> float | None:
        """Return the factor of a share count or an amount per share.

        None for money, and where its sources do not share one known basis.
        """
        if unit != "shares" and not per_share(unit):
            return None
        factors = {self.factor(source.accepted) for source in sources}
        return factors.pop() if len(factors) == 1 else None


def adjusted(value: float, unit: str, factor: float) -> float:
    """Return a share count, or an amount per share, on the basis that is ``factor`` shares for one."""
    return value / factor if per_share(unit) else value * factor


def on_one_basis(period: Period, basis: ShareBasis) -> Period:
    """Return ``period`` with each share count on the basis of the earnings per share that belong to it.

    Different filings may be the newest to state the two, one from before a split and one from after. A count stays as
    filed where the splits since are not known.
    """
    items = dict(period.items)
    for eps_name, shares_name in _TOGETHER:
        eps, shares = items.get(eps_name), items.get(shares_name)
        if eps is None or shares is None:
            continue
        old, new = basis.factor_of(shares.unit, shares.sources), basis.factor_of(eps.unit, eps.sources)
        if old is not None and new is not None and old != new:
            items[shares_name] = replace(shares, value=shares.value * old / new)
    return replace(period, items=items)
