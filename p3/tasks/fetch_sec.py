"""Filing lists, XBRL facts and documents, from EDGAR or the sample into RAW and FACTS."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import polars as pl

from p3 import clock
from p3 import scope as scopes
from p3.data.tables import COMPANIES, FACTS, FILINGS
from p3.errors import UsageError
from p3.scope import Company, Scope
from p3.sec.fetch import Fetched, fetch_company
from p3.sec.ingested import stand_in_cik
from p3.sec.lists.tickers import find_cik, refresh_listing
from p3.sec.net.client import EdgarClient
from p3.sec.sample import SAMPLE_POLICY, sample_ciks
from p3.sec.selection import ANNUAL, FetchPolicy, parse_forms
from p3.sec.source import SAMPLE, Reach, Source, nobody, opened, with_archives
from p3.sec.visit import EDGAR, Visit
from p3.settings import state_folder
from p3.shapes import Ended, FetchedCompany, FetchSec, FetchStatus
from p3.tasks import ingest
from p3.tasks.companies import Held, held_of
from p3.workflow import scoping
from p3.workflow.manifest import StageReport
from p3.workflow.result import Result
from p3.workflow.runner import RunReport
from p3.workflow.session import Session
from p3.workflow.single import company_of
from p3.workflow.stage import Job, Kind, Output, Problem, Rows, Stage, content_of

_AT_ONCE = 2  # companies: while one is parsed, the next one's lists come
_STATUSES: dict[Ended, FetchStatus] = {"ran": "updated", "fresh": "fresh", "untried": "untried"}


def stage() -> Stage:
    """Declare the stage."""
    return Stage(
        name="fetch-sec",
        kind=Kind.BUILD,
        place=10,
        reads=(),
        writes=(COMPANIES, FILINGS, FACTS),
        code=("p3.sec", "p3.sec.net", "p3.sec.lists", "p3.sec.documents", "p3.tasks.fetch_sec", "sample"),
        parameters=_parameters,
        run=_fetch,
        prepare=_prepare,
        max_age=lambda session: timedelta(hours=session.settings.sec.refresh_hours),
        threads=lambda _session: _AT_ONCE,
        resource=_source,
    )


def _parameters(session: Session) -> dict[str, Any]:
    sec, source = session.settings.sec, session.choices.get("filings") or EDGAR
    policy = (
        SAMPLE_POLICY
        if source == SAMPLE
        else FetchPolicy(sec.annual_reports, sec.quarterly_reports, sec.earnings_releases)
    )
    return {
        "source": source,
        "annual": policy.annual,
        "quarterly": policy.quarterly,
        "current": policy.current,
        "forms": session.choices.get("forms"),
        "since": session.choices.get("since"),
        "as_of": session.as_of_key if session.pinned and source != SAMPLE else "latest",
    }


def _policy(parameters: Mapping[str, Any]) -> FetchPolicy:
    since, forms = parameters["since"], parameters["forms"]
    return FetchPolicy(
        parameters["annual"],
        parameters["quarterly"],
        parameters["current"],
        frozenset(forms) if forms is not None else None,
        date.fromisoformat(since) if since is not None else None,
    )


def wanted(session: Session, forms: str | None, since: str | None, years: int | None) -> None:
    """Take over which documents the flags ask for; raises UsageError for flags that make no sense."""
    if since is not None and years is not None:
        raise UsageError("--since and --years both say how far back to go", "Give one of them.")
    asked = clock.market_date(session.as_of)
    session.choose(forms=sorted(parse_forms(forms)) if forms is not None else None)
    if years is not None:
        session.choose(since=_years_before(asked, years).isoformat())
    elif since is not None:
        session.choose(since=_day_until(asked, since).isoformat())


def _years_before(asked: date, years: int) -> date:
    return asked.replace(day=min(asked.day, 28), year=max(asked.year - years, date.min.year))


def _day_until(asked: date, since: str) -> date:
    """Return the day ``since``; after the day that is asked about nothing can have been filed."""
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise UsageError(f"--since {since[:40]!r} is not a date", "Write it as 2015-01-01.") from None
    if day > asked:
        raise UsageError(f"--since {day} is later than {asked}, the day that is asked about", "Name an earlier day.")
    return day


def _prepare(session: Session, scope: Scope) -> tuple[str, ...]:
    source = session.choices.get("filings") or EDGAR
    session.choose(bulk=source == EDGAR and len(scope.companies) >= session.settings.sec.bulk_from)
    return ()


@contextmanager
def _source(session: Session, parameters: Mapping[str, Any]) -> Iterator[Source]:
    """Yield who is asked; the nightly archives come first where so many companies are wanted that they pay."""
    sec, raw, now = session.settings.sec, session.store.raw, clock.now()
    if session.choices.get("offline"):
        yield nobody(parameters["source"], _reach(session), raw)
        return
    before = now if "fetch-sec" in session.forced else now - timedelta(hours=sec.refresh_hours)
    with opened(parameters["source"], _reach(session), session.measures) as client:
        if not session.choices.get("bulk"):
            yield Source(client, before)
            return
        source, lacking = with_archives(client, raw, before, now - timedelta(days=sec.bulk_days), _downloading(session))
        session.notes += [f"Of EDGAR's nightly archives, {what} is missing: {why}" for what, why in lacking]
        session.notes += [_known_through(source.through)] if source.through is not None else []
        yield source


def _known_through(day: date) -> str:
    return (
        f"Of companies taken from EDGAR's nightly archives the filings are known through {day};"
        " `p3 fetch-sec -t TICKER --force` asks for later ones."
    )


def _reach(session: Session) -> Reach:
    sec = session.settings.sec
    return Reach(
        sec.identity, sec.data_url, sec.www_url, sec.rate, sec.freeze_seconds, state_folder(), _Blocked(session)
    )


class _Blocked:
    """Tells of EDGAR's block: once a minute in a line of its own, in between as it runs out."""

    def __init__(self, session: Session) -> None:
        self._progress = session.progress
        self._next = 0.0

    def __call__(self, message: str) -> None:
        if clock.monotonic() >= self._next:
            self._progress.note(message)
            self._next = clock.monotonic() + 60
        self._progress.step(message)


