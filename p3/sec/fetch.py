"""One company, from EDGAR into RAW and into frames."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import polars as pl

from p3.errors import DataError
from p3.sec import exhibits, inline_facts, urls
from p3.sec.documents import inline
from p3.sec.lists import companyfacts, submissions
from p3.sec.net.responses import MissingError
from p3.sec.selection import CURRENT, FetchPolicy, choose
from p3.sec.visit import NotHeldError, Problem, Visit

_AT_ONCE = 4  # documents of a company that are asked for at once; the governor sets the pace
_OVERRIDES = {"document_sha": pl.String, "fiscal_year": pl.Int64, "period": pl.Date}
_NAMES_EXHIBIT = re.compile(rb"\b99(?:\.\d|\b)")


class Archived(Protocol):
    """EDGAR's nightly archives of all companies, as far as they hold a company."""

    def submissions(self, cik: int) -> bytes | None:
        """Return the filing list."""

    def page(self, name: str) -> bytes | None:
        """Return an older page of the filing list."""

    def companyfacts(self, cik: int) -> bytes | None:
        """Return the XBRL facts."""


class NoArchive:
    """Holds nothing."""

    def submissions(self, cik: int) -> bytes | None:
        """Return None."""

    def page(self, name: str) -> bytes | None:
        """Return None."""

    def companyfacts(self, cik: int) -> bytes | None:
        """Return None."""


NO_ARCHIVE = NoArchive()


@dataclass(frozen=True)
class Fetched:
    """One company as fetched: frames as in the tables of the same names, what was ignored and what could not be had.

    ``fingerprint`` is a SHA-256 over the bodies behind the frames: equal fingerprints, equal content.
    """

    companies: pl.DataFrame
    filings: pl.DataFrame
    facts: pl.DataFrame
    ignored: dict[str, int]
    problems: list[Problem]
    fingerprint: str


def fetch_company(
    visit: Visit,
    cik: int,
    policy: FetchPolicy,
    as_of: datetime,
    *,
    archive: Archived = NO_ARCHIVE,
    stored: pl.DataFrame | None = None,
) -> Fetched:
    """Return one company's filings and facts, the documents that ``policy`` chooses as of ``as_of`` kept in RAW.

    ``stored`` are filings whose documents earlier fetches kept: they stay stored.
    Older pages of the list, companyfacts and documents that cannot be had become problems; a missing filing list raises
    MissingError. Raises UpstreamError, ConfigurationError and DataError as the client and the parsers do; what was
    kept until then stays kept.
    """
    client = visit.client
    main = visit.list(urls.submissions(client.data_url, cik), "filing list", lambda: archive.submissions(cik))
    companies, filings = submissions.parse(main, _pages(visit, main, archive), visit.origin)
    if companies["cik"].item() != cik:
        raise DataError(f"EDGAR's filing list for CIK {cik} is of CIK {companies['cik'].item()}", "Report the company.")
    if filings.is_empty():
        raise DataError(f"EDGAR lists no filings of {companies['name'].item()!r} (CIK {cik})", "Check the CIK.")
    address = urls.companyfacts(client.data_url, cik)
    body = visit.list_or_note(address, "companyfacts", lambda: archive.companyfacts(cik))
    facts, ignored = companyfacts.parse(body or _no_facts(cik), filings, cik, visit.origin)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        chosen = list(choose(filings, policy, as_of).iter_rows(named=True))
        held = [each for filing in pool.map(lambda row: _filing(visit, cik, row), chosen) for each in filing]
    if not chosen:
        since = f" since {policy.since}" if policy.since is not None else ""
        visit.problems.append(Problem("reports", f"EDGAR lists none of the forms that were asked for{since}"))
    visit.problems += [each.problem for each in held if each.problem is not None]
    filings = _with_documents(filings, stored, visit.origin, held)
    facts, ignored = _with_inline(visit, cik, filings, facts, ignored)
    return Fetched(companies, filings, facts, ignored, visit.problems, _fingerprint(visit.lists, filings))


def _pages(visit: Visit, main: bytes, archive: Archived) -> list[bytes]:
    base = visit.client.data_url
    found = [
        visit.list_or_note(urls.submissions_page(base, name), name, lambda name=name: archive.page(name))  # type: ignore[misc]
        for name in submissions.page_names(main)
    ]
    return [page for page in found if page is not None]


def _no_facts(cik: int) -> bytes:
    return json.dumps({"cik": cik, "facts": {}}).encode()


class _Held(NamedTuple):
    """A row of filings with what became of its document, and why it could not be had."""

    row: dict[str, Any]
    problem: Problem | None = None


