"""Which companies a command is about: a scope, the part of it that -t names, or any companies by their tickers."""

from collections.abc import Sequence

from p3 import scope as scopes
from p3.data.tables import COMPANIES
from p3.scope import CUSTOM, Company, Scope
from p3.workflow.session import Session

DEFAULT = "f2"


def choose(session: Session, name: str | None, tickers: Sequence[str] | None) -> Scope:
    """Return the scope that a command line names.

    With a scope, ``tickers`` narrow it. Without one they are taken as they are, wherever they belong. Raises UsageError
    for an unknown scope, a malformed ticker or one that is not in the scope named.
    """
    if name is None and tickers:
        named = dict.fromkeys(scopes.ticker_of(text) for text in tickers)
        return Scope(CUSTOM, "companies named by -t", tuple(_company(session, ticker) for ticker in named), whole=False)
    return scopes.load(name or DEFAULT, tickers or (), session.listing)


def _company(session: Session, ticker: str) -> Company:
    found = scopes.find(ticker)
    if found is not None:
        return found
    rows = session.store.rows(COMPANIES, "ticker = ?", [ticker])
    return Company(ticker, None if rows.is_empty() else int(rows["cik"][0]))
