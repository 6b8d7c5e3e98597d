"""One company, from EDGAR into RAW and into frames.

Filing lists and companyfacts change, so they are asked for again once they are old, on the condition that they
changed. Documents never change: what RAW holds is not asked for again. What EDGAR did not have is kept in RAW too, and
asked for again only when that is old.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl

from p3.errors import DataError
from p3.sec import companyfacts, submissions, urls
from p3.sec.client import EdgarClient
from p3.sec.responses import MissingError, Reply
from p3.sec.selection import FetchPolicy, choose
from p3.sec.store import FOUND, RawStore, Stored

Progress = Callable[[str], None]
EDGAR = "edgar"
_UNCHANGED = 304


class Problem(NamedTuple):
    """Something that could not be had, though the rest could."""

    what: str
    reason: str


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
    client: EdgarClient,
    raw: RawStore,
    cik: int,
    policy: FetchPolicy,
    as_of: datetime,
    *,
    refresh_before: datetime | None = None,
    progress: Progress = lambda what: None,
    origin: str = EDGAR,
    stored: pl.DataFrame | None = None,
) -> Fetched:
    """Return one company's filings and facts, the documents that ``policy`` chooses as of ``as_of`` kept in ``raw``.

    A reply kept since ``refresh_before`` is taken as it is; None asks for every list again. ``progress`` hears what
    comes next. ``stored`` are filings whose documents earlier fetches kept: they stay stored.
    Older pages of the list, companyfacts and documents that EDGAR lacks become problems; a missing filing list raises
    MissingError. Raises UpstreamError, ConfigurationError and DataError as the client and the parsers do; what was
    kept until then stays kept.
    """
    visit = _Visit(client, raw, origin, refresh_before, progress)
    main = visit.get(urls.submissions(client.data_url, cik), "filing list").content
    companies, filings = submissions.parse(main, _pages(visit, main), origin)
    if companies["cik"].item() != cik:
        raise DataError(f"EDGAR's filing list for CIK {cik} is of CIK {companies['cik'].item()}", "Report the company.")
    body = visit.get_or_note(urls.companyfacts(client.data_url, cik), "companyfacts")
    facts, ignored = companyfacts.parse(body or _no_facts(cik), filings, cik, origin)
    chosen = choose(filings, policy, as_of)
    documents = [_document(visit, cik, row) for row in chosen.iter_rows(named=True)]
    filings = _with_documents(filings, [*_kept_before(stored, origin), *documents])
    return Fetched(companies, filings, facts, ignored, visit.problems, _fingerprint(visit.lists, filings))


class _Body(NamedTuple):
    sha: str
    content: bytes


@dataclass
class _Visit:
    """One pass over a company: both ends, how old a kept reply may be, and what was met on the way."""

    client: EdgarClient
    raw: RawStore
    origin: str
    refresh_before: datetime | None
    progress: Progress
    problems: list[Problem] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)

    def get(self, url: str, what: str, changes: bool = True) -> _Body:
        """Return a body from RAW or EDGAR; raises MissingError where EDGAR has none."""
        self.progress(what)
        kept = self.raw.find(self._key(url))
        body = self._kept(url, kept) if kept and self._may_keep(kept, changes) else self._ask(url, kept)
        if changes:
            self.lists.append(f"{what} {body.sha}")
        return body

    def get_or_note(self, url: str, what: str) -> bytes | None:
        """Return a body, or None where EDGAR has none, which becomes a problem."""
        try:
            return self.get(url, what).content
        except MissingError as missing:
            self.problems.append(Problem(what, missing.message))
            return None

    def _key(self, url: str) -> str:
        """Return what RAW files a reply under: the sample answers EDGAR's own addresses, and must not pass for it."""
        return url if self.origin == EDGAR else f"{self.origin}:{url}"

    def _may_keep(self, kept: Stored, changes: bool) -> bool:
        young = self.refresh_before is not None and kept.fetched >= self.refresh_before
        return young or (kept.status == FOUND and not changes)

    def _kept(self, url: str, kept: Stored) -> _Body:
        if kept.status != FOUND:
            raise MissingError(Reply(url, kept.status, kept.headers, kept.content, kept.fetched))
        return _Body(kept.sha, kept.content)

    def _ask(self, url: str, kept: Stored | None) -> _Body:
        known = kept.headers if kept is not None and kept.status == FOUND else {}
        try:
            reply = self.client.get(url, known.get("etag"), known.get("last-modified"))
        except MissingError as missing:
            answer = missing.reply
            self.raw.put(self._key(url), answer.content, answer.status, answer.headers, answer.fetched)
            raise
        content, headers = reply.content, dict(reply.headers)
        if reply.status == _UNCHANGED and kept is not None:
            content, headers = kept.content, {**kept.headers, **headers}
        return _Body(self.raw.put(self._key(url), content, FOUND, headers, reply.fetched), content)


def _pages(visit: _Visit, main: bytes) -> list[bytes]:
    names = submissions.page_names(main)
    found = [visit.get_or_note(urls.submissions_page(visit.client.data_url, name), name) for name in names]
    return [page for page in found if page is not None]


def _no_facts(cik: int) -> bytes:
    return json.dumps({"cik": cik, "facts": {}}).encode()


class _Document(NamedTuple):
    accession: str
    document_sha: str | None
    status: str


def _document(visit: _Visit, cik: int, row: dict[str, Any]) -> _Document:
    what = f"{row['form']} {row['accession']}"
    if not row["document"]:
        visit.problems.append(Problem(what, "EDGAR's filing list names no document for it"))
        return _Document(row["accession"], None, "listed")
    url = urls.document(visit.client.www_url, cik, row["accession"], row["document"])
    try:
        return _Document(row["accession"], visit.get(url, what, changes=False).sha, "stored")
    except MissingError as missing:
        visit.problems.append(Problem(what, missing.message))
        return _Document(row["accession"], None, "missing")


def _kept_before(stored: pl.DataFrame | None, origin: str) -> list[_Document]:
    if stored is None:
        return []
    rows = stored.filter((pl.col("origin") == origin) & (pl.col("status") == "stored"))
    return [_Document(*row) for row in rows.select("accession", "document_sha", "status").iter_rows()]


def _with_documents(filings: pl.DataFrame, documents: list[_Document]) -> pl.DataFrame:
    schema = {"accession": pl.String, "document_sha": pl.String, "status": pl.String}
    newest = pl.DataFrame(documents, schema=schema, orient="row").unique("accession", keep="last")
    return filings.update(newest, on="accession")


def _fingerprint(lists: list[str], filings: pl.DataFrame) -> str:
    documents = filings.filter(pl.col("status") == "stored").select("accession", "document_sha").iter_rows()
    parts = sorted([*lists, *(" ".join(document) for document in documents)])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
