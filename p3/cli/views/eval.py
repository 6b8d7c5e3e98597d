"""The view of `p3 eval`: the figures, then the questions that were not answered as they should be."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, FittedTable, heading, indented, one_line, remark
from p3.shapes import EvalAsk, EvalPrompts, EvalRetrieval, EvaluatedQuestion, JudgedAnswer, ReliabilityBin
from p3.wording import amount, number, percent

_FIGURES = (
    Column("recall@1", number=True),
    Column("recall@5", number=True),
    Column("recall@10", number=True),
    Column("MRR", number=True),
    Column("questions", number=True),
)
_COUNTS = (
    Column("right", number=True),
    Column("wrong", number=True),
    Column("abstained", number=True),
    Column("questions", number=True),
    Column("calibration error", number=True),
)
_BINS = (
    Column("confidence"),
    Column("answers", number=True),
    Column("mean", number=True),
    Column("right", number=True),
)


def render(data: EvalRetrieval | EvalAsk | EvalPrompts) -> list[RenderableType]:
    """Return the figures and the questions that were not answered by the first page, or not rightly."""
    if isinstance(data, EvalPrompts):
        return [part for name, each in data.templates.items() for part in (heading(name), *_ask(each))]
    return _retrieval(data) if isinstance(data, EvalRetrieval) else _ask(data)


def _retrieval(data: EvalRetrieval) -> list[RenderableType]:
    figures = (data.recall_at_1, data.recall_at_5, data.recall_at_10, data.mrr)
    row = [*(one_line(f"{figure:.3f}") for figure in figures), one_line(f"{len(data.questions):,}")]
    later = [each for each in data.questions if each.rank != 1]
    parts: list[RenderableType] = [FittedTable(_FIGURES, [row])]
    if later:
        parts.append(heading(f"Not first: {len(later):,}"))
    return [*parts, *(part for each in later for part in _question(each))]


def _question(question: EvaluatedQuestion) -> list[RenderableType]:
    place = "not found" if question.rank is None else f"place {question.rank}"
    page = "" if question.first_page is None else f", page {question.first_page}"
    first = f"{question.id}; first was {question.first_document}{page}" if question.first_document else question.id
    return [
        Text.assemble(one_line(place, "bold"), "  ", one_line(question.question)),
        indented(remark(first), 2),
    ]


def _ask(data: EvalAsk) -> list[RenderableType]:
    counts = (data.right, data.wrong, data.abstained, len(data.questions))
    row = [*(one_line(f"{count:,}") for count in counts), one_line(number(data.calibration_error, 3))]
    bins = [_bin(each) for each in data.reliability if each.answers]
    missed = [each for each in data.questions if each.verdict != "right"]
    parts: list[RenderableType] = [FittedTable(_COUNTS, [row]), heading("Reliability"), FittedTable(_BINS, bins)]
    if missed:
        parts.append(heading(f"Not right: {len(missed):,}"))
    return [*parts, *(part for each in missed for part in _missed(each))]


def _bin(each: ReliabilityBin) -> list[Text]:
    span = f"{percent(each.low, 0)} to {percent(each.high, 0)}"
    return [one_line(text) for text in (span, f"{each.answers:,}", percent(each.confidence), percent(each.right))]


def _missed(each: JudgedAnswer) -> list[RenderableType]:
    expected = "" if each.expected is None else f"expected {amount(each.expected, each.expected_unit or '')}; "
    given = each.answer if each.value is None else amount(each.value, each.unit or "")
    return [
        Text.assemble(one_line(each.verdict, "bold"), "  ", one_line(each.question)),
        indented(remark(f"{expected}given {given}; {each.id}, {each.reasoning_id}"), 2),
    ]
