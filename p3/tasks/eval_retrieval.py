"""How well `search` finds the pages that answer a file of questions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from p3.data.tables import COMPANIES
from p3.errors import InputMissingError
from p3.retrieval import evaluation
from p3.retrieval.evaluation import Question
from p3.retrieval.filters import Filters
from p3.retrieval.search import Hit, search
from p3.shapes import EvalRetrieval, EvaluatedQuestion
from p3.tasks.companies import cik_of
from p3.tasks.embedders import question_embedder
from p3.tasks.question_file import text_of
from p3.wording import few
from p3.workflow.result import Result
from p3.workflow.scoping import choose
from p3.workflow.session import Session

Held = dict[str, list[str]]  # the SHA-256s of the documents indexed, by stem


def measure(session: Session, file: Path, scope: str | None, *, named: bool) -> Result:
    """Return recall and mean reciprocal rank over the questions of ``file``.

    Without a scope the whole store is searched; with ``named`` each question only in the documents of its evidence.
    """
    questions = evaluation.read(text_of(file))
    ciks = tuple(cik_of(session, company) for company in choose(session, scope, None).companies) if scope else ()
    filters = Filters(session.as_of, ciks)
    held = _held(session, filters)
    if all(not _shas(held, each) for each in questions):
        raise InputMissingError(
            "no document that the questions are about is indexed", "Run `p3 ingest` or `p3 fetch-sec`, then `p3 embed`."
        )
    answered = list(_answered(session, questions, held, filters, named=named))
    return Result(_result(file, answered, named=named), notes=_notes(questions, held))


def _answered(
    session: Session, questions: Sequence[Question], held: Held, filters: Filters, *, named: bool
) -> Iterator[EvaluatedQuestion]:
    index, companies = session.store.index, session.store.rows(COMPANIES)
    model = question_embedder(session)
    session.progress.start("eval", len(questions))
    try:
        for question in questions:
            shas = _shas(held, question)
            within = replace(filters, documents=shas) if named else filters
            hits = search(question.text, evaluation.DEPTH, index, model, companies, within) if shas else []
            yield _shape(question, hits)
            session.progress.advance(question.name)
    finally:
        session.progress.finish()


def _held(session: Session, filters: Filters) -> Held:
    documents = session.store.index.documents(filters.where())
    held: dict[str, list[str]] = {}
    for name, sha in documents.select("document", "document_sha").sort("document_sha").iter_rows():
        held.setdefault(evaluation.stem(name), []).append(sha)
    return held


def _shas(held: Held, question: Question) -> tuple[str, ...]:
    """Return the documents of the question's places that are indexed."""
    return tuple(
        dict.fromkeys(sha for place in question.places for sha in held.get(evaluation.stem(place.document), ()))
    )


def _shape(question: Question, hits: Sequence[Hit]) -> EvaluatedQuestion:
    first = hits[0] if hits else None
    return EvaluatedQuestion(
        id=question.name,
        question=question.text,
        rank=evaluation.rank(question, hits),
        first_document=first.document if first else None,
        first_page=first.page if first else None,
    )


def _result(file: Path, answered: list[EvaluatedQuestion], *, named: bool) -> EvalRetrieval:
    found = evaluation.scores([each.rank for each in answered])
    return EvalRetrieval(
        file=file.name,
        named=named,
        recall_at_1=found.recall[1],
        recall_at_5=found.recall[5],
        recall_at_10=found.recall[10],
        mrr=found.mrr,
        questions=answered,
    )


def _notes(questions: Sequence[Question], held: Held) -> tuple[str, ...]:
    named = {place.document for each in questions for place in each.places}
    missing = sorted(name for name in named if evaluation.stem(name) not in held)
    return (f"Not indexed, so not found: {few(missing, 5)}.",) if missing else ()
