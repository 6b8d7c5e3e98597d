"""XBRL facts to line items, and a company's statements."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from p3.data.tables import FACTS, LINE_ITEMS
from p3.errors import UsageError
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules
from p3.facts.statements import Shown, restated, statements
from p3.shapes import Duration, FactsWithSources
from p3.tasks.companies import row_of
from p3.tasks.identities import checked, violated
from p3.tasks.splits import share_bases
from p3.workflow.result import Result
from p3.workflow.runner import RunReport
from p3.workflow.scoping import choose
from p3.workflow.session import Session
from p3.workflow.single import company_of, run_one
from p3.workflow.stage import Job, Kind, Output, Rows, Stage


def stage() -> Stage:
    """Declare the stage."""
    return Stage(
        name="facts",
        kind=Kind.BUILD,
        place=30,
        reads=("fetch-sec",),
        writes=(LINE_ITEMS,),
        code=("p3.facts", "config/line_items.toml", "p3.tasks.facts"),
        parameters=lambda _session: {},
        run=_resolve,
    )


def _resolve(job: Job) -> Output:
    company = row_of(job.session, company_of(job))
    facts = job.session.store.rows(FACTS, "cik = ?", [company["cik"]])
    items = resolve(facts, load_rules(), company["sic"]).with_columns(origin=pl.lit(company["origin"]))
    return Output(rows=items.height, tables=(Rows(LINE_ITEMS, (company["cik"],), items),))


def durations(*, annual: bool, quarterly: bool, ttm: bool) -> list[Duration]:
    """Return the kinds of period that were asked for by their options."""
    given: list[tuple[Duration, bool]] = [("annual", annual), ("quarter", quarterly), ("ttm", ttm)]
    return [duration for duration, wanted in given if wanted]


def check_options(
    kinds: Sequence[Duration], *, restatements: bool, check: bool, export: bool, sources: bool, as_filed: bool
) -> None:
    """Raise UsageError where options of `p3 facts` do not go together."""
    statements_only = "--sources" if sources else "--as-filed" if as_filed else ""
    asked = {"--restatements": restatements, "--check": check, "--export": export, statements_only: True}
    chosen = [option for option, wanted in asked.items() if option and wanted]
    if len(chosen) > 1:
        raise UsageError(f"{chosen[0]} and {chosen[1]} do not go together", "Choose one of them.")
    if check and kinds:
        raise UsageError("--check looks at years and quarters alike", "Leave out --annual, --quarterly and --ttm.")
    if len(kinds) > 1 and not export:
        raise UsageError("more than one kind of period", "Choose one of --annual, --quarterly, --ttm.")


def show(
    session: Session, ticker: str, duration: Duration, last: int | None, force: bool, *, as_filed: bool, sources: bool
) -> Result:
    """Return a company's periods as known at the as-of, its line items resolved first where they are not yet.

    ``as_filed`` leaves share counts and per share amounts on the basis of their filings; ``sources`` is what the
    terminal shows beside the values.
    """
    company, known, report = _resolved(session, ticker, force)
    shown = _shown(session, company, duration, last)
    broken = violated(checked(known, session.as_of, shown.basis), duration)
    facts = statements(known, replace(shown, basis=None) if as_filed else shown, broken)
    data = FactsWithSources(**dict(facts)) if sources else facts
    return Result(data, report.exit_code, report.notes)


def show_restatements(session: Session, ticker: str, duration: Duration, last: int | None, force: bool) -> Result:
    """Return what was changed, by the as-of, in a company's periods after it was first reported."""
    company, known, report = _resolved(session, ticker, force)
    data = restated(known, _shown(session, company, duration, last), _forms(session, company["cik"]))
    return Result(data, report.exit_code, report.notes)


def _resolved(session: Session, ticker: str, force: bool) -> tuple[dict[str, Any], pl.DataFrame, RunReport]:
    """Return a company's row and what was known of its line items at the as-of, resolved first where necessary."""
    one = choose(session, None, [ticker])
    report = run_one(session, stage(), one, {}, force)
    company = row_of(session, one.companies[0])
    known = session.store.rows(LINE_ITEMS, "cik = ? AND known_from <= ?", [company["cik"], session.as_of])
    return company, known, report


def _shown(session: Session, company: dict[str, Any], duration: Duration, last: int | None) -> Shown:
    basis = share_bases(session, [company["ticker"]]).get(company["ticker"])
    return Shown(company, session.as_of, duration, last, basis)


def _forms(session: Session, cik: int) -> dict[str, str]:
    """Return the form of each filing of a company that has facts, by accession."""
    statement = f"SELECT accession, max(form) AS form FROM facts WHERE cik = {cik} GROUP BY accession"
    return dict(session.store.query(session.as_of).sql(statement, {}).iter_rows())
