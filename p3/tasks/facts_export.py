"""Line items as a file for other programs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from p3 import clock
from p3.facts import export, view
from p3.scope import Scope
from p3.shapes import Duration, FactsExport
from p3.tasks import facts
from p3.tasks.facts_scope import Held, held, left_out, nothing_known
from p3.tasks.table_file import check_name, whole
from p3.workflow.result import Result
from p3.workflow.scoping import choose
from p3.workflow.session import Session
from p3.workflow.single import origin_of, run_one


def write_export(
    session: Session,
    scope: str | None,
    tickers: Sequence[str] | None,
    path: Path,
    durations: Sequence[Duration],
    last: int | None,
    force: bool,
) -> Result:
    """Write the periods of a scope's companies as known at the as-of to ``path``, and return what was written.

    The file is there as a whole or not at all. Raises UsageError for a path that cannot be an export,
    ConfigurationError where it cannot be written, InputMissingError where nothing was known of any company.
    """
    check_name(path)
    chosen = choose(session, scope, tickers)
    report = run_one(session, facts.stage(), chosen, {}, force)
    told: dict[str, int] = {}
    with whole(path, export.SCHEMA) as writer:
        for company in held(session, chosen):
            for frame in _frames(company, session, durations, last):
                writer.write(frame)
                told[company.ticker] = told.get(company.ticker, 0) + frame.height
        if not told:
            raise nothing_known(session, chosen)
    return Result(_shape(session, chosen, path, durations, told), report.exit_code, report.notes)


def _frames(company: Held, session: Session, durations: Sequence[Duration], last: int | None) -> Iterator[pl.DataFrame]:
    for duration in durations:
        periods = view.shown(view.periods(company.line_items, session.as_of, duration))
        if periods:
            yield export.rows(company.company, duration, periods[-last:] if last else periods, company.basis)


def _shape(
    session: Session, scope: Scope, path: Path, durations: Sequence[Duration], told: dict[str, int]
) -> FactsExport:
    return FactsExport(
        file=str(path),
        scope=scope.name,
        as_of=clock.iso(session.as_of),
        origin=origin_of(session, scope),
        durations=list(durations),
        companies=len(told),
        rows=sum(told.values()),
        left_out=left_out(scope, told),
    )
