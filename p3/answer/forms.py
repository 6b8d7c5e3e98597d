"""What the form of a sentence is worth as an answer: its shape, and whether it holds the kind of thing asked for.

Headings, labels, sentences that a passage cuts off, references to other places and the cautions that every filing
repeats say little, however well their words fit.
"""

import re

from p3.answer.sentences import is_closed
from p3.retrieval import terms

_SHORTEST = 4  # words that say something
_FIGURES = re.compile(r"\d[\d,.]*")
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_NO_AMOUNT = re.compile(
    rf"""\b(?:19|20)\d\d\b|\b{_MONTH}\s+\d\d?\b|\A\(?\d+[.)]
    |\b(?:note|item|part|level|page|form|exhibit|tier)s?\s+\d+\w?(?:-\w)?""",
    re.IGNORECASE | re.VERBOSE,
)
_NUMBER = "none|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|third|quarter"
_AMOUNT = re.compile(rf"\d|\b(?:{_NUMBER})\b", re.IGNORECASE)

ROW = 0.6  # what a row of figures is worth beside a sentence
_HEADING = 0.3
_CUT_OFF = 0.75
_BEGINS_LATE = 0.8
_HEADING_WORDS = 15
_SHAPES = (
    # References to other places, the cautions of every filing, and lines that announce a table.
    (0.75, re.compile(r"\A\W*(?:see|refer\s+to|for\s+(?:additional|further|more)\s+\w+)\b", re.I)),
    (0.85, re.compile(r"\b(?:see|refer\s+to|described\s+in|discussed\s+in)\W+(?:note|item|part|exhibit)\b", re.I)),
    (
        0.4,
        re.compile(
            r"""forward-looking|actual\s+results\s+(?:to|may|could|might|will)\s|differ\s+materially|undue\s+reliance
            |litigation\s+reform\s+act|undertake\s+no\s+obligation|incorporated\s+(?:herein\s+)?by\s+reference""",
            re.I | re.X,
        ),
    ),
    (0.8, re.compile(r"\b(?:following|below)\b[^.]*[.:]?\Z|:\Z", re.I)),
)
_WANTED = (
    (
        re.compile(r"\b(?:why|drove|drives?|driven|reasons?|led\s+to|caused?)\b", re.I),
        re.compile(
            r"""\b(?:due\s+to|because|driven\s+by|as\s+a\s+result|result(?:ed|ing)\s+(?:from|in)|reflect|primarily
            |attributable|owing\s+to|offset\s+by|in\s+order\s+to)""",
            re.I | re.X,
        ),
    ),
    (re.compile(r"\A\W*when\b", re.I), re.compile(rf"\b(?:19|20)\d\d\b|\b{_MONTH}\b")),
    (
        re.compile(r"\b(?:who|whom|which|where|what\s+(?:are|were|kinds?|types?))\b", re.I),
        re.compile(r"[,;][^,;]+[,;][^,;]*\b(?:and|or)\b|•", re.I),
    ),
)
_AS_WANTED = 1.15


def worth(question: str, sentence: str) -> float:
    """Return the factor by which ``sentence`` counts as an answer to ``question``: 0 for one that says nothing."""
    if len(terms.words(_FIGURES.sub(" ", sentence))) < _SHORTEST:
        return 0.0
    factor = _shape(sentence) * (_BEGINS_LATE if sentence[0].islower() else 1.0)
    for value, pattern in _SHAPES:
        if pattern.search(sentence):
            factor *= value
    for asks, holds in _WANTED:
        if asks.search(question) and holds.search(sentence):
            factor *= _AS_WANTED
    return factor


def holds_amount(text: str) -> bool:
    """Whether ``text`` says how much or how many of something: a figure other than a year, a date or a number of a
    note.
    """
    return bool(_AMOUNT.search(_NO_AMOUNT.sub(" ", text))) and bool(terms.content(_FIGURES.sub(" ", text)))


def is_row(text: str) -> bool:
    """Whether ``text`` is a table's row: no sentence, and every fourth word or more a figure."""
    words = text.split()
    return not _is_sentence(text) and sum(bool(_FIGURES.search(word)) for word in words) * 4 >= len(words)


def _is_sentence(text: str) -> bool:
    return is_closed(text) or text.endswith(":")


def _shape(sentence: str) -> float:
    if _is_sentence(sentence):
        return 1.0
    if is_row(sentence):
        return ROW
    words = sentence.split()
    letters = [word for word in words if word[0].isalpha()]
    titled = sum(word[0].isupper() for word in letters) * 2 >= len(letters)
    return _HEADING if titled and len(words) < _HEADING_WORDS else _CUT_OFF
