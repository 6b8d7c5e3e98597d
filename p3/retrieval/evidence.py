"""The line of a filing in which a reported value stands."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

_SCALES = (1.0, 1e3, 1e6, 1e9)  # filings print money in units, thousands, millions and billions
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z]|\b)|[A-Z]?[a-z]+")


class Line(NamedTuple):
    """A line of a document; ``start`` and ``end`` count its characters."""

    passage_id: str
    section: str
    page: int | None
    start: int
    end: int
    text: str


def sentence_with(passages: pl.DataFrame, value: float, concept: str) -> Line | None:
    """Return the line that prints ``value`` and shares most words with ``concept`` (in XBRL's camel case), or None.

    ``passages`` are those of one document. Only a primary statement or a line that shares a word with the concept
    counts: a number alone may be another's.
    """
    words = {word.lower()[:6] for word in _WORD.findall(concept) if len(word) > 3}
    candidates = [(line, kind) for line, kind in _lines(passages, value) if kind or _shared(line, words)]
    if not candidates:
        return None
    best = max(candidates, key=lambda each: (_shared(each[0], words), each[1] is not None, -each[0].start))
    return best[0]


def _shared(line: Line, words: set[str]) -> int:
    return sum(word in line.text.lower() for word in words)


def _lines(passages: pl.DataFrame, value: float) -> Iterator[tuple[Line, str | None]]:
    printed = re.compile("|".join(rf"(?<![\d.,]){re.escape(text)}(?![\d]|[.,]\d)" for text in _printed(value)))
    columns = ("passage_id", "section", "page", "start", "statement", "text")
    for passage_id, section, page, start, statement, text in passages.select(columns).sort("start").iter_rows():
        at = start
        for line in text.split("\n"):
            if printed.search(line):
                yield Line(passage_id, section, page, at, at + len(line), line.strip()), statement
            at += len(line) + 1


def _printed(value: float) -> list[str]:
    """Return how a filing may print ``value``: whole at each scale that loses nothing, with commas, and decimals."""
    magnitude = abs(value)
    whole = [
        f"{magnitude / scale:,.0f}" for scale in _SCALES if magnitude >= scale and (magnitude / scale).is_integer()
    ]
    decimals = [] if magnitude.is_integer() else [f"{magnitude:,.2f}"]
    billions = [f"{magnitude / 1e9:,.1f} billion"] if magnitude >= 1e9 and (magnitude / 1e8).is_integer() else []
    return [text for text in [*whole, *decimals, *billions] if len(text) > 2] or [f"{magnitude:g}"]
