"""What is known about one company, arranged so that many as-of moments can be asked quickly."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import polars as pl

from p3.clock import market_date
from p3.facts import view
from p3.facts.view import Item, Period
from p3.valuation import share_count
from p3.valuation.peers import Peer, no_peers
from p3.valuation.price_history import PriceHistory, price_history
from p3.valuation.share_count import ShareCount

# What the readings of the accounts use; other line items change no valuation.
_READ = (
    "revenue",
    "operating_income",
    "interest_expense",
    "pretax_income",
    "income_tax",
    "net_income",
    "net_income_to_common",
    "depreciation_amortization",
    "capital_expenditure",
    "dividends_paid",
    "research_and_development",
    "equity",
    "total_assets",
    "total_liabilities",
    "payables",
    "cash",
    "short_term_investments",
    "short_term_debt",
    "long_term_debt",
    "long_term_investments",
    "operating_lease_liability",
    "noncontrolling_interests",
    "temporary_equity",
    "preferred_equity",
    "preferred_dividends",
    "options_outstanding",
    "options_exercise_price",
)
_HISTORY = timedelta(days=366 * 8)


@dataclass(frozen=True)
class Accounts:
    """A company's newest accounts: ``base`` is the newest twelve months, ``years`` the fiscal years, newest last."""

    base: Period
    years: Sequence[Period]
    shares: ShareCount | None

    def reported(self, item: str) -> Item | None:
        """Return an item of the newest balance sheet, else of the newest fiscal year's, which alone has all notes."""
        return self.base.items.get(item) or self.years[-1].items.get(item)


@dataclass(frozen=True)
class Observation:
    """One value of a rate series."""

    day: date
    value: float
    known: datetime


@dataclass(frozen=True)
class RateSeries:
    """One series of rates, newest last."""

    name: str
    observations: Sequence[Observation]

    def newest(self, as_of: datetime) -> Observation | None:
        """Return the newest observation known at ``as_of``."""
        return next((found for found in reversed(self.observations) if found.known <= as_of), None)


@dataclass(frozen=True)
class Evidence:
    """One company's line items, prices and actions, with the benchmark's prices and the risk-free rate.

    ``peers`` gives what is known of others of its industry at a moment; it is asked only where they are needed.
    """

    ticker: str
    cik: int
    sic: str | None
    line_items: pl.DataFrame
    actions: pl.DataFrame
    prices: PriceHistory
    market: PriceHistory
    risk_free: RateSeries
    moments: Sequence[datetime]
    peers: Callable[[datetime], Sequence[Peer]] = no_peers
    _accounts: dict[int, Accounts | None] = field(default_factory=dict)

    def accounts(self, as_of: datetime) -> Accounts | None:
        """Return the accounts known at ``as_of``, None without twelve months of revenue.

        They change only when a line item becomes known, and are kept from one call to the next until then.
        """
        state = bisect_right(self.moments, as_of)
        if state not in self._accounts:
            self._accounts[state] = _accounts(self.line_items, as_of)
        return self._accounts[state]


def gather(
    line_items: pl.DataFrame,
    prices: pl.DataFrame,
    actions: pl.DataFrame,
    *,
    ticker: str,
    cik: int,
    sic: str | None,
    market: PriceHistory,
    risk_free: RateSeries,
    peers: Callable[[datetime], Sequence[Peer]] = no_peers,
) -> Evidence:
    """Return the evidence about one company from frames with the columns of the tables of the same names."""
    own = line_items.filter(pl.col("cik") == cik)
    own_actions = actions.filter(pl.col("ticker") == ticker)
    return Evidence(
        ticker,
        cik,
        sic,
        own,
        own_actions,
        price_history(prices, own_actions, ticker),
        market,
        risk_free,
        own["known_from"].unique().sort().to_list(),
        peers,
    )


def rate_series(rates: pl.DataFrame, name: str) -> RateSeries:
    """Return the series called ``name`` from a frame with the columns of the rates table; blank values are left out."""
    rows = rates.filter((pl.col("series") == name) & pl.col("value").is_not_null()).sort("date", "known_from")
    return RateSeries(name, [Observation(*row) for row in rows.select("date", "value", "known_from").iter_rows()])


def _accounts(line_items: pl.DataFrame, as_of: datetime) -> Accounts | None:
    recent = line_items.filter(pl.col("end") >= market_date(as_of) - _HISTORY)
    read = recent.filter(pl.col("item").is_in(_READ))
    years = [period for period in view.periods(read, as_of, "annual") if "revenue" in period.items]
    trailing = [period for period in view.periods(read, as_of, "ttm") if "revenue" in period.items]
    if not trailing or not years:
        return None
    counted = recent.filter(pl.col("item").is_in(share_count.ITEMS) & (pl.col("end") >= years[-1].end))
    periods = [*view.periods(counted, as_of, "quarter"), *view.periods(counted, as_of, "annual")]
    return Accounts(trailing[-1], years, share_count.newest(counted, periods, as_of))