def _filing(visit: Visit, cik: int, row: dict[str, Any]) -> list[_Held]:
    """Return a filing's row and those of the exhibits worth reading beside it; no content outlives the call."""
    primary, content = _document(visit, cik, row)
    if content is None or row["form"].removesuffix("/A") not in CURRENT:
        return [primary]
    return [primary, *(_document(visit, cik, each)[0] for each in _beside(visit, cik, primary.row, content))]


def _document(visit: Visit, cik: int, row: dict[str, Any]) -> tuple[_Held, bytes | None]:
    what = f"{row['type']} {row['accession']}" if row["type"] == row["form"] else _exhibit_name(row)
    if not row["document"]:
        return _Held(row, Problem(what, "EDGAR's filing list names no document for it")), None
    url = urls.document(visit.client.www_url, cik, row["accession"], row["document"])
    try:
        body = visit.document(url, what)
    except NotHeldError as missing:
        return _Held(row, Problem(what, missing.message)), None
    except MissingError as missing:
        return _Held(row | {"document_sha": None, "status": "missing"}, Problem(what, missing.message)), None
    return _Held(row | {"document_sha": body.sha, "status": "stored"}), body.content


def _exhibit_name(row: dict[str, Any]) -> str:
    return f"{row['type']} of {row['form']} {row['accession']}"


def _beside(visit: Visit, cik: int, row: dict[str, Any], content: bytes) -> Sequence[dict[str, Any]]:
    """Return rows for the exhibits worth reading beside a filing's primary document."""
    address = urls.document(urls.WWW_URL, cik, row["accession"], row["document"])
    found = exhibits.to_fetch(row["form"], exhibits.linked(content, address))
    if not found and _may_have_exhibits(row["form"], content):
        found = exhibits.to_fetch(row["form"], _listed(visit, cik, row))
    filing = pl.DataFrame([row], schema_overrides=_OVERRIDES)
    return exhibits.as_rows(filing, found).to_dicts()


def _may_have_exhibits(form: str, content: bytes) -> bool:
    """Return whether a filing that links none may have some: a 6-K seldom numbers them."""
    return form.startswith("6-K") or _NAMES_EXHIBIT.search(content) is not None


def _listed(visit: Visit, cik: int, row: dict[str, Any]) -> list[exhibits.Exhibit]:
    """Return the exhibits that the filing's index page lists."""
    address = exhibits.index_address(visit.client.www_url, cik, row["accession"])
    what = f"list of exhibits of {row['form']} {row['accession']}"
    try:
        return exhibits.listed(visit.document(address, what).content, address)
    except DataError as missing:  # it is not there, or is no such list
        visit.problems.append(Problem(what, missing.message))
        return []


def _with_documents(
    filings: pl.DataFrame, stored: pl.DataFrame | None, origin: str, held: Sequence[_Held]
) -> pl.DataFrame:
    """Return ``filings`` with what is known of their documents, and a row for each exhibit."""
    now = pl.DataFrame([each.row for each in held], schema=filings.schema, orient="row")
    before = now.clear()
    if stored is not None:
        ours = stored.filter((pl.col("origin") == origin) & (pl.col("status") == "stored"))
        before = ours.filter(pl.col("accession").is_in(filings["accession"].to_list())).select(filings.columns)
    known = pl.concat([before, now], how="vertical_relaxed").unique(_KEY, keep="last", maintain_order=True)
    updated = filings.update(known.select(*_KEY, "document_sha", "status"), on=_KEY)
    beside = known.join(filings.select(_KEY), on=_KEY, how="anti")
    return pl.concat([updated, beside]).sort("accepted", "accession", "document", descending=[True, True, False])


_KEY = ["accession", "document"]


def _with_inline(
    visit: Visit, cik: int, filings: pl.DataFrame, facts: pl.DataFrame, ignored: dict[str, int]
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return ``facts`` and ``ignored`` with what stored reports tell that companyfacts do not list."""
    told, count = [], Counter(ignored)
    for row in inline_facts.unlisted(filings, facts).iter_rows(named=True):
        what = f"facts in {row['form']} {row['accession']}"
        url = urls.document(visit.client.www_url, cik, row["accession"], row["document"])
        try:
            found = inline.parse(visit.document(url, what).content, cik)
        except DataError as unreadable:
            visit.problems.append(Problem(what, unreadable.message))
            continue
        told.append(inline_facts.told(found, row))
        count.update({} if row["listed"] else found.ignored)
    return inline_facts.joined(facts, told), dict(count)


def _fingerprint(lists: list[str], filings: pl.DataFrame) -> str:
    documents = filings.filter(pl.col("status") == "stored").select("accession", "document_sha").iter_rows()
    parts = sorted([*lists, *(" ".join(document) for document in documents)])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
