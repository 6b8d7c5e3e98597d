"""A user's own documents, into RAW and FACTS beside a company's filings."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from p3 import clock
from p3.data.tables import COMPANIES, FILINGS
from p3.errors import DataError, ExitCode, P3Error, UsageError
from p3.scope import CUSTOM, Company, Scope
from p3.sec import ingested, intake
from p3.sec.cover import Cover, cover
from p3.sec.documents import reading
from p3.sec.ingested import Ingested, Record
from p3.sec.store import FOUND
from p3.shapes import FailureShape, Ingest, IngestedDocument
from p3.tasks.companies import listing_of
from p3.wording import few
from p3.workflow.result import Result
from p3.workflow.runner import RunReport
from p3.workflow.scoping import company_named
from p3.workflow.session import Session
from p3.workflow.single import company_of, run_one
from p3.workflow.stage import Job, Kind, Output, Problem, Rows, Stage, content_of

_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{0,19}\Z")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")


@dataclass(frozen=True)
class Said:
    """What the user said of the documents, each as typed or None."""

    company: str | None
    form: str | None
    period: str | None
    accepted: str | None


def stage() -> Stage:
    """Declare the stage: rows of what RAW's record of the company lists, with what is new added to it."""
    return Stage(
        name="ingest",
        kind=Kind.BUILD,
        place=15,
        reads=(),
        writes=(COMPANIES, FILINGS),
        code=("p3.sec.ingested", "p3.tasks.ingest"),
        parameters=lambda session: {name: session.choices.get(name) for name in ("company", "documents", "refused")},
        run=_add,
        lock="fetch-sec",  # both write the company's rows of filings
        on_demand=True,
    )


def take(session: Session, paths: Sequence[Path], ticker: str, said: Said) -> Result:
    """Read the files, keep those that can be read in RAW, list them in FACTS.

    Nothing is kept of a file that cannot be read. Raises its error where there is no other, and UsageError for what was
    said amiss.
    """
    _check(said)
    company = _company(session, ticker, said.company)
    gathered = intake.gather(paths)
    read, refused = _read_all(session, gathered.files, said)
    look = "Look at it, or leave it out."
    refused = [Refused(path.name, DataError(f"{path}: {why}", look)) for path, why in gathered.refused] + refused
    if not read:
        raise refused[0].error
    read = _once(read)
    known = {each.document_sha for each in held(session, company.ticker, company.cik).documents}
    choices = {
        "company": said.company or "",
        "documents": [each.document.model_dump(mode="json") for each in read],
        "refused": [[each.name, each.error.message] for each in refused],
    }
    scope = Scope(CUSTOM, "a company whose documents are ingested", (company,), whole=False)
    report = run_one(session, stage(), scope, choices, force=False)
    kept = {each.document_sha: each for each in held(session, company.ticker, company.cik).documents}
    shape = Ingest(
        run_id=session.run_id,
        ticker=company.ticker,
        cik=company.cik if company.cik and company.cik > 0 else None,
        documents=[_shape(each, kept[each.document.document_sha], known) for each in read],
        refused=[FailureShape(unit=company.ticker, what=each.name, reason=each.error.message) for each in refused],
    )
    notes = [
        *report.notes,
        *_notes(read, gathered.skipped, known),
        f"Run `p3 embed -t {company.ticker}` to search them.",
    ]
    return Result(
        shape, _exit_code(report, {each.document.document for each in read}, refused), tuple(dict.fromkeys(notes))
    )


def held(session: Session, ticker: str, cik: int | None) -> Record:
    """Return the record of what was ingested for a company, also under ``ticker`` before its CIK was known."""
    early, record = _kept(session, ingested.key(ticker)), _kept(session, ingested.key(ticker, cik))
    return early.added(record.company, record.documents)


def taken_over(session: Session, ticker: str, cik: int) -> pl.DataFrame:
    """Return the rows of filings of what was ingested for a company, whose CIK was learned or is known.

    What was ingested under ``ticker`` is filed under the CIK from now on, so that any other ticker of the company, and
    no later company with this one, has it.
    """
    record = held(session, ticker, cik)
    if record != _kept(session, ingested.key(ticker, cik)):
        _keep(session, ticker, cik, record)
    return ingested.filings(record, cik)


