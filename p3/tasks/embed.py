"""Documents to passages with vectors, into INDEX."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

from p3 import clock
from p3.data.index import PassageIndex
from p3.data.tables import FILINGS
from p3.errors import DataError, P3Error
from p3.retrieval.corpus import Text, passages_of, with_vectors
from p3.retrieval.embedding import Choice, Embedder
from p3.retrieval.passages import SCHEMA, Place, SectionSpan
from p3.retrieval.remembering import Remembering
from p3.retrieval.weights import find_weights
from p3.sec.documents import placed
from p3.tasks.companies import row_of
from p3.tasks.embedders import open_embedder
from p3.workflow.planner import UNDER_WAY
from p3.workflow.session import Session
from p3.workflow.single import company_of
from p3.workflow.stage import Job, Kind, Output, Passages, Problem, Stage, content_of

_MODULES = (
    "passages",
    "headings",
    "statements",
    "corpus",
    "embedding",
    "remembering",
    "weights",
    "export",
    "quantize",
    "runtime",
    "torch_model",
)
COLUMNS = frozenset(SCHEMA.names()) | {"vector"}
"""The columns of the index."""

_MOST_THREADS = 8  # above, passages are not cut as quickly as they are embedded


def stage() -> Stage:
    """Declare the stage."""
    passages = tuple(f"p3.retrieval.{module}" for module in _MODULES)
    return Stage(
        name="embed",
        kind=Kind.BUILD,
        place=40,
        reads=(),
        reads_any=("fetch-sec", "ingest"),
        writes=(),
        code=("p3.sec.documents", *passages, "p3.tasks.embed"),
        parameters=_parameters,
        run=_embed,
        resource=_model,
        indexed=True,
    )


def _parameters(session: Session) -> dict[str, Any]:
    """Return the model and which weights it has now; what cannot be read is told when it is loaded."""
    model = session.choices.get("model") or session.settings.embedding.model
    return {"model": model, "weights": session.shared(f"weights of {model}", lambda: _weights(model))}


def _weights(model: str) -> str:
    try:
        return find_weights(Choice.read(model).source).short
    except P3Error:
        return ""


@contextmanager
def _model(session: Session, parameters: Mapping[str, Any]) -> Iterator[Embedder]:
    session.progress.step("loading the model")
    embedder = open_embedder(session, parameters["model"], threads=min(_MOST_THREADS, len(os.sched_getaffinity(0))))
    index = session.store.index
    with session.store.writing():
        index.clean_after_kill()
        if not index.is_empty() and not _fits(index, embedder.name):
            clear(session, f"Passages with vectors of {index.model()}")
    yield Remembering(embedder)  # companies of one run share exhibits and the phrases that the law prescribes
    session.progress.step("bringing the index up to date")
    with session.store.writing():
        index.maintain()


def _fits(index: PassageIndex, model: str) -> bool:
    """Return whether passages can be added: vectors of two models are never mixed, nor passages of two shapes."""
    return index.model() == model and index.columns() == COLUMNS


def clear(session: Session, what: str) -> None:
    """Drop every passage, and before that the ledger's word that they are there; ``what`` is what they are called.

    Call it under the lock of the commits.
    """
    forget(session, None)
    session.store.index.clear()
    session.notes.append(f"{what} were dropped: embed other companies again.")


def forget(session: Session, units: Collection[str] | None) -> None:
    """Take back the ledger's word that the passages of ``units`` (None: of all) are there: the next run makes them."""
    ledger = session.store.ledger
    names = ("stage", "unit", "output", "rows", "seconds", "note")
    records = {row["unit"]: {name: row[name] for name in names} for row in ledger.unit_records(["embed"])}
    gone = {"key": UNDER_WAY, "run_id": session.run_id, "finished": clock.iso(clock.now())}
    ledger.record_units([record | gone for unit, record in records.items() if units is None or unit in units], [])


@dataclass(frozen=True)
class _Text:
    """A document's text as passages need it."""

    document: placed.Placed

    @property
    def text(self) -> str:
        return self.document.text

    @property
    def sections(self) -> Sequence[SectionSpan]:
        return self.document.sections

    @property
    def pages(self) -> Sequence[int] | None:
        return self.document.pages

    def place(self, start: int, end: int) -> Place:
        first, after = self.document.span(start, end) or (None, None)
        return Place(first, after, self.document.cell_range(start, end))


def _text(content: bytes, name: str) -> Text:
    return _Text(placed.to_text(content, name))


def _embed(job: Job) -> Output:
    store, company = job.session.store, row_of(job.session, company_of(job))
    cik = company["cik"]
    filings = store.filtered(FILINGS, pl.col("cik") == cik, pl.col("status") == "stored").sort("accession", "document")
    passages, unread = passages_of(filings.iter_rows(named=True), company, store.raw.read, _text)
    if passages.is_empty():
        raise DataError(f"no document of {job.unit} is held", 'See why with `p3 sql "FROM dead_letters"`.')
    job.step(f"{job.unit}: {passages.height} passages")
    kept = store.index.kept(cik, "" if job.session.choices.get("rebuild") else job.resource.name)
    vectors = with_vectors(passages, kept, job.resource)
    return Output(
        rows=passages.height,
        passages=Passages(cik, vectors, job.resource.name),
        content=content_of(passages),
        problems=tuple(Problem(*each) for each in unread),
    )
