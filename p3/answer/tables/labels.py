"""A row's label in one form, however it is wrapped, annotated or signed in print."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from p3.answer.tables.rows import Row

_MOST_LINES = 4  # lines that one label is wrapped over

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "–": "-", "—": "-", "−": "-", "\u00a0": " ", "＆": "&"})
_SIGNS = re.compile(
    r"/?\s*\((?:the )?(?:loss|losses|deficit|benefit|benefits|credit|expense|provision|income"
    r"|used in|used for|used by|used|provided by|gain|decrease|increase|charges?|recoveries"
    r"|accumulated deficit)\)(?:\s*/)?",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\s*[(\[](?:see )?notes? [^)\]]*[)\]]|\s*\((?:[a-z]|\d{1,2})\)|,?\s*-?\s*(?:see )?note \d+\b|\*+",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_TAIL = re.compile(
    r"(?:,|;|:)?\s*(?<!\w)(?:net of|less|including|includes|exclusive of|excluding|inclusive of|after deducting"
    r"|at cost)\b.*\Z|,? at\b.*\Z"
)
_OPEN_END = re.compile(r"(?:[,(/&–—-]|\b(?:and|of|or|to|for|in|the|from|with))\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a row may be called: ``whole`` as printed, ``bare`` without brackets, ``short`` without "net of ..."."""

    whole: tuple[str, ...]
    bare: tuple[str, ...]
    short: tuple[str, ...]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(self.whole + self.bare + self.short))


def meant(row: Row) -> Meanings:
    """Return the labels that a row may be meant to have, from its last line to its last four."""
    lines = list(_whole(row.lines))
    bare = [_BRACKETS.sub("", line) for line in lines]
    return Meanings(
        tuple(normal(line) for line in lines),
        tuple(normal(line) for line in bare),
        tuple(_TAIL.sub("", normal(line)).strip(" ,") for line in bare),
    )


def own_lines(row: Row) -> int:
    """Return how many of the lines are the row's own, from the last; what stands above them is a heading."""
    return next((len(row.lines) - at for at in _beginnings(row.lines)), 0)


def normal(label: str) -> str:
    """Return a label in lower case, without notes, marks and the brackets that tell what a negative amount means."""
    text = _SIGNS.sub(" ", _NOTE.sub(" ", label.translate(_TYPOGRAPHY)))
    return " ".join(text.lower().replace("$", "").split()).strip(" .:,-|")


def _whole(lines: tuple[str, ...]) -> Iterator[str]:
    """Yield the last one to four lines that do not begin in the middle of a phrase."""
    return (" ".join(lines[at:]) for at in _beginnings(lines))


def _beginnings(lines: tuple[str, ...]) -> Iterator[int]:
    """Yield the indices of the lines that a label may begin with, the last first."""
    earliest = max(0, len(lines) - _MOST_LINES)
    for at in reversed(range(earliest, len(lines))):
        if at == earliest or not continues(lines[at - 1], lines[at]):
            yield at


def continues(before: str, line: str) -> bool:
    """Say whether a line goes on with the label of the line before."""
    return line.lstrip("“\"'(")[:1].islower() or line[:1].isdigit() or _OPEN_END.search(before) is not None
