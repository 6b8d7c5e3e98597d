"""What an answer is made of, and what is needed to make one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

import polars as pl

from p3.answer.figures import ShareBases, Statements, no_splits_known, nothing_printed
from p3.answer.models.protocol import LanguageModel, Listener

Status = Literal["answered", "abstained"]
Standing = Literal["high", "medium", "low"]
Route = Literal["facts", "passages", "none"]


class Passage(Protocol):
    """A retrieved passage; ``text`` is the document's text from ``start`` to ``end``, character by character."""

    @property
    def rank(self) -> int:
        """The place among the passages found, from 1."""

    @property
    def score(self) -> float:
        """How well it fits the question, beside the others found for it; the best is not always the highest."""

    @property
    def ticker(self) -> str:
        """Whose filing it is."""

    @property
    def form(self) -> str:
        """The filing's form, such as 10-K."""

    @property
    def accession(self) -> str:
        """The filing's accession number."""

    @property
    def document(self) -> str:
        """The document's file name."""

    @property
    def section(self) -> str:
        """The section, such as Item 7."""

    @property
    def page(self) -> int | None:
        """The page, from 1, where the document has pages."""

    @property
    def start(self) -> int:
        """The first character in the document."""

    @property
    def end(self) -> int:
        """The character after the last."""

    @property
    def accepted(self) -> datetime:
        """When the filing was accepted, in UTC."""

    @property
    def text(self) -> str:
        """The passage."""


Search = Callable[[str, int], Sequence[Passage]]
Similarity = Callable[[str, Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Context:
    """What a question may draw on.

    ``companies`` and ``line_items`` are frames of the tables of those names; line items known after ``as_of`` are
    never used.
    ``search`` returns passages accepted by ``as_of``, best first. ``similarity`` tells how near in meaning texts are to
    a question, from -1 to 1; without it sentences are weighed by their words alone. ``documents`` names each
    accession's document. ``statements`` gives the fiscal years that a company's annual reports print,
    ``bases`` a company's share basis of the as-of.
    Without a ``model`` text is quoted, not worded; ``listen`` hears its drafts before they are checked,
    ``template`` names its prompt where that is not the configured one.
    """

    companies: pl.DataFrame
    line_items: pl.DataFrame
    search: Search
    as_of: datetime
    model: LanguageModel | None = None
    listen: Listener | None = None
    template: str | None = None
    documents: Mapping[str, str] = field(default_factory=dict)
    similarity: Similarity | None = None
    statements: Statements = nothing_printed
    bases: ShareBases = no_splits_known


@dataclass(frozen=True, slots=True)
class Citation:
    """Source ``n`` of an answer: a span of a document (``start`` and ``end`` count characters), or a fact
    (``concept``, ``period``, ``value``). A row of a statement is both: its ``concept`` is the label as printed.

    ``period`` is ``START/END`` for a duration, ``END`` for an instant.
    """

    n: int
    accession: str
    document: str | None = None
    section: str | None = None
    page: int | None = None
    start: int | None = None
    end: int | None = None
    quote: str | None = None
    concept: str | None = None
    period: str | None = None
    value: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer or a reasoned abstention. Money in single units of ``unit``, ratios as fractions.

    ``confidence`` lies in [0, 1] and comes from the product of the stated ``signals``; it is 0 for an abstention.
    ``standing`` is what it lets the answer do; one that it withholds is kept as ``draft``. ``request`` is what was
    understood of a numeric question, ``passages`` where each passage that was looked at stands. ``tier`` is ``rules``,
    or that of the model that worded the text; ``worded`` tells how models were asked, what they took, why others did
    not answer and what the gate withheld, empty where none was asked.
    """

    question: str
    answer: str
    status: Status
    confidence: float
    route: Route
    tier: str
    value: float | None = None
    unit: str | None = None
    formula: str | None = None
    citations: tuple[Citation, ...] = ()
    steps: tuple[str, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    worded: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)
    passages: tuple[Mapping[str, Any], ...] = ()
    standing: Standing = "low"
    draft: "Answer | None" = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain lists and dictionaries, ready for JSON."""
        row = asdict(self)
        return {**row, "citations": list(row["citations"]), "steps": list(row["steps"])}
