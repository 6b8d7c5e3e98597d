"""Passages that answer a question."""

from collections.abc import Sequence

from p3 import clock
from p3.data.tables import COMPANIES
from p3.retrieval.filters import Filters
from p3.retrieval.search import Hit, search
from p3.retrieval.understand import check_question
from p3.shapes import Passage, Search
from p3.tasks.companies import cik_of
from p3.tasks.embedders import question_embedder
from p3.workflow.result import Result
from p3.workflow.scoping import choose
from p3.workflow.session import Session


def find(
    session: Session, query: str, k: int, tickers: Sequence[str], forms: Sequence[str], sections: Sequence[str]
) -> Result:
    """Return the ``k`` best passages known at the as-of."""
    started = clock.monotonic()
    check_question(query)
    ciks = [cik_of(session, company) for company in choose(session, None, tickers).companies] if tickers else []
    filters = Filters(session.as_of, tuple(ciks), tuple(forms), tuple(sections))
    index, companies = session.store.index, session.store.rows(COMPANIES)
    index.model()  # an empty store is told before a model is loaded
    hits = search(query, k, index, question_embedder(session), companies, filters)
    return Result(
        Search(
            query=query,
            filters={
                "as_of": clock.iso(session.as_of),
                "tickers": list(tickers),
                "forms": list(forms),
                "sections": list(sections),
            },
            seconds=round(clock.monotonic() - started, 3),
            passages=[_shape(hit) for hit in hits],
        )
    )


def _shape(hit: Hit) -> Passage:
    return Passage(
        rank=hit.rank,
        score=round(hit.score, 4),
        ticker=hit.ticker,
        form=hit.form,
        type=hit.type,
        accession=hit.accession,
        document=hit.document,
        section=hit.section or None,
        page=hit.page,
        start=hit.start,
        end=hit.end,
        first_byte=hit.first_byte,
        end_byte=hit.end_byte,
        cells=hit.cells,
        accepted=clock.iso(hit.accepted),
        text=hit.text,
        why=list(hit.why),
        origin=hit.origin,
    )
