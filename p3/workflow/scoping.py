"""Which companies a command is about: a scope, the part of it that -t names, or any companies by their tickers."""

from collections.abc import Sequence
from dataclasses import replace

from p3 import clock
from p3 import scope as scopes
from p3.data.tables import COMPANIES
from p3.scope import CUSTOM, Company, Scope
from p3.workflow.session import Session

DEFAULT = "f2"


def choose(session: Session, name: str | None, tickers: Sequence[str] | None) -> Scope:
    """Return the scope that a command line names.

    The members are those of the as-of that was given. With a scope, ``tickers`` narrow it; without one they are taken
    as they are, wherever they belong. Raises UsageError
    for an unknown scope, a malformed ticker or one that is not in the scope named.
    """
    day = clock.market_date(session.pinned) if session.pinned else None
    if name is None and tickers:
        companies = tuple(dict.fromkeys(company_named(session, text) for text in tickers))
        return Scope(CUSTOM, "companies named by -t", companies, whole=False)
    return scopes.load(name or DEFAULT, tickers or (), session.listing, day)


def company_named(session: Session, text: str) -> Company:
    """Return the company of a ticker or CIK, with what a scope or the data tell of it."""
    company = scopes.company_of(text, clock.market_date(session.pinned) if session.pinned else None)
    if company.cik is not None:
        return company
    rows = session.store.rows(COMPANIES, "ticker = ?", [company.ticker])
    return company if rows.is_empty() else replace(company, cik=int(rows["cik"][0]))


def membership_note(session: Session, scope: Scope) -> tuple[str, ...]:
    """Return a note where the scope's members at the as-of are not known."""
    first = scope.known_from
    if session.pinned is None or first is None or clock.market_date(session.pinned) >= first:
        return ()
    return (f"Who was in {scope.name} is known from {first} on: its members of that day stand in.",)
