"""Filing lists, XBRL facts and documents, from EDGAR or the sample into RAW and FACTS."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import polars as pl

from p3 import clock
from p3 import scope as scopes
from p3.data.tables import COMPANIES, FACTS, FILINGS
from p3.errors import UsageError
from p3.scope import Company, Scope
from p3.sec.client import EdgarClient
from p3.sec.fetch import Fetched, fetch_company
from p3.sec.sample import SAMPLE_POLICY, sample_ciks
from p3.sec.selection import ANNUAL, FetchPolicy
from p3.sec.source import EDGAR, SAMPLE, opened
from p3.sec.tickers import find_cik, refresh_listing
from p3.shapes import FetchedCompany, FetchSec, FetchStatus
from p3.tasks.companies import rows_of
from p3.workflow import scoping
from p3.workflow.manifest import StageReport
from p3.workflow.result import Result
from p3.workflow.runner import RunReport
from p3.workflow.session import Session
from p3.workflow.single import company_of
from p3.workflow.stage import Job, Kind, Output, Problem, Rows, Stage


def stage() -> Stage:
    """Declare the stage."""
    return Stage(
        name="fetch-sec",
        kind=Kind.BUILD,
        place=10,
        reads=(),
        writes=(COMPANIES, FILINGS, FACTS),
        code=("p3.sec", "p3.tasks.fetch_sec", "sample"),
        parameters=_parameters,
        run=_fetch,
        max_age=lambda session: timedelta(hours=session.settings.sec.refresh_hours),
        resource=_client,
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
        "as_of": session.as_of_key if session.pinned and source != SAMPLE else "latest",
    }


def _client(session: Session, parameters: Mapping[str, Any]) -> AbstractContextManager[EdgarClient]:
    sec = session.settings.sec
    return opened(parameters["source"], sec.identity, sec.data_url, sec.www_url, sec.rate, session.measures)


def choose(session: Session, name: str | None, tickers: Sequence[str] | None, source: str) -> Scope:
    """Return the scope to fetch; one that is a rule is resolved against EDGAR's newest list first."""
    session.choose(filings=source)
    if name is not None and scopes.exists(name) and scopes.is_rule(name):
        with _client(session, _parameters(session)) as client:
            refresh_listing(client, session.store.raw)
    return scoping.choose(session, name, tickers)


def _fetch(job: Job) -> Output:
    store, company, chosen = job.session.store, company_of(job), job.parameters
    if chosen["source"] == SAMPLE and company.cik not in sample_ciks():
        raise UsageError(f"the sample has no {company.ticker}", "It holds MSFT and NVDA; fetch others from EDGAR.")
    cik = company.cik or find_cik(job.resource, store.raw, company.ticker)
    fetched = fetch_company(
        job.resource,
        store.raw,
        cik,
        FetchPolicy(chosen["annual"], chosen["quarterly"], chosen["current"]),
        job.session.as_of if chosen["as_of"] != "latest" else clock.now(),
        refresh_before=clock.now() - timedelta(hours=job.session.settings.sec.refresh_hours),
        progress=lambda what: job.step(f"{company.ticker} {what}"),
        origin=chosen["source"],
        stored=store.rows(FILINGS, "cik = ? AND status = 'stored'", [cik]),
    )
    return Output(
        rows=fetched.filings.height,
        tables=(
            Rows(COMPANIES, (cik,), fetched.companies.with_columns(ticker=pl.lit(company.ticker))),
            Rows(FILINGS, (cik,), fetched.filings),
            Rows(FACTS, (cik,), fetched.facts),
        ),
        content=fetched.fingerprint,
        problems=_problems(fetched),
        note="; ".join(f"{count} facts ignored: {why}" for why, count in fetched.ignored.items()),
    )


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
    return Result(
        FetchSec(
            run_id=session.run_id,
            scope=scope.name,
            as_of=clock.iso(session.as_of),
            origin=str(report.manifest.parameters["fetch-sec"]["source"]),
            requests=int(session.measures.get("requests", 0)),
            bytes=int(session.measures.get("bytes", 0)),
            seconds=stage_report.seconds,
            companies=[_shape(session, company, stage_report) for company in scope.companies],
        ),
        report.exit_code,
        report.notes,
    )


def _shape(session: Session, company: Company, report: StageReport) -> FetchedCompany:
    ended = report.units[company.ticker]
    status: FetchStatus = "updated" if ended == "ran" else "fresh" if ended == "fresh" else "failed"
    failures = [failure for failure in report.failures if failure.unit == company.ticker]
    own = next((failure.reason for failure in failures if failure.what == report.name), None)
    known = rows_of(session, company)
    return FetchedCompany(
        ticker=company.ticker,
        cik=known.cik,
        filings=known.filings,
        facts=known.facts,
        status=status,
        error=own if status == "failed" else None,
        missing=[f"{failure.what}: {failure.reason}" for failure in failures if failure.what != report.name],
    )
