"""What the tree holds of a company."""

from typing import Any, NamedTuple

from p3.data.store import Store
from p3.data.tables import COMPANIES
from p3.errors import InputMissingError
from p3.scope import Company, Listed
from p3.sec.lists.tickers import listing
from p3.settings import Settings
from p3.workflow.session import Session


class Held(NamedTuple):
    """A company's CIK and how many filings and facts of it are held."""

    cik: int | None
    filings: int
    facts: int


def rows_of(session: Session, company: Company) -> Held:
    """Return how much is held of a company."""
    known = session.store.rows(COMPANIES, "ticker = ?", [company.ticker])
    cik = company.cik
    if not known.is_empty() and (cik is None or cik < 0):  # EDGAR may since have told the CIK of one that had none
        cik = int(known["cik"][0])
    if cik is None:
        return Held(None, 0, 0)
    query = session.store.query()
    counts = query.sql(
        f"SELECT (SELECT count(DISTINCT accession) FROM filings WHERE cik = {cik}) AS filings,"
        f" (SELECT count(*) FROM facts WHERE cik = {cik}) AS facts",
        {},
    ).row(0)
    return Held(cik, *counts)


def cik_of(session: Session, company: Company) -> int:
    """Return the company's CIK; raises InputMissingError where neither its scope nor the data tell it."""
    return company.cik if company.cik is not None else int(row_of(session, company)["cik"])


def row_of(session: Session, company: Company) -> dict[str, Any]:
    """Return the company's row of companies; raises InputMissingError where it was never fetched."""
    column, value = ("cik", company.cik) if company.cik is not None else ("ticker", company.ticker)
    rows = session.store.rows(COMPANIES, f"{column} = ?", [value])
    if rows.is_empty():
        raise InputMissingError(f"nothing is known of {company.ticker} yet", f"Run `p3 fetch-sec -t {company.ticker}`.")
    return rows.row(0, named=True)


def listing_of(store: Store, settings: Settings) -> list[Listed]:
    """Return EDGAR's list of tickers and exchanges as it was last fetched, for scopes that are a rule."""
    return listing(store.raw, settings.sec.www_url)
