"""The view of `p3 search`: the passages, best first."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import indented, literal, one_line, remark, sample
from p3.shapes import Passage, Search
from p3.wording import day

_SNIPPET = 320  # characters


def render(data: Search) -> list[RenderableType]:
    """Return each passage: its place, its text trimmed, and why it was found."""
    if not data.passages:
        return [Text("No passage matches. Fewer filters or other words may find one.")]
    parts: list[RenderableType] = [*sample(passage.origin for passage in data.passages)]
    for passage in data.passages:
        parts += _passage(passage)
    return [*parts, Text(), remark(f"{len(data.passages)} passages in {data.seconds:.1f} s; --json gives them whole.")]


def _passage(passage: Passage) -> list[RenderableType]:
    place = [passage.form, passage.section or "", f"page {passage.page}" if passage.page is not None else ""]
    title = Text.assemble(
        "\n",
        literal(f"{passage.rank:>2}  "),
        one_line(passage.ticker, "bold cyan"),
        " ",
        one_line(", ".join(part for part in place if part), "bold"),
        "  ",
        one_line(f"score {passage.score:.2f}", "dim"),
    )
    source = f"{passage.document}, {passage.accession}, accepted {day(passage.accepted)}"
    return [
        title,
        *(indented(part, 4) for part in (_snippet(passage.text), remark(source), remark(", ".join(passage.why)))),
    ]


def _snippet(text: str) -> Text:
    flat = " ".join(text.split())
    return literal(flat if len(flat) <= _SNIPPET else f"{flat[:_SNIPPET].rsplit(' ', 1)[0]} …")
