"""Documents to passages with vectors, into INDEX."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from p3.data.index import PassageIndex
from p3.data.tables import FILINGS
from p3.errors import DataError
from p3.retrieval.corpus import Text, passages_of, with_vectors
from p3.retrieval.embedding import Embedder, load
from p3.retrieval.passages import SCHEMA, Place, SectionSpan
from p3.sec.documents import placed
from p3.tasks.companies import row_of
from p3.workflow.session import Session
from p3.workflow.single import company_of
from p3.workflow.stage import Job, Kind, Output, Passages, Problem, Stage, content_of


def stage() -> Stage:
    """Declare the stage."""
    passages = tuple(f"p3.retrieval.{module}" for module in ("passages", "statements", "corpus", "embedding"))
    return Stage(
        name="embed",
        kind=Kind.BUILD,
        place=40,
        reads=(),
        reads_any=("fetch-sec", "ingest"),
        writes=(),
        code=("p3.sec.documents", *passages, "p3.tasks.embed"),
        parameters=lambda session: {"model": session.settings.embedding.model},
        run=_embed,
        resource=_model,
        indexed=True,
    )


@contextmanager
def _model(session: Session, parameters: Mapping[str, Any]) -> Iterator[Embedder]:
    session.progress.step("loading the model")
    index = session.store.index
    with session.store.writing():
        index.clean_after_kill()
        if index.version() is not None and not _fits(index, parameters["model"]):
            index.clear()  # a company is embedded anew when it is next asked for
    yield load(parameters["model"])


def _fits(index: PassageIndex, model: str) -> bool:
    """Return whether passages can be added: vectors of two models are never mixed, nor passages of two shapes."""
    return index.model() == model and index.columns() == {*SCHEMA.names(), "vector"}


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
    filings = store.rows(FILINGS, "cik = ? AND status = 'stored'", [cik]).sort("accession", "document")
    passages, unread = passages_of(filings.iter_rows(named=True), company, store.raw.read, _text)
    if passages.is_empty():
        raise DataError(f"no document of {job.unit} is held", 'See why with `p3 sql "FROM dead_letters"`.')
    job.step(f"{job.unit}: {passages.height} passages")
    vectors = with_vectors(passages, store.index.kept(cik, job.resource.name), job.resource)
    return Output(
        rows=passages.height,
        passages=Passages(cik, vectors, job.resource.name),
        content=content_of(passages),
        problems=tuple(Problem(*each) for each in unread),
    )
