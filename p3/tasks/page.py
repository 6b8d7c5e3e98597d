"""Report pages: sections of tables, charts, answers and paragraphs, rendered by one template that escapes whatever it is given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Literal

from jinja2 import Environment, Template


@dataclass(frozen=True)
class Column:
    """A column's head, and whether it holds numbers."""

    name: str
    number: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of text."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Chart:
    """A drawing as SVG text, made by p3 itself: it goes into the page as it is."""

    svg: str
    kind: Literal["chart"] = "chart"


@dataclass(frozen=True)
class AnswerPart:
    """A question, its answer and the sources."""

    question: str
    text: str
    sources: Sequence[str]
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text."""

    text: str
    kind: Literal["paragraph"] = "paragraph"


Part = Table | Chart | AnswerPart | Paragraph


@dataclass(frozen=True)
class Section:
    """A titled part of a page."""

    title: str
    parts: Sequence[Part] = field(default_factory=tuple)


def render(title: str, about: str, sections: Sequence[Section], *, sample: bool) -> str:
    """Return the page as one HTML document that needs no other file."""
    return _template().render(title=title, about=about, sections=sections, sample=sample)


@cache
def _template() -> Template:
    text = (resources.files("p3.common") / "templates" / "page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(text)
