"""Documents that a user brought: the record of them that RAW keeps for each company, and their rows of filings.

The record is the one place that says what was ingested: the table of filings can be made from it again at any time,
also after EDGAR's filings of the same company came in, or its CIK was learned.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from p3 import clock
from p3.errors import DataError
from p3.scope import cik_label

ORIGIN = "ingested"
UNNAMED_FORM = "document"
"""The form of a document of which neither its user nor its cover says one."""
_HASHES = 2**31


class Ingested(BaseModel):
    """A document: its bytes by SHA-256, what it is, and when it became known (UTC).

    ``period`` is the end of the period that it reports on, ``fiscal_year`` the year as its user names it; either may be
    None. ``accepted_exact`` is False where the user gave no time and the moment of ingestion counts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    document_sha: str
    form: str
    period: date | None
    fiscal_year: int | None
    accepted: AwareDatetime
    accepted_exact: bool
    url: str


class Record(BaseModel):
    """What was ingested for a company: its name as its user gave it, and the documents."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: str
    documents: tuple[Ingested, ...] = ()

    def added(self, company: str, new: Sequence[Ingested]) -> "Record":
        """Return the record with ``new``, each document once: what is said last of it stands, and what was said before.

        A document that comes again without a time stays known from when it first came.
        """
        known = {each.document_sha: each for each in self.documents}
        for each in new:
            before = known.get(each.document_sha)
            known[each.document_sha] = each.model_copy(update=_said_before(before, each)) if before else each
        return Record(company=company or self.company, documents=tuple(known.values()))


def _said_before(before: Ingested, again: Ingested) -> dict[str, Any]:
    """Return what ``again`` leaves unsaid of a document that ``before`` tells of."""
    unsaid: dict[str, Any] = {}
    if not again.accepted_exact:
        unsaid |= {"accepted": before.accepted, "accepted_exact": before.accepted_exact}
    if again.form == UNNAMED_FORM:
        unsaid["form"] = before.form
    if again.fiscal_year is None and again.period in (None, before.period):
        unsaid |= {"period": before.period, "fiscal_year": before.fiscal_year}
    return unsaid


def key(ticker: str, cik: int | None = None) -> str:
    """Return what RAW files a company's record under: its CIK where one is known, whichever its ticker."""
    return f"{ORIGIN}:{cik_label(cik) if cik is not None and cik > 0 else ticker}"


def read(record: bytes | None) -> Record:
    """Return a record, an empty one where there is none; raises DataError where it is malformed."""
    if record is None:
        return Record(company="")
    try:
        return TypeAdapter(Record).validate_json(record)
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        raise DataError(
            f"the record of ingested documents is malformed: {first['msg']}", "Ingest them again."
        ) from failure


def write(record: Record) -> bytes:
    """Return ``record`` as RAW keeps it."""
    return record.model_dump_json(indent=1).encode()


def accession(document_sha: str) -> str:
    """Return the name of a document that has no accession of EDGAR's: ``doc-`` and 16 digits of its SHA-256."""
    return f"doc-{document_sha[:16]}"


def stand_in_cik(ticker: str) -> int:
    """Return a negative number that stands for a company of which no CIK is known: EDGAR's are positive."""
    return -1 - int.from_bytes(hashlib.sha256(ticker.encode()).digest()[:8]) % _HASHES


def filings(record: Record, cik: int) -> pl.DataFrame:
    """Return the rows of filings of a record's documents, one each."""
    rows = [
        {
            **each.model_dump(),
            "cik": cik,
            "accession": accession(each.document_sha),
            "filed": clock.market_date(each.accepted),
            "items": "",
            "type": each.form,
            "status": "stored",
            "origin": ORIGIN,
        }
        for each in record.documents
    ]
    return pl.DataFrame(rows, schema=_FILINGS)


def company(record: Record, ticker: str, cik: int) -> pl.DataFrame:
    """Return the row of companies for one that only its user told of."""
    row = {"cik": cik, "ticker": ticker, "name": record.company or ticker, "former_names": [], "origin": ORIGIN}
    return pl.DataFrame([row], schema=_COMPANIES)


_FILINGS = pl.Schema(
    {
        "cik": pl.Int64(),
        "accession": pl.String(),
        "form": pl.String(),
        "filed": pl.Date(),
        "period": pl.Date(),
        "fiscal_year": pl.Int64(),
        "accepted": pl.Datetime("us", "UTC"),
        "accepted_exact": pl.Boolean(),
        "items": pl.String(),
        "document": pl.String(),
        "type": pl.String(),
        "url": pl.String(),
        "document_sha": pl.String(),
        "status": pl.String(),
        "origin": pl.String(),
    }
)
_COMPANIES = pl.Schema(
    {
        "cik": pl.Int64(),
        "ticker": pl.String(),
        "name": pl.String(),
        "former_names": pl.List(pl.String),
        "sic": pl.String(),
        "exchange": pl.String(),
        "fiscal_year_end": pl.String(),
        "origin": pl.String(),
    }
)
