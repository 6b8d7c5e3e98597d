"""How well a search finds the places that answer questions: recall at a depth, and the mean reciprocal rank.

A question file is JSON lines, one question each, in FinanceBench's form (Islam et al. 2023, arXiv:2311.11944):
``question``, ``evidence`` (a list of ``doc_name`` with ``page``, counted from 0, or with ``section``), and optionally
``financebench_id`` or ``id``. A question is found by any one of its places.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from p3.errors import DataError

DEPTHS = (1, 5, 10)
DEPTH = 20  # places looked at: the reciprocal rank of one further down is 0
_NAMES = ("financebench_id", "id")


@dataclass(frozen=True, slots=True)
class Place:
    """A page (counted from 1) or a section of a document, which is named with or without the ending of its file."""

    document: str
    page: int | None
    section: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the places that answer it."""

    name: str
    text: str
    places: tuple[Place, ...]


class Found(Protocol):
    """What a search found."""

    @property
    def document(self) -> str:
        """The document's file name."""

    @property
    def section(self) -> str:
        """The section's name."""

    @property
    def page(self) -> int | None:
        """The page, counted from 1."""

    @property
    def start(self) -> int:
        """The first character."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares of the questions (fractions) by depth, and the mean reciprocal rank."""

    recall: dict[int, float]
    mrr: float


def read(text: str) -> list[Question]:
    """Return the questions of a file's text. Raises DataError, naming the line, for one that has not the form."""
    lines = [(at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip()]
    questions = [_question(line, at) for at, line in lines]
    if not questions:
        raise DataError("the file holds no question", "Write one JSON object a line.")
    return questions


def rank(question: Question, hits: Iterable[Found]) -> int | None:
    """Return the place among the distinct pages of ``hits`` of the first right one, counted from 1; None for none."""
    for at, hit in enumerate(distinct(hits), 1):
        if any(_is_at(hit, place) for place in question.places):
            return at
    return None


def scores(ranks: Sequence[int | None]) -> Scores:
    """Return recall and mean reciprocal rank of at least one question."""
    recall = {depth: sum(at is not None and at <= depth for at in ranks) / len(ranks) for depth in DEPTHS}
    return Scores(recall, sum(1 / at for at in ranks if at is not None and at <= DEPTH) / len(ranks))


def distinct(hits: Iterable[Found]) -> Iterator[Found]:
    """Yield the first hit of each page; where there are no pages every hit is a place of its own."""
    seen: set[tuple[str, object]] = set()
    for hit in hits:
        place = (hit.document, ("page", hit.page) if hit.page is not None else hit.start)
        if place not in seen:
            seen.add(place)
            yield hit


def stem(document: str) -> str:
    """Return a document's name as question files give it: without its ending, in one case."""
    head, _, ending = document.rpartition(".")
    return (head if head and len(ending) <= 4 else document).casefold()


def _is_at(hit: Found, place: Place) -> bool:
    if stem(hit.document) != stem(place.document):
        return False
    return hit.page == place.page if place.page is not None else hit.section == place.section


def _question(line: str, at: int) -> Question:
    try:
        row = json.loads(line)
        name = next((str(row[key]) for key in _NAMES if key in row), str(at))
        places = tuple(_place(evidence) for evidence in row["evidence"])
        if not isinstance(row["question"], str) or not places:
            raise ValueError("a question is a text and has evidence")
    except (ValueError, KeyError, TypeError, RecursionError) as failure:
        raise DataError(
            f"line {at} is no question with evidence",
            "Write {question, evidence: [{doc_name, page or section}]}, pages counted from 0.",
        ) from failure
    return Question(name, row["question"], places)


def _place(evidence: dict[str, Any]) -> Place:
    page, section = evidence.get("page"), evidence.get("section")
    if page is None and section is None:
        raise ValueError("evidence names a page or a section")
    return Place(str(evidence["doc_name"]), None if page is None else int(page) + 1, section)
