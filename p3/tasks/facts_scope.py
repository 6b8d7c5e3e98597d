"""A scope's line items, company by company, with few of them in memory at once."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from p3 import clock
from p3.data.tables import COMPANIES, LINE_ITEMS
from p3.errors import InputMissingError
from p3.facts.shares import ShareBasis
from p3.scope import CUSTOM, Company, Scope
from p3.shapes import FailureShape
from p3.tasks.splits import share_bases
from p3.wording import few
from p3.workflow.session import Session

_BATCH = 50  # companies


@dataclass(frozen=True)
class Held:
    """A company by the ``ticker`` of its scope: its row of companies, and what was known of it at the as-of."""

    ticker: str
    company: dict[str, Any]
    line_items: pl.DataFrame
    basis: ShareBasis | None


def held(session: Session, scope: Scope) -> Iterator[Held]:
    """Yield each company of ``scope`` that the tree holds, in the scope's order."""
    rows = _rows(session)
    found = [(each.ticker, row) for each in scope.companies if (row := _row(rows, each)) is not None]
    for start in range(0, len(found), _BATCH):
        yield from _batch(session, found[start : start + _BATCH])


def _batch(session: Session, found: list[tuple[str, dict[str, Any]]]) -> Iterator[Held]:
    ciks = [row["cik"] for _, row in found]
    where = f"known_from <= ? AND cik IN ({', '.join('?' * len(ciks))})"
    parts = session.store.rows(LINE_ITEMS, where, [session.as_of, *ciks]).partition_by("cik", as_dict=True)
    bases = share_bases(session, [row["ticker"] for _, row in found])
    for ticker, row in found:
        line_items = parts.get((row["cik"],), pl.DataFrame(schema=LINE_ITEMS.schema))
        yield Held(ticker, row, line_items, bases.get(row["ticker"]))


def nothing_known(session: Session, scope: Scope) -> InputMissingError:
    """Return the error for a scope of whose companies nothing was known at the as-of."""
    who = few(scope.tickers) if scope.name == CUSTOM else scope.name
    return InputMissingError(f"no figures of {who} were known at {clock.iso(session.as_of)}", "Choose a later --as-of.")


def left_out(scope: Scope, told: Collection[str]) -> list[FailureShape]:
    """Return those companies of ``scope`` that are not among the tickers ``told`` of."""
    missing = [ticker for ticker in scope.tickers if ticker not in told]
    return [FailureShape(unit=ticker, what=ticker, reason="nothing was known of it at the as-of") for ticker in missing]


def _rows(session: Session) -> dict[int | str, dict[str, Any]]:
    rows: dict[int | str, dict[str, Any]] = {}
    for row in session.store.rows(COMPANIES).iter_rows(named=True):
        rows[row["ticker"]] = rows[row["cik"]] = row
    return rows


def _row(rows: dict[int | str, dict[str, Any]], company: Company) -> dict[str, Any] | None:
    return rows.get(company.ticker if company.cik is None else company.cik)
