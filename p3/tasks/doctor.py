"""Whether INDEX holds what FACTS and the ledger say, and mending it where it does not."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from p3.data.index import SnapshotUnreadableError
from p3.data.lance_passages import IndexUnreadableError
from p3.data.leftovers import leftovers
from p3.data.tables import COMPANIES, FILINGS
from p3.errors import DataError, ExitCode
from p3.retrieval.corpus import title_of
from p3.retrieval.drift import drifts, sound
from p3.retrieval.passages import SCHEMA
from p3.scope import CUSTOM, Company, Scope, cik_label
from p3.shapes import Doctor, DriftShape
from p3.tasks import embed
from p3.workflow.planner import Action
from p3.workflow.result import Result
from p3.workflow.runner import Options, dry_run
from p3.workflow.scoping import choose, company_named
from p3.workflow.session import Session

_REPAIR = "Run `p3 doctor --repair`, then `p3 embed`."
_STORED = "status = 'stored'"


@dataclass(frozen=True)
class _Company:
    """A company: the ledger's units for it, and what those say of it.

    Where it is not ``done`` the next `p3 embed` makes its passages; ``made`` is how many there were made last.
    ``unread`` are the titles of its documents without text, which are open dead letters.
    """

    cik: int
    units: tuple[str, ...]
    done: bool
    made: int
    unread: frozenset[str]

    @property
    def label(self) -> str:
        return self.units[0] if self.units else cik_label(self.cik)


@dataclass(frozen=True)
class _Looked:
    """What was found of one company: ``waiting`` documents are for the next `p3 embed`, which is nothing wrong."""

    drift: tuple[DriftShape, ...]
    documents: int
    passages: int
    waiting: int


def examine(session: Session, name: str | None, tickers: Sequence[str] | None, *, repair: bool) -> Result:
    """Return where passages, filings and the ledger disagree, of all companies where no scope is named.

    With ``repair`` what is wrong is dropped, and its companies are marked for the next `p3 embed`; without it the exit
    code is 7 where anything is wrong.
    """
    stored = session.store.rows(FILINGS, _STORED)
    looked: list[_Looked] = []
    drift = _snapshot(session, repair=repair)
    readable = repair or not drift
    try:
        _check_columns(session, readable=readable)
        for company in _companies(session, name, tickers) if readable else ():
            own = stored.filter(pl.col("cik") == company.cik)
            looked.append(_look(session, company, own, repair=repair))
    except (IndexUnreadableError, _OutdatedError) as error:
        drift.append(_unreadable(error))
        if repair:
            with session.store.writing():
                embed.clear(session, "All passages")
    drift += [each for company in looked for each in company.drift]
    drift += _left_behind(session, repair=repair)
    data = Doctor(
        documents=sum(company.documents for company in looked),
        passages=sum(company.passages for company in looked),
        waiting=sum(company.waiting for company in looked),
        drift=drift,
        repaired=repair,
    )
    if repair or not drift:
        return Result(data, notes=tuple(session.notes))
    places = "one place" if len(drift) == 1 else f"{len(drift)} places"
    return Result(data, ExitCode.DATA, error=DataError(f"the index is not as it should be in {places}", _REPAIR))


class _OutdatedError(DataError):
    """The passages have not the columns that they have now."""


def _snapshot(session: Session, *, repair: bool) -> list[DriftShape]:
    """Return that the snapshot is damaged, where it is; made from the index, it is made again with ``repair``."""
    index = session.store.index
    try:
        index.is_empty()
    except SnapshotUnreadableError as error:
        if repair:
            with session.store.writing():
                index.drop_snapshots()
                index.maintain()
        return [_unreadable(error)]
    return []


def _unreadable(error: DataError) -> DriftShape:
    return DriftShape(company="", kind="unreadable", document=None, count=0, detail=error.message)


def _check_columns(session: Session, *, readable: bool) -> None:
    index = session.store.index
    if readable and not index.is_empty() and index.columns() != embed.COLUMNS:
        raise _OutdatedError("the passages were made by an older p3", "Run `p3 embed` again.")


def _companies(session: Session, name: str | None, tickers: Sequence[str] | None) -> Iterator[_Company]:
    """Yield the companies asked for, by CIK; all that are held, recorded or indexed where none is named."""
    ledger, stage = session.store.ledger, embed.stage()
    rows = {row["unit"]: row["rows"] for row in ledger.unit_records([stage.name])}
    unread: dict[str, set[str]] = {}
    for letter in ledger.open_dead_letters([stage.name]):
        unread.setdefault(letter["unit"], set()).add(letter["what"])
    units = _units(session, name, tickers, rows)
    members = tuple(Company(unit, cik) for cik, each in units.items() for unit in each)
    steps = dry_run(session, [stage], session.declared(), Scope(CUSTOM, "", members, whole=False), Options())
    fresh = {step.unit for step in steps if step.action is Action.FRESH}
    for cik, each in units.items():
        done = [unit for unit in each if unit in fresh]
        letters = frozenset(what for unit in each for what in unread.get(unit, ()))
        yield _Company(cik, tuple(each), bool(done), rows[done[0]] if done else 0, letters)


def _units(
    session: Session, name: str | None, tickers: Sequence[str] | None, recorded: Collection[str]
) -> dict[int, list[str]]:
    """Return the units of each company asked for; one may have several tickers, and one of the index none."""
    known = dict(session.store.rows(COMPANIES).select("ticker", "cik").iter_rows())
    chosen = name is not None or bool(tickers)
    if chosen:
        companies = choose(session, name, tickers).companies
    else:
        units_held = sorted({*known, *recorded})
        companies = tuple(Company(u, known[u]) if u in known else company_named(session, u) for u in units_held)
    units: dict[int, list[str]] = {} if chosen else {cik: [] for cik in _indexed(session)}
    for company in companies:
        cik = company.cik if company.cik is not None else known.get(company.ticker)
        if cik is not None:
            units.setdefault(cik, []).append(company.ticker)
    return dict(sorted(units.items()))


def _indexed(session: Session) -> list[int]:
    index = session.store.index
    return [] if index.is_empty() else index.ciks()


def _look(session: Session, company: _Company, stored: pl.DataFrame, *, repair: bool) -> _Looked:
    """Compare what is held of a company: what seems wrong once more when nobody can be committing, and then mend it."""
    looked = _compared(company, stored, _passages(session, company.cik))
    if not looked.drift:
        return looked
    with session.store.writing():
        company = next(_companies(session, None, company.units)) if company.units else company
        stored = session.store.rows(FILINGS, f"cik = ? AND {_STORED}", [company.cik])
        passages = _passages(session, company.cik)
        looked = _compared(company, stored, passages)
        if looked.drift and repair:
            _mend(session, company, passages, sound(stored, passages))
    return looked


def _passages(session: Session, cik: int) -> pl.DataFrame:
    index = session.store.index
    if index.is_empty():
        return pl.DataFrame(schema={**SCHEMA, "vector": pl.Array(pl.Float32, 1)})
    return index.passages(f"cik = {cik}")


def _compared(company: _Company, stored: pl.DataFrame, passages: pl.DataFrame) -> _Looked:
    readable = [title_of(filing) not in company.unread for filing in stored.iter_rows(named=True)]
    found = list(drifts(stored.filter(pl.Series(readable, dtype=pl.Boolean)), passages))
    waiting = [] if company.done else [each for each in found if each.kind == "absent"]
    drift = [
        DriftShape(company=company.label, kind=each.kind, document=each.document, count=each.passages)
        for each in found
        if each not in waiting
    ]
    if company.done and not found and company.made != passages.height:
        detail = f"{company.made:,} were made, {passages.height:,} are held"
        drift.append(DriftShape(company=company.label, kind="lost", detail=detail))
    return _Looked(tuple(drift), stored["document_sha"].n_unique(), passages.height, len(waiting))


def _mend(session: Session, company: _Company, passages: pl.DataFrame, right: pl.DataFrame) -> None:
    """Mark the company for the next `p3 embed`, then leave in the index what is ``right`` of it. Call under the lock.

    All its passages go first where some are there twice: a commit replaces a passage under its key wherever it stands.
    """
    embed.forget(session, company.units)
    index = session.store.index
    if passages["passage_id"].n_unique() < passages.height:
        index.replace(company.cik, right.clear(), index.model())
    if passages.height:
        index.replace(company.cik, right, index.model())


def _left_behind(session: Session, *, repair: bool) -> list[DriftShape]:
    drafts = leftovers(session.store.directories, remove=repair)
    if not drafts:
        return []
    return [DriftShape(company="", kind="left behind", count=len(drafts), detail=drafts[0].name)]
