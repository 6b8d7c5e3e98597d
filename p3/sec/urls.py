"""Where things are on EDGAR. Base URLs come without a trailing slash; names are checked, so that no path is left."""

import re
from datetime import date
from urllib.parse import quote

from p3.errors import DataError

DATA_URL = "https://data.sec.gov"
WWW_URL = "https://www.sec.gov"

ACCESSION_PATTERN = r"^[0-9]{10}-[0-9]{2}-[0-9]{6}$"
_DOCUMENT = re.compile(r"(?:xsl[A-Za-z0-9_-]+/)?[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]*\Z")
_PAGE = re.compile(r"CIK\d{10}-submissions-\d+\.json\Z")


def submissions(data_url: str, cik: int) -> str:
    """Return the address of a company's filing list."""
    return f"{data_url}/submissions/CIK{cik:010d}.json"


def submissions_page(data_url: str, name: str) -> str:
    """Return the address of an older page of a filing list; raises DataError for a name that EDGAR would not give."""
    if not _PAGE.match(name):
        raise DataError(f"{name!r} is not a page of a filing list", "Report the company; its list is malformed.")
    return f"{data_url}/submissions/{name}"


def companyfacts(data_url: str, cik: int) -> str:
    """Return the address of all XBRL facts of a company."""
    return f"{data_url}/api/xbrl/companyfacts/CIK{cik:010d}.json"


def document(www_url: str, cik: int, accession: str, name: str) -> str:
    """Return the address of one document of a filing; raises DataError for a malformed accession or file name."""
    if not re.fullmatch(ACCESSION_PATTERN, accession) or not _DOCUMENT.match(name):
        raise DataError(f"{accession!r} {name!r} does not name a document on EDGAR", "The filing list is malformed.")
    return f"{www_url}/Archives/edgar/data/{cik}/{accession.replace('-', '')}/{quote(name)}"


def company_tickers_exchange(www_url: str) -> str:
    """Return the address of the list of tickers, CIKs and exchanges, ordered by size."""
    return f"{www_url}/files/company_tickers_exchange.json"


def company_tickers(www_url: str) -> str:
    """Return the address of the list of all tickers with their CIKs."""
    return f"{www_url}/files/company_tickers.json"


def companyfacts_archive(www_url: str) -> str:
    """Return the address of the nightly archive of all companies' XBRL facts."""
    return f"{www_url}/Archives/edgar/daily-index/xbrl/companyfacts.zip"


def submissions_archive(www_url: str) -> str:
    """Return the address of the nightly archive of all filers' filing lists and their older pages."""
    return f"{www_url}/Archives/edgar/daily-index/bulkdata/submissions.zip"


def daily_index(www_url: str, day: date) -> str:
    """Return the address of the index of a day's filings, ordered by CIK."""
    quarter = (day.month + 2) // 3
    return f"{www_url}/Archives/edgar/daily-index/{day.year}/QTR{quarter}/master.{day:%Y%m%d}.idx"
