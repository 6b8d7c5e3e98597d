"""Words: which ones carry a question, and one pattern that finds their forms in text.

Singular and plural are one term, as in the S-stemmer (Harman 1991, "How effective is suffixing?"), and so are the
verb, noun and adjective of longer words: depreciate, depreciated, depreciation.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"10-?[kq]\b|8-?k\b|[a-z][a-z0-9&-]*[a-z0-9]|[a-z]|\d+(?:\.\d+)?")
_ENDINGS = "ation|ating|ated|ate|ator|ality|ally|ment|ity|ion|ing|er|or|ied|ed|al|ly|ive|able|y|e"
_ENDING = re.compile(rf"(?:{_ENDINGS})\Z")
_SHORTEST = 4  # letters that an ending leaves
_STOP_WORDS = """
    a about all also an and any are as at be been being between both but by can could did do does doing each for
    from had has have having here how i if in into is it its itself like many may me more most much must my no nor not
    of off on once only or other our out over own per roughly s same should so some such t than that the their theirs
    them then there these they this those through to too under until up us use used using very was we were what when
    where which while who whom whose why will with would you your
    company companies year years fiscal fy end based basis amount total please provide give state data
    say says describe describes discuss discusses mention mentions explain explains tell tells name names list lists
    main major key primary inc corp ltd plc
    defined define divided during mentioned report reported million billion usd
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


def words(text: str) -> list[str]:
    """Return the words of ``text`` in lower case."""
    return _WORD.findall(text.lower())


def stem(word: str) -> str:
    """Return ``word`` without its plural ending and without the ending that its kind of word has."""
    single = _singular(word)
    ending = _ENDING.search(single, _SHORTEST)
    return single[: ending.start()] if ending and single.isalpha() else single


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("us", "ss", "is")):
        return word[:-1]
    return word


def content(text: str) -> list[str]:
    """Return the stems of the words of ``text`` that are not stop words, each once, in order."""
    return list(dict.fromkeys(stem(word) for word in words(text) if word not in STOP_WORDS))


def pattern(stems: Iterable[str]) -> str:
    """Return a regular expression (RE2 syntax, lower-case text) that finds every form of the stems as whole words."""
    forms = "|".join(re.escape(word) for word in sorted(stems, key=len, reverse=True))
    return rf"(?-u:\b)(?:{forms})(?:{_ENDINGS}|ie|itie)?(?:e?s)?(?-u:\b)"


@dataclass(frozen=True, slots=True)
class Term:
    """A stem to look for and how much it counts."""

    stem: str
    weight: float

    def is_form(self, word: str) -> bool:
        """Say whether ``word``, in lower case, is a form of the stem."""
        return word == self.stem or stem(word) == self.stem
