"""Report pages: tables, charts, answers and paragraphs, rendered by one template that escapes what it is given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Literal

from jinja2 import Environment, Template


@dataclass(frozen=True)
class Column:
    """A column's head, and whether it holds numbers, long text that may wrap, or how a stage or an order ended."""

    name: str
    kind: Literal["word", "number", "text", "status"] = "word"
    anchor: str = ""


@dataclass(frozen=True)
class Cell:
    """Text that links to ``href``, that others link to as ``anchor``, or that a heat map colours by ``tone``.

    The tones are under3 (much less) to under1 and over1 to over3.
    """

    text: str
    href: str = ""
    anchor: str = ""
    tone: str = ""


Row = Sequence[str | Cell | Sequence[Cell]]


@dataclass(frozen=True)
class Table:
    """Rows of cells, each of text, or of several parts one below the other."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Charts:
    """Drawings as SVG text, side by side where there is room: p3 made them, so they go into the page as they are."""

    drawings: Sequence[str]
    kind: Literal["charts"] = "charts"


@dataclass(frozen=True)
class Source:
    """What an answer stands on: its number, where it is, and its words where it quotes any."""

    number: int
    where: str
    quote: str


@dataclass(frozen=True)
class AnswerPart:
    """A question, its answer and the sources."""

    question: str
    text: str
    sources: Sequence[Source]
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text, below a smaller heading if it has one."""

    text: str
    heading: str = ""
    kind: Literal["paragraph"] = "paragraph"


Part = Table | Charts | AnswerPart | Paragraph


@dataclass(frozen=True)
class Section:
    """A titled part of a page."""

    title: str
    parts: Sequence[Part] = field(default_factory=tuple)


def render(title: str, about: Sequence[tuple[str, str]], sections: Sequence[Section], *, sample: bool) -> str:
    """Return the page as one HTML document that needs no other file; ``about`` holds terms and what they are here."""
    return _template().render(title=title, about=about, sections=sections, sample=sample)


@cache
def _template() -> Template:
    text = (resources.files("p3.common") / "templates" / "page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(text)
