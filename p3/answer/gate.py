"""What a model wrote is shown only as far as it stands in the cited span of a document.

A quotation stands contiguously, spacing and the shape of quotation marks apart. A sentence is withheld where a number
of it does not stand in the cited span with the same value, sign and unit, where a name of it stands neither in the
passage nor in its company's name, where it gives advice that the span does not, and where the two share no word. What
is left is shown as it is where it restates the span word for word (`restatement`); otherwise the span is shown itself,
in quotation marks. No model takes part in this.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from p3.answer.numerals import Numeral, numerals
from p3.answer.restatement import restates
from p3.retrieval import terms

Rule = Literal["shape", "passage", "quotation", "characters", "number", "name", "sense"]
_QUOTES = str.maketrans({"’": "'", "‘": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "‟": '"'})
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NO_NAMES = frozenset(("fy", "q"))  # of "FY2024" and "Q3"; what follows is read as a number
_LOSS = re.compile(
    r"\b(?:decreas|declin|fell|fall|drop|lower|reduc|shr[aiu]nk|contract(?:ed|ion)\b|down\b|worsen|deteriorat"
    r"|loss|losses|lost|negative|deficit|outflow|used|expense|paid|charge)",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\b(?:buy|buys|sell|sells|hold|avoid|recommend\w*|outperform\w*|underperform\w*|overweight|underweight|invest|undervalued"
    r"|overvalued|price target|should|must|guarantee\w*)\b",
    re.IGNORECASE,
)
_RATING = re.compile(r"(?i:(?:\A|[:;.]\s*)(?:buy|sell|hold|avoid|invest)(?![\w-]))|\b(?:BUY|SELL|HOLD)\b")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was withheld; ``rule`` is what it is counted by."""

    rule: Rule
    detail: str

    def __str__(self) -> str:
        return self.detail


def find_quotation(quotation: str, text: str) -> tuple[int, int] | None:
    """Return the span of ``text`` where ``quotation`` stands contiguously and in whole words, None where it does not.

    Spacing and the shape of quotation marks do not count; every other character does.
    """
    words = quotation.translate(_QUOTES).split()
    if not words:
        return None
    spaced = r"\s+".join(re.escape(word) for word in words)
    match = re.search(rf"(?<!\w){spaced}(?!\w)", text.translate(_QUOTES))
    return match.span() if match else None


def check(sentence: str, text: str, span: tuple[int, int], owner: str) -> str | Refusal:
    """Return what may be shown of ``sentence`` on ``span`` of ``text``: itself or the span quoted, or why nothing may.

    ``owner`` names the company whose passage ``text`` is.
    """
    quoted = " ".join(text[slice(*span)].split())
    return _refusal(sentence, text, span, owner) or (sentence if restates(sentence, quoted) else f"“{quoted}”")


def _refusal(sentence: str, text: str, span: tuple[int, int], owner: str) -> Refusal | None:
    if strange := foreign_characters(sentence, f"{text} {owner}"):
        return Refusal("characters", f"characters that the passage does not use: {' '.join(strange)}")
    if numbers := unsupported_numbers(sentence, text, span):
        return Refusal("number", f"numbers that do not stand in the quotation: {', '.join(numbers)}")
    if names := unsupported_names(sentence, f"{text} {owner}"):
        return Refusal("name", f"names that do not stand in the passage: {', '.join(names)}")
    if sense := _foreign_sense(sentence, text[slice(*span)]):
        return Refusal("sense", sense)
    return None


def foreign_characters(sentence: str, source: str) -> list[str]:
    """Return, by name, what may pass for other characters or hide: any that is neither ASCII nor in ``source``."""
    known = set(source) | set("’‘“”–—−…•€£¥ \u00a0")
    foreign = {character for character in sentence if not character.isascii() and character not in known}
    hidden = {
        character for character in sentence if unicodedata.category(character) in ("Cc", "Cf") and character != "\n"
    }
    return sorted(unicodedata.name(character, f"U+{ord(character):04X}") for character in foreign | hidden)


def unsupported_numbers(sentence: str, text: str, span: tuple[int, int]) -> list[str]:
    """Return the numbers of ``sentence`` that ``text`` does not state wholly within ``span``.

    The numbers are read off the whole text, so that a quotation that begins in "126%" after the 1 does not state 26%.
    """
    start, end = span
    held = [numeral for numeral in numerals(text) if start <= numeral.start and numeral.end <= end]
    missing = (
        numeral.text
        for numeral in numerals(sentence)
        if not any(_same(numeral, sentence, other, text[start:end]) for other in held)
    )
    return list(dict.fromkeys(missing))


def _same(stated: Numeral, sentence: str, held: Numeral, quoted: str) -> bool:
    """Whether two numbers are one: a negative one may be told as a positive one by a word such as "loss"."""
    if stated.kind != held.kind or (stated.currency and held.currency and stated.currency[-1] != held.currency[-1]):
        return False
    if stated.value == held.value:
        return True
    if not (isinstance(stated.value, Decimal) and isinstance(held.value, Decimal)) or stated.value != -held.value:
        return False
    return bool(_LOSS.search(sentence if held.value < 0 else quoted))


def unsupported_names(sentence: str, source: str) -> list[str]:
    """Return the capitalised words of ``sentence`` that ``source`` does not hold; an opening stop word is no name."""
    held = {word.casefold() for word in _words(source)}
    stems = {terms.stem(word) for word in held}
    first, *others = _words(sentence) or [""]
    plain = first.casefold()
    opens = plain in held or plain in terms.STOP_WORDS or terms.stem(plain) in stems
    names = [*([] if opens else [first]), *(word for word in others if word != word.lower())]
    return list(dict.fromkeys(name for name in names if name and name.casefold() not in held | _NO_NAMES))


def _words(text: str) -> list[str]:
    return [re.sub(r"['’]s\Z|s['’]\Z", "", word) for word in _WORD.findall(text)]


def _foreign_sense(sentence: str, quoted: str) -> str | None:
    """Return what ``sentence`` brings in that is not quoted, and what neither of the two may say."""
    if _RATING.search(sentence) or _RATING.search(quoted):
        return "the sentence or its quotation gives advice"
    advice = {match.lower() for match in _ADVICE.findall(sentence)} - {
        match.lower() for match in _ADVICE.findall(quoted)
    }
    if advice:
        return f"advice that the quotation does not give: {', '.join(sorted(advice))}"
    shared = set(terms.content(sentence)) & set(terms.content(quoted))
    return None if shared else "the sentence shares no word with the quotation"
