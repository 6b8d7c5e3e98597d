"""What a model wrote is let through only as far as it stands in the sources: quotations contiguous, numbers present."""

import re
from collections.abc import Iterable

_SPACE = re.compile(r"\s+")
_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"})
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
_WORDED = re.compile(
    r"\b(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty|(?:thir|four|fif|six|seven|eigh|nine)teen|three|four|five|six|seven|eight|nine"
    r"|ten|eleven|twelve|hundred|thousand|million|billion|trillion|half|double[ds]?|triple[ds]?)\b",
    re.IGNORECASE,
)


def find_quotation(quotation: str, text: str) -> tuple[int, int] | None:
    """Return the span of ``text`` where ``quotation`` stands contiguously, spacing apart; None where it does not."""
    words = quotation.split()
    if not words:
        return None
    match = re.search(r"\s+".join(re.escape(word) for word in words), text)
    return match.span() if match else None


def unsupported_numbers(statement: str, sources: Iterable[str]) -> list[str]:
    """Return the numbers of ``statement``, in digits or in words, that stand in none of ``sources``."""
    held: set[str] = set()
    for source in sources:
        held |= set(_numbers(source))
    return [number for number in _numbers(statement) if number not in held]


def _numbers(text: str) -> list[str]:
    plain = _SPACE.sub(" ", text.translate(_TYPOGRAPHY))
    digits = [number.replace(",", "").rstrip(".") for number in _NUMBER.findall(plain)]
    return digits + [word.lower() for word in _WORDED.findall(plain)]
