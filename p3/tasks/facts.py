"""XBRL facts to line items, and a company's statements."""

import polars as pl

from p3.data.tables import FACTS, LINE_ITEMS
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules
from p3.facts.statements import statements
from p3.shapes import Duration
from p3.tasks.companies import row_of
from p3.workflow.result import Result
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


def show(session: Session, ticker: str, duration: Duration, last: int | None, force: bool) -> Result:
    """Return a company's periods as known at the as-of, its line items resolved first where they are not yet."""
    one = choose(session, None, [ticker])
    report = run_one(session, stage(), one, {}, force)
    company = row_of(session, one.companies[0])
    known = session.store.rows(LINE_ITEMS, "cik = ? AND known_from <= ?", [company["cik"], session.as_of])
    return Result(statements(known, company, session.as_of, duration, last), report.exit_code, report.notes)
