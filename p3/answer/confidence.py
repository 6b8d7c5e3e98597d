"""What a confidence means, and what it lets an answer do: go out, go out marked, or wait for a person.

The product of an answer's signals only orders answers; the table in ``confidence.toml`` turns it into the share of
answers of that kind that were right on the development questions, in straight lines between its points.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np

from p3.answer.result import Answer, Standing
from p3.errors import ConfigurationError

_FILE = "confidence.toml"


@dataclass(frozen=True, slots=True)
class Rules:
    """From ``high`` on an answer goes out as it is, from ``medium`` on marked; below it waits for review.

    ``points`` holds a kind's (product of signals, share right), both rising.
    """

    high: float
    medium: float
    points: Mapping[str, tuple[tuple[float, float], ...]]

    def calibrated(self, kind: str, product: float) -> float:
        """Return the confidence of an answer of ``kind``, as it is where nothing was measured of that kind."""
        points = self.points.get(kind)
        if not points:
            return product
        products, shares = zip(*points, strict=True)
        return round(float(np.interp(product, products, shares)), 4)

    def standing(self, confidence: float) -> Standing:
        """Return what an answer of that confidence may do."""
        if confidence >= self.high:
            return "high"
        return "medium" if confidence >= self.medium else "low"


def judged(found: Answer, rules: Rules) -> Answer:
    """Return an answer with its calibrated confidence and its standing; one of low standing is withheld."""
    if found.status == "abstained":
        return found
    confidence = rules.calibrated(_kind(found), found.confidence)
    standing = rules.standing(confidence)
    sure = replace(found, confidence=confidence, standing=standing)
    return sure if standing != "low" else _withheld(sure)


def _kind(found: Answer) -> str:
    return "worded" if "worded" in found.signals else found.route


def _withheld(draft: Answer) -> Answer:
    reason = f"what was found is too doubtful (confidence {draft.confidence:.0%})"
    return Answer(
        draft.question,
        f"No answer: {reason}.",
        "abstained",
        0.0,
        draft.route,
        draft.tier,
        steps=(*draft.steps, reason),
        signals=draft.signals,
        worded=draft.worded,
        request=draft.request,
        passages=draft.passages,
        draft=draft,
    )


@cache
def load_rules() -> Rules:
    """Return common/config/confidence.toml. Raises ConfigurationError where it is malformed."""
    try:
        config = tomllib.loads((files("p3.common") / "config" / _FILE).read_text(encoding="utf-8"))
        points = {kind: tuple((float(x), float(y)) for x, y in rows) for kind, rows in config["calibration"].items()}
        rules = Rules(float(config["routing"]["high"]), float(config["routing"]["medium"]), points)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{_FILE}: {error}", "Restore common/config/confidence.toml.") from error
    if not 0 <= rules.medium <= rules.high <= 1:
        raise ConfigurationError(f"{_FILE}: medium and high must rise from 0 to 1", "Restore the file.")
    return rules
