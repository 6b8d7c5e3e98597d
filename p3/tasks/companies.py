"""What the tree holds of a company."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl

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


def held_of(session: Session, companies: Sequence[Company]) -> dict[str, Held]:
    """Return how much is held of each company, by ticker; the tables are read once for all."""
    query = session.store.query()
    told = dict(query.rows(COMPANIES).select("ticker", "cik").iter_rows())
    # EDGAR may since have told the CIK of one that had none.
    known = {each.ticker: told.get(each.ticker, each.cik) if (each.cik or 0) <= 0 else each.cik for each in companies}
    wanted = f"WHERE cik IN ({', '.join(str(cik) for cik in known.values() if cik is not None) or 'NULL'})"
    counts = query.sql(
        "SELECT cik, sum(filings)::BIGINT AS filings, sum(facts)::BIGINT AS facts FROM ("
        f"SELECT cik, count(DISTINCT accession) AS filings, 0 AS facts FROM filings {wanted} GROUP BY cik"
        f" UNION ALL SELECT cik, 0, count(*) FROM facts {wanted} GROUP BY cik) GROUP BY cik",
        {},
    )
    found = {cik: (filings, facts) for cik, filings, facts in counts.iter_rows()}
    return {ticker: Held(cik, *found.get(cik, (0, 0))) for ticker, cik in known.items()}


def cik_of(session: Session, company: Company) -> int:
    """Return the company's CIK; raises InputMissingError where neither its scope nor the data tell it."""
    return company.cik if company.cik is not None else int(row_of(session, company)["cik"])


def row_of(session: Session, company: Company) -> dict[str, Any]:
    """Return the company's row of companies; raises InputMissingError where it was never fetched."""
    column, value = ("cik", company.cik) if company.cik is not None else ("ticker", company.ticker)
    rows = session.store.filtered(COMPANIES, pl.col(column) == value)
    if rows.is_empty():
        raise InputMissingError(f"nothing is known of {company.ticker} yet", f"Run `p3 fetch-sec -t {company.ticker}`.")
    return rows.row(0, named=True)


def listing_of(store: Store, settings: Settings) -> list[Listed]:
    """Return EDGAR's list of tickers and exchanges as it was last fetched, for scopes that are a rule."""
    return listing(store.raw, settings.sec.www_url)
