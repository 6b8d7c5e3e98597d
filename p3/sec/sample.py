"""The bundled sample: an EDGAR in miniature that needs no network and no identity.

It holds reported figures of two real companies as they stood at the end of August 2025, each under the accession
that reported it, and digests of their filings that were written for p3. The data lie in the ``sample`` folder of
``p3.common``; its README says what they are and how they were made.
"""

import csv
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx

from p3.sec.selection import FetchPolicy

ORIGIN = "sample"
SAMPLE_END = date(2025, 8, 29)
"""The last session of the sample's prices; no filing, fact or price of a later day is in it."""
SAMPLE_POLICY = FetchPolicy(annual=3, quarterly=1, current=0)
"""The documents that the sample holds of each company, counted from its end."""

_MODIFIED = datetime(2025, 8, 31, tzinfo=UTC)
_JSON = "application/json"
_HTML = "text/html"
_XML = "application/xml"


def sample_folder() -> Path:
    """Return the folder of the sample's files, in a checkout and when installed."""
    return Path(str(files("p3.common") / "sample"))


def sample_ciks() -> frozenset[int]:
    """Return the CIKs of the companies that the sample holds."""
    return frozenset(_companies())


def market_folder() -> Path:
    """Return the folder of market data: ``prices``, ``actions``, ``index`` and ``rates``, one CSV a series.

    Prices are weekly bars in split-adjusted dollars (date of the week's last session, open of its first, close of
    its last); rates are in percent a year, the last of each week.
    """
    return sample_folder() / "market"


@dataclass(frozen=True)
class _Body:
    content: bytes
    media_type: str

    @property
    def etag(self) -> str:
        return f'"{sha256(self.content).hexdigest()[:32]}"'


class SampleTransport(httpx.BaseTransport):
    """Answers EDGAR's URLs from the sample, whatever the host: pass it to a client in place of the network.

    Shapes and statuses are EDGAR's: JSON submissions, companyfacts and tickers, HTML documents, 304 for a known
    ETag or date, an XML 404 for an unknown company and an XML 403 for a document that is not there. Fields that the
    sample does not know are empty or null. Every answer carries the header ``x-p3-origin: sample``.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; never raises for an unknown URL."""
        body = _body(request.url.path)
        if body is None:
            return _missing(request.url.path)
        validators = {"etag": body.etag, "last-modified": format_datetime(_MODIFIED, usegmt=True)}
        if _unchanged(request.headers, body.etag):
            return _response(304, b"", validators)
        return _response(200, body.content, validators | {"content-type": body.media_type})


def _response(status: int, content: bytes, headers: dict[str, str]) -> httpx.Response:
    """Return a response that is still to be read, as one from the network is, so that clients can stream it."""
    marks = {"x-p3-origin": ORIGIN, "content-length": str(len(content))}
    return httpx.Response(status, headers=headers | marks, stream=httpx.ByteStream(content))


def _unchanged(headers: httpx.Headers, etag: str) -> bool:
    """Say whether the client's copy is current; If-None-Match takes precedence (RFC 9110, 13.1.3)."""
    if "if-none-match" in headers:
        return etag in headers["if-none-match"]
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return since.replace(tzinfo=UTC) >= _MODIFIED


def _missing(path: str) -> httpx.Response:
    """Return what the object store behind EDGAR says: 403 below /Archives, 404 elsewhere."""
    status, code, message = (
        (403, "AccessDenied", "Access Denied")
        if "/Archives/" in path
        else (404, "NoSuchKey", "The specified key does not exist.")
    )
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return _response(status, content.encode(), {"content-type": _XML})


@cache
def _body(path: str) -> _Body | None:
    """Return the body at ``path``, None where the sample has none."""
    for pattern, build in _ROUTES:
        match = pattern.search(path)
        if match:
            return build(*match.groups())
    return None


def _json(value: Any) -> _Body:
    return _Body(json.dumps(value, separators=(",", ":")).encode(), _JSON)


