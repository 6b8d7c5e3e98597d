"""How often `ask` is right on a file of questions, and whether its confidence says so."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from p3.answer import evaluation
from p3.answer.evaluation import Asked
from p3.answer.prompts import load_template
from p3.errors import ConfigurationError
from p3.shapes import Ask, EvalAsk, EvalPrompts, JudgedAnswer, ReliabilityBin
from p3.tasks.asker import Asker
from p3.tasks.companies import cik_of
from p3.tasks.model_tiers import configured
from p3.tasks.question_file import text_of
from p3.workflow.result import Result
from p3.workflow.scoping import choose
from p3.workflow.session import Session


def measure(session: Session, file: Path, scope: str | None, templates: Sequence[str] = ()) -> Result:
    """Return how the questions of ``file`` are answered; without a scope they are asked of every company held.

    With prompt ``templates`` they are answered once by each; raises ConfigurationError where there is no model to
    prompt, UsageError for a template that does not exist.
    """
    questions = evaluation.read(text_of(file))
    ciks = [cik_of(session, company) for company in choose(session, scope, None).companies] if scope else []
    if not templates:
        return Result(_shape(file, list(_judged(session, questions, ciks, None))))
    _check_prompted(session, templates)
    made = {each: _shape(file, list(_judged(session, questions, ciks, each))) for each in dict.fromkeys(templates)}
    return Result(EvalPrompts(templates=made))


def _check_prompted(session: Session, templates: Sequence[str]) -> None:
    for each in templates:
        load_template(each)
    if not configured(session.settings.language_model).backends:
        raise ConfigurationError("no language model is configured, so there is nothing to prompt", "`p3 models add`.")


def _judged(
    session: Session, questions: Sequence[Asked], ciks: Sequence[int], template: str | None
) -> Iterator[JudgedAnswer]:
    session.progress.start("eval" if template is None else f"eval {template}", len(questions))
    try:
        with Asker(session, remember=False, queue=False, template=template) as asker:
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
