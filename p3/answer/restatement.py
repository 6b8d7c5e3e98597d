"""Whether a sentence says the whole of what is quoted, and nothing else.

It does where the same words and numbers stand in both in the same order; only punctuation, capitals and the way in
which a number is written may differ. So whose number it is, of when it is, who did what, and every "if", "may", "not"
and "claim that" are as they are quoted. A paraphrase is none, however true: no rule tells it from a false one.
"""

import re
from collections.abc import Iterator

from p3.answer.numerals import Kind, Value, numerals

_WORD = re.compile(r"[^\W\d_]+(?:['’&-][^\W\d_]+)*|[<>≤≥≈~±+=?]")
_Meaning = tuple[Kind, Value, str]
_Token = str | tuple[_Meaning, ...]


def restates(sentence: str, quoted: str) -> bool:
    """Whether ``sentence`` says what ``quoted`` says, no less and no more."""
    return _said(sentence) == _said(quoted)


def _said(text: str) -> list[_Token]:
    return [token for _, token in sorted(_placed(text), key=lambda placed: placed[0])]


def _placed(text: str) -> Iterator[tuple[int, _Token]]:
    """Yield each number as all that it means, and each word outside the numbers, with its place."""
    meanings: dict[tuple[int, int], list[_Meaning]] = {}
    for each in numerals(text):
        meanings.setdefault((each.start, each.end), []).append((each.kind, each.value, each.currency[-1:]))
    words = text
    for (start, end), meant in meanings.items():
        yield start, tuple(meant)
        words = words[:start] + " " * (end - start) + words[end:]
    for match in _WORD.finditer(words):
        yield match.start(), match[0].casefold().replace("’", "'")