def _tickers() -> _Body:
    rows = [
        {"cik_str": company["cik"], "ticker": company["ticker"], "title": company["name"]}
        for company in _companies().values()
    ]
    return _json({str(number): row for number, row in enumerate(rows)})


def _submissions(cik: str) -> _Body | None:
    company = _companies().get(int(cik))
    if company is None:
        return None
    rows = _filings(int(cik))
    recent: dict[str, list[Any]] = {name: [row[column] for row in rows] for name, column in _SUBMISSION_COLUMNS.items()}
    recent |= {name: [""] * len(rows) for name in ("act", "fileNumber", "filmNumber", "primaryDocDescription")}
    recent |= {"isXBRL": [1] * len(rows)}
    return _json(
        {
            "cik": cik,
            "entityType": "operating",
            "sic": company["sic"],
            "sicDescription": company["sic_description"],
            "name": company["name"],
            "tickers": [company["ticker"]],
            "exchanges": [company["exchange"]],
            "fiscalYearEnd": company["fiscal_year_end"],
            "stateOfIncorporation": company["state_of_incorporation"],
            "formerNames": company["former_names"],
            "filings": {"recent": recent, "files": []},
        }
    )


def _companyfacts(cik: str) -> _Body | None:
    company = _companies().get(int(cik))
    if company is None:
        return None
    filings = {row["accession"]: row for row in _filings(int(cik))}
    facts: dict[str, dict[str, Any]] = {}
    for row in _rows("facts", f"{company['ticker']}.csv"):
        concept = facts.setdefault(row["taxonomy"], {}).setdefault(
            row["concept"], {"label": None, "description": None, "units": {}}
        )
        concept["units"].setdefault(row["unit"], []).append(_fact(row, filings[row["accession"]]))
    return _json({"cik": int(cik), "entityName": company["name"], "facts": facts})


def _fact(row: dict[str, str], filing: dict[str, str]) -> dict[str, Any]:
    """Return one fact in EDGAR's shape; ``fy`` and ``fp`` describe the filing and are left null."""
    start = {"start": row["start"]} if row["start"] else {}
    return start | {
        "end": row["end"],
        "val": json.loads(row["value"]),
        "accn": row["accession"],
        "fy": None,
        "fp": None,
        "form": filing["form"],
        "filed": filing["filed"],
    }


def _document(cik: str, accession: str, name: str) -> _Body | None:
    for row in _filings(int(cik)):
        if row["accession"].replace("-", "") == accession and row["document"] == name:
            return _Body((sample_folder() / "documents" / name).read_bytes(), _HTML)
    return None


@cache
def _companies() -> dict[int, dict[str, Any]]:
    with (sample_folder() / "companies.toml").open("rb") as file:
        return {company["cik"]: company for company in tomllib.load(file)["company"]}


@cache
def _filings(cik: int) -> list[dict[str, str]]:
    """Return the company's filings, newest first."""
    rows = [row for row in _rows("filings.csv") if int(row["cik"]) == cik]
    return sorted(rows, key=lambda row: (row["filed"], row["accession"]), reverse=True)


def _rows(*parts: str) -> Iterator[dict[str, str]]:
    with sample_folder().joinpath(*parts).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


_SUBMISSION_COLUMNS = {
    "accessionNumber": "accession",
    "filingDate": "filed",
    "reportDate": "period",
    "acceptanceDateTime": "accepted",
    "form": "form",
    "items": "items",
    "primaryDocument": "document",
}

_ROUTES: tuple[tuple[re.Pattern[str], Callable[..., _Body | None]], ...] = (
    (re.compile(r"/files/company_tickers\.json\Z"), _tickers),
    (re.compile(r"/submissions/CIK(\d{10})\.json\Z"), _submissions),
    (re.compile(r"/api/xbrl/companyfacts/CIK(\d{10})\.json\Z"), _companyfacts),
    (re.compile(r"/Archives/edgar/data/(\d+)/(\d{18})/([^/]+)\Z"), _document),
)
