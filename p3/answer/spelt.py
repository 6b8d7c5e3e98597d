"""Numbers written in words: "twelve", "one hundred and five", "two-thirds", "doubled", "tenfold"."""

import re
from decimal import Decimal

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: n for n, word in enumerate(_ONES)} | {word: 10 * n for n, word in enumerate(_TENS, start=2)}
_WORD = "|".join(sorted((*_VALUES, "hundred", "thousand"), key=len, reverse=True))
_PARTS = r"half|third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
# A row of number words is one number only as English forms it: "twenty-five", not "two three".
PATTERN = rf"(?:{_WORD})(?:(?:\sand\s|[\s-])(?:{_WORD})\b)*(?![\s-](?:{_PARTS})s?\b)"
MULTIPLES = (
    rf"(?:{_WORD})[\s-](?:{_PARTS})s?|half|halves|halved|doubl(?:ed?|es|ing)|tripl(?:ed?|es|ing)|quadrupl(?:ed?|es|ing)"
    r"|twice|thrice|[a-z]+fold|dozens?|hundreds|thousands?|millions?|billions?|trillions?"
)
_FAMILIES = {"hal": "half", "doubl": "double", "tripl": "triple", "quadrupl": "quadruple"}


def value(words: str) -> Decimal | None:
    """Return what ``words`` amount to; None for "one" alone, which is mostly a pronoun."""
    said = [word for word in re.findall(r"[a-z]+", words.lower()) if word != "and"]
    if said == ["one"]:
        return None
    total = part = 0
    for word in said:
        if word == "hundred":
            part = (part or 1) * 100
        elif word == "thousand":
            total, part = total + (part or 1) * 1000, 0
        else:
            part += _VALUES[word]
    return Decimal(total + part)


def multiple(words: str) -> str:
    """Return the word that stands for the forms of a multiple: double for doubled and doubling."""
    word = re.sub(r"[\s-]+", "-", words.lower())
    return next((family for start, family in _FAMILIES.items() if word.startswith(start)), word)
