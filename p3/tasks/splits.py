"""The share basis of the as-of, from what was fetched with the prices."""

from collections.abc import Sequence

from p3.data.tables import ACTIONS
from p3.facts.shares import ShareBasis
from p3.workflow.session import Session


def share_bases(session: Session, tickers: Sequence[str]) -> dict[str, ShareBasis]:
    """Return the share basis of each ticker of which prices were known at the as-of.

    Prices and splits are fetched together, so its first and last price tell from when to when splits are known.
    """
    if not tickers:
        return {}
    listed = ", ".join("'" + ticker.replace("'", "''") + "'" for ticker in tickers)
    statement = (
        f"SELECT ticker, min(date) AS first, max(date) AS last FROM prices WHERE ticker IN ({listed}) GROUP BY ticker"
    )
    spans = session.store.query(session.as_of).sql(statement, {})
    where = f"kind = 'split' AND known_from <= ? AND ticker IN ({', '.join('?' * len(tickers))})"
    splits = session.store.rows(ACTIONS, where, [session.as_of, *tickers])
    return {
        ticker: ShareBasis.of(splits, ticker, session.as_of, first, last) for ticker, first, last in spans.iter_rows()
    }
