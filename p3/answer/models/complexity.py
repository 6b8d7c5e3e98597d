"""How hard a question is to answer in words, from features that can be read off it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from p3.answer.models.config import ComplexitySettings

_WORD = re.compile(r"[^\W\d_]+")
_PERIOD = re.compile(
    r"\b(?:fy|fiscal(?:\s+year)?|fye)?\s*'?((?:19|20)\d\d)\b|\bfy\s*'?(\d\d)\b|\bq[1-4]\b"
    r"|\b(?:first|second|third|fourth|last|latest|prior|previous|next|same)\s+(?:fiscal\s+)?(?:quarter|year|month)s?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Complexity:
    """``score`` in [0, 1] is the sum of ``parts``: what each feature adds, by its name."""

    score: float
    parts: Mapping[str, float]


def measure(question: str, companies: int, settings: ComplexitySettings) -> Complexity:
    """Return the complexity of ``question``, which names so many ``companies``; Unicode text of any length."""
    words = [word.lower() for word in _WORD.findall(question)]
    counts = {
        "companies": companies,
        "periods": len({" ".join(match[0].lower().split()) for match in _PERIOD.finditer(question)}),
        "operations": sum(word in settings.operations.words for word in words),
        "explanation": sum(word in settings.explanation.words for word in words),
        "length": len(words),
    }
    parts = {}
    for name, feature in settings:
        share = (counts[name] - feature.start) / (feature.full - feature.start)
        parts[name] = round(feature.weight * min(max(share, 0.0), 1.0), 4)
    return Complexity(round(sum(parts.values()), 4), parts)