def _kept(session: Session, key: str) -> Record:
    kept = session.store.raw.find(key)
    return ingested.read(kept.content if kept is not None else None)


def _keep(session: Session, ticker: str, cik: int | None, record: Record) -> None:
    """File a company's record, and then nothing more of it under the ticker where its CIK is known."""
    raw, moment = session.store.raw, clock.now()
    early, place = ingested.key(ticker), ingested.key(ticker, cik)
    raw.put(place, ingested.write(record), FOUND, {}, moment)
    if place != early and _kept(session, early).documents:
        raw.put(early, ingested.write(Record(company="")), FOUND, {}, moment)


def _add(job: Job) -> Output:
    session, company, said = job.session, company_of(job), job.parameters
    new = [Ingested.model_validate(each) for each in said["documents"]]
    record = held(session, company.ticker, company.cik).added(said["company"], new)
    _keep(session, company.ticker, company.cik, record)
    cik = company.cik or ingested.stand_in_cik(company.ticker)
    rows = ingested.filings(record, cik)
    others = session.store.rows(FILINGS, "cik = ? AND origin <> ?", [cik, ingested.ORIGIN])
    known = session.store.rows(COMPANIES, "cik = ? AND origin <> ?", [cik, ingested.ORIGIN])
    companies = known if known.height else ingested.company(record, company.ticker, cik)
    return Output(
        rows=rows.height,
        tables=(
            Rows(COMPANIES, (cik,), companies),
            Rows(FILINGS, (cik,), pl.concat([others, rows.select(others.columns)])),
        ),
        content=content_of(rows),
        problems=tuple(Problem(name, reason) for name, reason in said["refused"]),
        settles=frozenset([each.document for each in new] + [name for name, _ in said["refused"]]),
    )


class Read(NamedTuple):
    """A file that was read and kept: the document, how long it is, and what its cover says otherwise."""

    document: Ingested
    pages: int | None
    characters: int
    notes: list[str]


class Refused(NamedTuple):
    """A file that could not be read, and why."""

    name: str
    error: P3Error


def _read_all(session: Session, files: Sequence[intake.File], said: Said) -> tuple[list[Read], list[Refused]]:
    read, refused = [], []
    session.progress.start("ingest", len(files))
    try:
        for file in files:
            session.progress.step(file.name)
            try:
                read.append(_read(session, file, said))
            except (DataError, UsageError) as error:
                refused.append(Refused(file.name, error))
            session.progress.advance(file.name)
    finally:
        session.progress.finish()
    return read, refused


def _read(session: Session, file: intake.File, said: Said) -> Read:
    content = file.read()
    text = reading.to_text(content, file.name)
    told = cover(text)
    period, year, doubts = _period_of(said.period, told)
    if said.form and told.form and said.form.upper() != told.form:
        doubts.append(f"its cover says {told.form}, not {said.form.upper()}")
    accepted = _accepted(said.accepted)
    _check_period(period, None, said.accepted, f"{file.name}: ")
    moment, url = clock.now(), file.path.resolve().as_uri()
    document = Ingested(
        document=file.name,
        document_sha=session.store.raw.put(url, content, FOUND, {}, moment),
        form=said.form.upper() if said.form else told.form or ingested.UNNAMED_FORM,
        period=period,
        fiscal_year=year,
        accepted=accepted or moment,
        accepted_exact=accepted is not None,
        url=url,
    )
    pages = len(text.pages) if text.pages else None
    return Read(document, pages, len(text.text), [f"{file.name}: {doubt}" for doubt in doubts])


