"""Names in a question other than the companies known: "AWS", "Blackwell", or a company outside the scope.

A passage that does not hold them is about something else, however well its other words fit.
"""

import re

import polars as pl

from p3.answer import companies, periods
from p3.answer.lexicon import load_lexicon

_CAPITALISED = re.compile(r"(?<![\w@'])[A-Z][\w&-]*")
# Abbreviations that filings also write out in full.
_WRITTEN_OUT = re.compile(r"ai|ceo|cfo|coo|esg|fy|i|ip|q[1-4]|r&d|sec|uk|u|us|usa|usd")


def required_names(question: str, known: pl.DataFrame) -> tuple[str, ...]:
    """Return the names in lower case; none for a question written in capitals, which do not tell names there."""
    marked = companies.mark(question, known)
    words = re.findall(r"[A-Za-z][\w&-]*", marked)
    capitalised = [match[0] for match in _CAPITALISED.finditer(marked) if not _begins_sentence(marked, match.start())]
    if len(capitalised) * 2 > len(words):
        return ()
    phrases = load_lexicon().phrases
    lowered = (word.lower() for word in capitalised)
    return tuple(
        word
        for word in lowered
        if word not in phrases and not _WRITTEN_OUT.fullmatch(word) and periods.mark(word) == word
    )


def _begins_sentence(text: str, position: int) -> bool:
    before = text[:position].rstrip()
    return not before or before[-1] in ".?!:"
