"""The view of `p3 eval retrieval`: the figures, then the questions whose page did not come first."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, FittedTable, heading, indented, one_line, remark
from p3.shapes import EvalRetrieval, EvaluatedQuestion

_FIGURES = (
    Column("recall@1", number=True),
    Column("recall@5", number=True),
    Column("recall@10", number=True),
    Column("MRR", number=True),
    Column("questions", number=True),
)


def render(data: EvalRetrieval) -> list[RenderableType]:
    """Return the figures and the questions that were not answered by the first page."""
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