def _downloading(session: Session) -> Callable[[int, int | None], None]:
    def tell(held: int, total: int | None) -> None:
        of = f" of {total / 1e6:,.0f}" if total else ""
        session.progress.step(f"nightly archive: {held / 1e6:,.0f}{of} MB")

    return tell


def choose(session: Session, name: str | None, tickers: Sequence[str] | None, source: str) -> Scope:
    """Return the scope to fetch; one that is a rule is resolved against EDGAR's newest list first."""
    session.choose(filings=source)
    if name is not None and scopes.exists(name) and scopes.is_rule(name) and not session.choices.get("offline"):
        with opened(source, _reach(session), session.measures) as client:
            refresh_listing(client, session.store.raw)
    return scoping.choose(session, name, tickers)


def _fetch(job: Job) -> Output:
    session, store, company, chosen = job.session, job.session.store, company_of(job), job.parameters
    if chosen["source"] == SAMPLE:
        _check_sampled(session, company)
    source: Source = job.resource
    cik = company.cik or 0
    if cik <= 0:
        cik = find_cik(source.client, store.raw, company.ticker, source.refresh_before)
    visit = Visit(
        source.client,
        store.raw,
        chosen["source"],
        source.refresh_before,
        source.archive_made(cik),
        lambda what: _tell(job, company, what),
    )
    fetched = fetch_company(
        visit,
        cik,
        _policy(chosen),
        session.as_of if chosen["as_of"] != "latest" else clock.now(),
        archive=source.archive,
        stored=store.rows(FILINGS, "cik = ? AND status = 'stored'", [cik]),
    )
    own = ingest.taken_over(session, company.ticker, cik)
    stand_in = stand_in_cik(company.ticker)  # under which documents were ingested before the CIK was known
    return Output(
        rows=fetched.filings.height,
        tables=(
            Rows(COMPANIES, (cik, stand_in), fetched.companies.with_columns(ticker=pl.lit(company.ticker))),
            Rows(FILINGS, (cik, stand_in), pl.concat([fetched.filings, own.select(fetched.filings.columns)])),
            Rows(FACTS, (cik,), fetched.facts),
        ),
        content=content_of(own) + fetched.fingerprint if own.height else fetched.fingerprint,
        problems=_problems(fetched),
        note="; ".join(f"{count} facts ignored: {why}" for why, count in fetched.ignored.items()),
    )


def _check_sampled(session: Session, company: Company) -> None:
    """Raise UsageError where the sample has not the company, or would take the place of what EDGAR gave."""
    if company.cik not in sample_ciks():
        raise UsageError(f"the sample has no {company.ticker}", "It holds MSFT and NVDA; fetch others from EDGAR.")
    if session.store.rows(COMPANIES, "cik = ? AND origin = ?", [company.cik, EDGAR]).height:
        raise UsageError(
            f"{company.ticker} is here from EDGAR, and the sample would replace it", "Give the sample a --data-dir."
        )


def _tell(job: Job, company: Company, what: str) -> None:
    """Show what comes next, and how many requests a second left so far."""
    job.step(f"{company.ticker} {what}")
    client = job.resource.client
    if isinstance(client, EdgarClient):
        seconds = max(clock.monotonic() - job.resource.began, 0.1)
        job.session.progress.tally(f"{client.requests:,} requests, {client.requests / seconds:.1f}/s")


def _problems(fetched: Fetched) -> tuple[Problem, ...]:
    """Return what could not be had; that the newest annual report is among it is said in so many words."""
    annual = fetched.filings.filter(pl.col("form").is_in(ANNUAL)).sort("accepted").tail(1)
    newest = f"{annual['form'][0]} {annual['accession'][0]}" if annual.height else ""
    return tuple(
        Problem("newest annual report", f"{newest} is missing: {each.reason}")
        if each.what == newest
        else Problem(each.what, each.reason)
        for each in fetched.problems
    )


def result(session: Session, scope: Scope, report: RunReport) -> Result:
    """Return what `fetch-sec` prints."""
    stage_report = report.manifest.stages[0]
    held = held_of(session, scope.companies)
    return Result(
        FetchSec(
            run_id=session.run_id,
            scope=scope.name,
            as_of=clock.iso(session.as_of),
            origin=str(report.manifest.parameters["fetch-sec"]["source"]),
            requests=int(session.measures.get("requests", 0)),
            bytes=int(session.measures.get("bytes", 0)),
            seconds=stage_report.seconds,
            companies=[_shape(company.ticker, held[company.ticker], stage_report) for company in scope.companies],
        ),
        report.exit_code,
        report.notes,
        report.error,
    )


def _shape(ticker: str, held: Held, report: StageReport) -> FetchedCompany:
    status = _STATUSES.get(report.units[ticker], "failed")
    failures = [failure for failure in report.failures if failure.unit == ticker]
    own = next((failure.reason for failure in failures if failure.what == report.name), None)
    return FetchedCompany(
        ticker=ticker,
        cik=held.cik,
        filings=held.filings,
        facts=held.facts,
        status=status,
        error=own if status == "failed" else None,
        missing=[f"{failure.what}: {failure.reason}" for failure in failures if failure.what != report.name],
    )
