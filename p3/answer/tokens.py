"""A question as a sequence of tokens: companies, periods, terms, markers, numbers; what no list knows stays
`unknown`.
"""

import re
from dataclasses import dataclass

import polars as pl

from p3.answer import companies, periods
from p3.answer.lexicon import Lexicon
from p3.answer.periods import PeriodKey
from p3.answer.presentation import Presentation, take
from p3.retrieval.understand import strip_instructions

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "\u00a0": " "})
_WORDS = re.compile(r"@[\w.@-]*\w|\d+(?:\.\d+)?|[a-z][\w&'./-]*(?<![.'/-])|[()+*/%&÷=-]|[^\s\w]")
_TO = re.compile(r"(?<=[a-z&)])-to-(?=[a-z])")
_PUNCTUATION = frozenset(".,;:?!\"'…")


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is company, period, term, number, open, close, unknown, or a marker's name; ``text`` is the phrase as
    read.
    """

    kind: str
    text: str
    name: str = ""
    cik: int | None = None
    keys: tuple[PeriodKey, ...] = ()


def prepare(question: str, known: pl.DataFrame) -> tuple[str, Presentation]:
    """Return ``question`` in lower case with companies marked, without instructions, and how the answer is to be
    written.
    """
    marked = companies.mark(question.translate(_TYPOGRAPHY), known)
    text, wanted = take(_lower(marked))
    return strip_instructions(text), wanted


def tokens_of(text: str, lexicon: Lexicon) -> list[Token]:
    """Return the tokens of prepared ``text`` in order, without fillers."""
    marked = _TO.sub(" to ", periods.mark(text))
    words = [word for word in _WORDS.findall(marked) if word not in _PUNCTUATION]
    tokens: list[Token] = []
    while words:
        token, used = _next(words, lexicon)
        words = words[used:]
        if token.kind != "filler":
            tokens.append(token)
    return tokens


def _lower(text: str) -> str:
    return re.sub(r"@C-?\d+|[^@]+|@", lambda match: match[0] if match[0].startswith("@C") else match[0].lower(), text)


def _next(words: list[str], lexicon: Lexicon) -> tuple[Token, int]:
    """Return the token at the head of ``words``, the longest known phrase first, and the number of words that it
    takes.
    """
    for length in range(min(lexicon.longest, len(words)), 0, -1):
        phrase = " ".join(words[:length])
        for candidate in (phrase, phrase.removesuffix("'s")):
            if candidate in lexicon.phrases:
                kind, name = lexicon.phrases[candidate]
                return Token(kind, candidate, name), length
        if lexicon.phrases.get(singular := phrase.removesuffix("s"), ("", ""))[0] == "term":
            return Token("term", singular, lexicon.phrases[singular][1]), length
    return _word(words[0]), 1


def _word(word: str) -> Token:
    if (cik := companies.read(word)) is not None:
        return Token("company", word, cik=cik)
    if keys := periods.read(word):
        return Token("period", word, keys=keys)
    if word in ("(", ")"):
        return Token("open" if word == "(" else "close", word)
    if word == "*":
        return Token("times", word)
    if re.fullmatch(r"\d+(\.\d+)?", word):
        return Token("number", word)
    return Token("unknown", word)
