"""Statements of the annual reports that are stored, read when a question needs them."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from p3.answer.tables.items import Filing, read_periods
from p3.data.tables import FILINGS, IS_PRIMARY
from p3.facts.periods import ANNUAL, fiscal_year
from p3.facts.view import Period
from p3.sec.documents import placed
from p3.sec.ingested import ORIGIN
from p3.workflow.session import Session

ANNUAL_FORMS = ("10-K", "10-K405", "10-KSB", "20-F", "40-F")


class StatementReader:
    """Reads each annual report once.

    A report from EDGAR is read only for a year of which ``line_items`` hold nothing; one that a user ingested always,
    so that both can be compared.
    """

    def __init__(self, session: Session, line_items: pl.DataFrame) -> None:
        self._session = session
        ends = line_items.filter(pl.col("duration") == ANNUAL).select("cik", "end").unique().iter_rows()
        self._held = {(cik, fiscal_year(end)) for cik, end in ends}
        self._reports: dict[int, list[tuple[int, Mapping[str, Any]]]] = {}
        self._read: dict[tuple[str, Filing], list[Period]] = {}

    def __call__(self, cik: int, year: int | None) -> Sequence[Period]:
        """Return the years that the company's annual report for a fiscal year prints, for None the newest report's."""
        reports = [(own, row) for own, row in self._of(cik) if year in (None, own)]
        if not reports:
            return ()
        own, row = reports[-1]
        filing = Filing(row["accession"], row["document"], own, row["period"], row["accepted"])
        key = (row["document_sha"], filing)  # one file may be filed under several names, years or companies
        if key not in self._read:
            self._read[key] = self._statements(row["document_sha"], filing)
        return self._read[key]

    def _of(self, cik: int) -> list[tuple[int, Mapping[str, Any]]]:
        """Return the company's annual reports known at the as-of with their fiscal years, the newest last."""
        if cik not in self._reports:
            rows = self._session.store.filtered(
                FILINGS,
                pl.col("cik") == cik,
                pl.col("status") == "stored",
                pl.col("accepted") <= self._session.as_of,
                pl.col("form").is_in(ANNUAL_FORMS),
                IS_PRIMARY,
            ).sort("accepted", "accession")
            named = [(_year(row), row) for row in rows.iter_rows(named=True)]
            wanted = [(year, row) for year, row in named if year is not None and self._wanted(cik, year, row)]
            self._reports[cik] = sorted(wanted, key=lambda each: each[0])
        return self._reports[cik]

    def _wanted(self, cik: int, year: int, row: Mapping[str, Any]) -> bool:
        return row["origin"] == ORIGIN or (cik, year) not in self._held

    def _statements(self, sha: str, filing: Filing) -> list[Period]:
        document = placed.to_text(self._session.store.raw.read(sha), filing.document)
        return read_periods(document.text, document.pages, filing)


def _year(row: Mapping[str, Any]) -> int | None:
    """Return the fiscal year that a report is named by, None where nothing tells it."""
    if row["fiscal_year"] is not None:
        return int(row["fiscal_year"])
    return fiscal_year(row["period"]) if row["period"] is not None else None