def _period_of(said: str | None, told: Cover) -> tuple[date | None, int | None, list[str]]:
    """Return the end of the period, the fiscal year as named, and where the cover contradicts what was said."""
    if said is None:
        return told.period_end, None, []
    if not _YEAR.match(said):
        end = _day(said)
        other = told.period_end is not None and told.period_end != end
        return end, None, [f"its cover says that the period ended {told.period_end}, not {end}"] if other else []
    year = int(said)
    if told.period_end is None or told.period_end.year in (year, year + 1):  # a year is named by its start or its end
        return told.period_end, year, []
    return None, year, [f"its cover says that the period ended {told.period_end}, which is not in {year}"]


def _check(said: Said) -> None:
    """Raise UsageError for a form, period or time that cannot be."""
    if said.form is not None and not _FORM.match(said.form):
        raise UsageError(f"{said.form[:40]!r} is not a form", "Write 10-K, 8-K, transcript and the like.")
    _accepted(said.accepted)
    if said.period is not None and _YEAR.match(said.period):
        _check_period(None, int(said.period), said.accepted)
    elif said.period is not None:
        _check_period(_day(said.period), None, said.accepted)


def _check_period(end: date | None, year: int | None, said: str | None, where: str = "") -> None:
    """Raise UsageError for what ends after it became known, ``said`` of its user, now if None.

    A fiscal year is named by the year in which it ends, which may be the next one.
    """
    day = clock.market_date(_accepted(said) or clock.now())
    named = f"the period's end, {end}" if end is not None else f"the fiscal year {year}"
    if (end is not None and end > day) or (year is not None and year > day.year + 1):
        wrong = f"{named}, has not come yet" if said is None else f"--accepted {said} is before {named}"
        raise UsageError(f"{where}{wrong}", "Say the right --period and --accepted.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--period {text[:40]!r} is no year and no date", "Write 2022 or 2022-12-31.") from None


def _accepted(text: str | None) -> datetime | None:
    return None if text is None else clock.parse_moment(text, "--accepted")


def _company(session: Session, ticker: str, name: str | None) -> Company:
    """Return the company of the ticker; raises UsageError for one that nobody knows and that was not named."""
    company = company_named(session, ticker)
    if company.cik is not None:
        return company
    listed = next((each for each in listing_of(session.store, session.settings) if each.ticker == company.ticker), None)
    if listed is not None:
        return Company(listed.ticker, listed.cik, listed.name)
    if name is None or not name.strip():
        raise UsageError(f"no company is known by the ticker {company.ticker}", "Name it with --company.")
    return company


def _once(read: Sequence[Read]) -> list[Read]:
    """Return each document once, as it was read last, and note the other names that it came under."""
    last = {each.document.document_sha: each for each in read}
    for each in read:
        kept = last[each.document.document_sha]
        if kept is not each:
            kept.notes.append(f"{each.document.document} is the same as {kept.document.document}: it is kept once.")
    return list(last.values())


def _notes(read: Sequence[Read], skipped: Sequence[Path], known: Collection[str]) -> Iterator[str]:
    for each in read:
        yield from each.notes
    if any(not each.document.accepted_exact and each.document.document_sha not in known for each in read):
        yield "They count as known from now on; for as-ofs in the past say --accepted."
    if skipped:
        yield f"Left out of the folder, as no file that p3 reads: {few([path.name for path in skipped], 3)}."


def _shape(read: Read, document: Ingested, known: Collection[str]) -> IngestedDocument:
    return IngestedDocument(
        document=document.document,
        accession=ingested.accession(document.document_sha),
        form=document.form,
        period=document.period,
        fiscal_year=document.fiscal_year,
        accepted=clock.iso(document.accepted),
        pages=read.pages,
        characters=read.characters,
        status="known" if document.document_sha in known else "added",
    )


def _exit_code(report: RunReport, read: Collection[str], refused: Sequence[Refused]) -> ExitCode:
    """Return how it went with the files of this run: what an earlier one could not read stays open, and is its own."""
    if refused:
        return ExitCode.PARTIAL
    failed = [failure for each in report.manifest.stages for failure in each.failures]
    earlier = all(failure.what not in {*read, stage().name} for failure in failed)
    return ExitCode.DONE if earlier and report.exit_code is ExitCode.PARTIAL else report.exit_code
