"""A company's filing list: the submissions JSON and its older pages, as the tables companies and filings.

``filings.recent`` and each older page hold parallel arrays
(https://www.sec.gov/search-filings/edgar-application-programming-interfaces).
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from p3.errors import DataError
from p3.sec import urls
from p3.sec.lists import acceptance
from p3.sec.lists.jsonbody import as_list, as_object, load_object

_WHAT = "the filing list"
_COLUMNS = {
    "accessionNumber": "accession",
    "form": "form",
    "filingDate": "filed",
    "reportDate": "period",
    "acceptanceDateTime": "printed",
    "items": "items",
    "primaryDocument": "document",
}
_COMPANY = pl.Schema(
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
_ORDER = (
    *("cik", "accession", "form", "filed", "period", "fiscal_year", "accepted", "accepted_exact", "items"),
    *("document", "type", "url", "document_sha", "status", "origin"),
)


def page_names(main: bytes) -> list[str]:
    """Return the file names of the older pages that ``main`` mentions; raises DataError for a malformed list."""
    filings = as_object(load_object(main, _WHAT).get("filings"), f"{_WHAT}: filings")
    files = [as_object(entry, f"{_WHAT}: files") for entry in as_list(filings.get("files", []), f"{_WHAT}: files")]
    names = [str(entry.get("name", "")) for entry in files]
    for name in names:
        urls.submissions_page(urls.DATA_URL, name)
    return names


def parse(main: bytes, pages: Sequence[bytes], origin: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one company's row and its filings, newest first, one row per accession.

    ``accepted`` is the acceptance time in UTC, or the end of the filing day in New York where EDGAR gives none
    (``accepted_exact`` False). ``document`` is the primary one, empty where EDGAR names none, ``type`` its type, which
    is the form; ``url`` is its permanent address. A registrant that filed nothing has an empty table of filings.
    Raises DataError for truncated JSON, arrays of different lengths, malformed dates, accessions or document names.
    """
    body = load_object(main, _WHAT)
    cik = _cik(body.get("cik"))
    recent = as_object(as_object(body.get("filings"), f"{_WHAT}: filings").get("recent"), f"{_WHAT}: recent")
    blocks = [recent, *(load_object(page, "an older page of the filing list") for page in pages)]
    rows = pl.concat([_block(block) for block in blocks]).unique("accession", keep="first", maintain_order=True)
    _check_names(rows)
    return _company(body, cik, origin), _filings(rows, cik, origin)


def _cik(value: Any) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**10):
        raise DataError(f"{_WHAT} has no usable CIK: {text[:20]!r}", "Fetch again; if it stays, report the company.")
    return int(text)


def _block(block: dict[str, Any]) -> pl.DataFrame:
    columns = {ours: _strings(block.get(theirs), theirs) for theirs, ours in _COLUMNS.items()}
    if len({len(values) for values in columns.values()}) > 1:
        raise DataError(f"{_WHAT}: its columns have different lengths", "Fetch again; it may be cut short.")
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    try:
        return frame.with_columns(
            pl.col("filed").str.to_date("%Y-%m-%d"),
            _blank_to_null("period").str.to_date("%Y-%m-%d"),
            _blank_to_null("printed").str.strip_suffix("Z").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us"),
        )
    except pl.exceptions.PolarsError as failure:
        raise DataError(f"{_WHAT}: a date is malformed", "Fetch again; if it stays, report it.") from failure


def _strings(values: Any, name: str) -> list[str]:
    return ["" if value is None else str(value) for value in as_list(values, f"{_WHAT}: {name}")]


def _blank_to_null(column: str) -> pl.Expr:
    return pl.when(pl.col(column) != "").then(pl.col(column))


def _check_names(rows: pl.DataFrame) -> None:
    for accession, document in rows.select("accession", "document").iter_rows():
        urls.document(urls.WWW_URL, 1, accession, document or "none")


def _filings(rows: pl.DataFrame, cik: int, origin: str) -> pl.DataFrame:
    folder = pl.col("accession").str.replace_all("-", "", literal=True)
    address = pl.format(
        "{}/Archives/edgar/data/{}/{}/{}", pl.lit(urls.WWW_URL), pl.lit(str(cik)), folder, pl.col("document")
    )
    return (
        acceptance.accepted(rows)
        .with_columns(
            cik=pl.lit(cik, pl.Int64),
            fiscal_year=pl.lit(None, pl.Int64),  # EDGAR's lists do not tell it
            type=pl.col("form"),
            url=pl.when(pl.col("document") != "").then(address),
            document_sha=pl.lit(None, pl.String),
            status=pl.lit("listed"),
            origin=pl.lit(origin),
        )
        .select(_ORDER)
        .sort("accepted", "accession", descending=True)
    )


def _company(body: dict[str, Any], cik: int, origin: str) -> pl.DataFrame:
    tickers = as_list(body.get("tickers") or [], f"{_WHAT}: tickers")
    exchanges = as_list(body.get("exchanges") or [], f"{_WHAT}: exchanges")
    entries = as_list(body.get("formerNames") or [], f"{_WHAT}: formerNames")
    former = [as_object(entry, f"{_WHAT}: formerNames").get("name") for entry in entries]
    row = {
        "cik": cik,
        "ticker": str(tickers[0]) if tickers and tickers[0] else None,
        "name": str(body.get("name") or ""),
        "former_names": [str(name) for name in former if name],
        "sic": str(body.get("sic") or "") or None,
        "exchange": str(exchanges[0]) if exchanges and exchanges[0] else None,
        "fiscal_year_end": str(body.get("fiscalYearEnd") or "") or None,
        "origin": origin,
    }
    return pl.DataFrame([row], schema=_COMPANY)
