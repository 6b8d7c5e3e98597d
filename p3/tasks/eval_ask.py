"""How often `ask` is right on a file of questions, and whether its confidence says so."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from p3.answer import evaluation
from p3.answer.evaluation import Asked
from p3.shapes import Ask, EvalAsk, JudgedAnswer, ReliabilityBin
from p3.tasks.ask import Asker
from p3.tasks.companies import cik_of
from p3.tasks.question_file import text_of
from p3.workflow.result import Result
from p3.workflow.scoping import choose
from p3.workflow.session import Session


def measure(session: Session, file: Path, scope: str | None) -> Result:
    """Return how the questions of ``file`` are answered; without a scope they are asked of every company held."""
    questions = evaluation.read(text_of(file))
    ciks = [cik_of(session, company) for company in choose(session, scope, None).companies] if scope else []
    judged = list(_judged(session, questions, ciks))
    return Result(_shape(file, judged))


def _judged(session: Session, questions: Sequence[Asked], ciks: Sequence[int]) -> Iterator[JudgedAnswer]:
    asker = Asker(session)
    session.progress.start("eval", len(questions))
    try:
        for question in questions:
            yield _answer(question, asker.ask(question.text, ciks))
            session.progress.advance(question.name)
    finally:
        session.progress.finish()


def _answer(question: Asked, given: Ask) -> JudgedAnswer:
    return JudgedAnswer(
        id=question.name,
        question=question.text,
        expected=question.value,
        expected_unit=question.unit,
        verdict=evaluation.verdict(question, given),
        value=given.value,
        unit=given.unit,
        answer=given.answer,
        route=given.route,
        confidence=given.confidence,
        seconds=given.seconds,
        reasoning_id=given.reasoning_id,
    )


def _shape(file: Path, judged: Sequence[JudgedAnswer]) -> EvalAsk:
    counts = {name: sum(each.verdict == name for each in judged) for name in ("right", "wrong", "abstained")}
    bins = evaluation.reliability((each.confidence, each.verdict == "right") for each in judged if each.confidence > 0)
    return EvalAsk(
        file=file.name,
        right=counts["right"],
        wrong=counts["wrong"],
        abstained=counts["abstained"],
        reliability=[
            ReliabilityBin(
                low=each.low, high=each.high, answers=each.answers, confidence=each.confidence, right=each.right
            )
            for each in bins
        ],
        calibration_error=evaluation.calibration_error(bins),
        questions=list(judged),
    )
