"""The view of `p3 ask`: the answer, how it was computed, and what it stands on."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import heading, indented, literal, one_line, remark, sample
from p3.shapes import Ask, Citation
from p3.wording import day, percent


def render(data: Ask) -> list[RenderableType]:
    """Return the answer, the formula, the numbered sources."""
    answered = data.status == "answered"
    parts: list[RenderableType] = [*sample([data.origin]), literal(data.answer, "bold" if answered else "yellow")]
    if data.formula:
        parts.append(Text.assemble("formula: ", one_line(data.formula)))
    if data.citations:
        parts.append(heading("Sources"))
    for citation in data.citations:
        parts += _source(citation)
    if data.standing == "medium" and answered:
        parts.append(Text("Uncertain: look at the sources before you rely on it.", "yellow"))
    kept = ", as answered before" if data.cached else ""
    how = f"{data.status} from {data.route} by {data.tier}, confidence {percent(data.confidence, 0)}{kept}"
    return [*parts, Text(), remark(f"{how}, as of {day(data.as_of)}, {data.reasoning_id}, {data.seconds:.1f} s")]


def _source(citation: Citation) -> list[RenderableType]:
    where = [citation.concept, citation.period, citation.document, citation.section]
    page = f"page {citation.page}" if citation.page is not None else None
    said = ", ".join(part for part in (*where, page, citation.accession) if part)
    parts: list[RenderableType] = [indented(one_line(f"[{citation.n}] {said}"), 2)]
    if citation.quote:
        parts.append(indented(one_line(f"“{citation.quote}”", "italic"), 6))
    return parts
