"""The scope's prices, actions and rates as known at the as-of."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from p3 import clock
from p3.data.tables import ACTIONS, PRICES, RATES
from p3.errors import InputMissingError
from p3.scope import Scope
from p3.workflow.session import Session


@dataclass(frozen=True)
class Market:
    """Frames of the tables of the same names; prices hold the scope's tickers and the benchmark."""

    prices: pl.DataFrame
    actions: pl.DataFrame
    rates: pl.DataFrame
    benchmark: str

    @property
    def last_day(self) -> date:
        """The date of the newest bar of a company of the scope, the benchmark aside."""
        return self.prices.filter(pl.col("ticker") != self.benchmark)["date"].max()  # type: ignore[return-value]


def market(session: Session, scope: Scope) -> Market:
    """Return what was known at the as-of; raises InputMissingError where there is no price."""
    benchmark = session.settings.prices.benchmark
    tickers = [*scope.tickers, benchmark]
    known = (f"ticker IN ({', '.join('?' * len(tickers))}) AND known_from <= ?", [*tickers, session.as_of])
    prices = session.store.rows(PRICES, *known)
    if prices.filter(pl.col("ticker") != benchmark).is_empty():
        raise InputMissingError("no prices were known at the as-of", f"Run `p3 fetch-prices {scope.name}`.")
    rates = session.store.rows(RATES, "known_from <= ?", [session.as_of])
    return Market(prices, session.store.rows(ACTIONS, *known), rates, benchmark)


def settle_as_of(session: Session, scope: Scope) -> tuple[str, ...]:
    """Let the as-of be the last session of prices that do not grow by themselves, and return a note that says so.

    The sample's are such, and a folder's.

    A valuation or an order for a later moment would set what is known today against a price of long ago. An as-of that
    the user gave stays, and so does now where prices come from a service.
    """
    if session.pinned is not None:
        return ()
    last = _end_of_static_prices(session, scope)
    if last is None or clock.end_of_day(last) >= session.as_of:
        return ()
    session.settle(clock.end_of_day(last))
    return (f"The prices end on {last}, so that is the as-of. Choose another with --as-of.",)


def _end_of_static_prices(session: Session, scope: Scope) -> date | None:
    """Return the newest date of the scope's prices, None where a service gave any of them or there is none."""
    listed = ", ".join("'" + ticker.replace("'", "''") + "'" for ticker in scope.tickers)
    query = f"SELECT max(date) AS last, bool_or(origin = 'alpaca') AS served FROM prices WHERE ticker IN ({listed})"
    found = session.store.query().sql(query, {}).row(0, named=True)
    last: date | None = found["last"]
    return None if found["served"] else last
