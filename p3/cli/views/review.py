"""The view of `p3 review`: each answer that waits or waited, and what was decided."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import heading, indented, one_line, remark
from p3.shapes import ReviewedAnswer, Reviews
from p3.wording import day, percent


def render(data: Reviews) -> list[RenderableType]:
    """Return one entry an answer."""
    if not data.reviews:
        return [Text("Nothing waits for review.")]
    parts: list[RenderableType] = [heading(f"Reviews: {len(data.reviews):,}")]
    for each in data.reviews:
        parts += _entry(each)
    return parts


def _entry(each: ReviewedAnswer) -> list[RenderableType]:
    parts: list[RenderableType] = [
        Text.assemble(one_line(each.status, "bold"), "  ", one_line(each.question)),
        indented(one_line(each.draft, "italic"), 2),
        indented(remark(f"{each.reason}, confidence {percent(each.confidence, 0)}, {each.reasoning_id}"), 2),
    ]
    if each.correction is not None:
        parts.append(indented(Text.assemble("instead: ", one_line(each.correction.answer)), 2))
    if each.decided is not None:
        note = f": {each.note}" if each.note else ""
        parts.append(indented(remark(f"{each.status} {day(each.decided)}{note}"), 2))
    return parts
