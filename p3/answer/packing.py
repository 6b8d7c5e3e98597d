"""Passages packed into a model's context by value: most score for each token, tables whole."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from p3.answer.result import Passage
from p3.answer.sentences import Sentence, sentences

_DAMPING = 10  # of the score by rank, 1 / (10 + rank): the second passage is worth nearly as much as the first
_MARKS = 8  # tokens of the number and quotation marks around a passage
_LINE = re.compile(r"\n[ \t]*\n+")
_FIGURE = re.compile(r"\(?[$€£]?\d[\d,.]*%?\)?")


@dataclass(frozen=True, slots=True)
class Packed:
    """What is shown of a passage: some or all of its sentences and table lines, in its order."""

    passage: Passage
    shown: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """What a model reads, a line for each."""
        return "\n".join(sentence.text for sentence in self.shown)


def tokens_in(text: str, characters_per_token: float) -> int:
    """Return how many tokens ``text`` takes, estimated from its length."""
    return math.ceil(len(text) / characters_per_token)


def pack(passages: Sequence[Passage], tokens: int, characters_per_token: float) -> list[Packed]:
    """Return what of ``passages`` fits into ``tokens``, in the order of their rank.

    The best passage goes first, the others by score for each token. Of one that does not fit whole, the sentences that
    still fit are taken in order; a table fits whole or is left out. Sentences that address a model are never shown,
    and a span that two passages share is shown once.
    """
    groups = _groups(passages)
    best = min(groups, key=lambda group: group[0].passage.rank, default=None)
    order = sorted(groups, key=lambda group: (group is not best, -_worth(group, characters_per_token)))
    room, packed = tokens, []
    for group in order:
        shown, size = _fitting(group, room, characters_per_token)
        if shown:
            packed.append(Packed(group[0].passage, tuple(shown)))
            room -= size
    return sorted(packed, key=lambda each: each.passage.rank)


def _groups(passages: Sequence[Passage]) -> list[list[Sentence]]:
    """Return each passage's sentences; those whose every sentence another shows already are left out."""
    groups: dict[int, list[Sentence]] = {}
    for sentence in sentences(sorted(passages, key=lambda passage: passage.rank)):
        groups.setdefault(id(sentence.passage), []).append(sentence)
    return list(groups.values())


def _worth(group: Sequence[Sentence], characters_per_token: float) -> float:
    return 1 / (_DAMPING + group[0].passage.rank) / _size(group, characters_per_token)


def _size(group: Sequence[Sentence], characters_per_token: float) -> int:
    return _MARKS + sum(1 + tokens_in(sentence.text, characters_per_token) for sentence in group)


def _fitting(group: Sequence[Sentence], room: int, characters_per_token: float) -> tuple[list[Sentence], int]:
    """Return the sentences and tables of a passage that fit, and their size."""
    shown: list[Sentence] = []
    for block in _blocks(group):
        if _size([*shown, *block], characters_per_token) <= room:
            shown += block
    return shown, _size(shown, characters_per_token)


def _blocks(group: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Yield what is shown whole or not at all: a sentence, or the lines of a table with the captions above them."""
    text, base = group[0].passage.text, group[0].passage.start
    table: list[Sentence] = []
    for sentence in group:
        if table and _LINE.search(text, table[-1].end - base, sentence.start - base):
            yield from _closed(table)
            table = []
        table.append(sentence)
    yield from _closed(table)


def _closed(lines: list[Sentence]) -> Iterator[list[Sentence]]:
    """Yield a paragraph's lines as one table where most rows end in figures, else one by one."""
    if _is_table(lines):
        yield lines
    else:
        yield from ([line] for line in lines)


def _is_table(lines: Sequence[Sentence]) -> bool:
    rows = sum(_is_row(line.text) for line in lines)
    return rows >= 2 and rows * 2 >= len(lines)


def _is_row(line: str) -> bool:
    """Whether a line is a row: cells parted by bars, as tables of HTML are written, or figures at its end."""
    words = line.split()
    return " | " in line or (len(words) > 1 and bool(_FIGURE.fullmatch(words[-1])) and not line.endswith("."))
