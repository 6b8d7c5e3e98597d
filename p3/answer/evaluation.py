"""How often answers are right, and whether their confidence says so.

A question file is JSON lines, one question each: ``question``, optionally ``id``, and what a right answer is, one of
``value`` with ``unit`` (a number), ``says`` (words that the answer has), ``evidence`` (FinanceBench's list of
``doc_name`` and ``page`` counted from 0: a right answer cites one of them), or ``abstain: true`` (no number may be
given). With ``accession``, one or a list, an answer is right only if it cites one of these filings too.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from p3.errors import DataError

Verdict = Literal["right", "wrong", "abstained"]

TOLERANCE = 0.01  # of the expected number, as FinanceBench's metrics are scored
BINS = 5
_REMEDY = 'Write {"question": …, "value": …, "unit": …}, or "says", or "evidence", or "abstain": true.'
_SCALES = {"USD_thousands": 1e3, "USD_millions": 1e6, "USD_billions": 1e9}
_FRACTIONS = {"percent": 0.01, "fraction": 1.0, "times": 1.0, "ratio": 1.0}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what a right answer is; ``value`` is in single units, a ratio is a fraction."""

    name: str
    text: str
    value: float | None
    unit: str | None
    pages: frozenset[tuple[str, int]]  # document without the ending of its file, page counted from 1
    abstain: bool
    says: tuple[str, ...] = ()
    accessions: frozenset[str] = frozenset()


class Cited(Protocol):
    """A source of an answer."""

    @property
    def document(self) -> str | None:
        """The document's file name."""

    @property
    def page(self) -> int | None:
        """The page, counted from 1."""

    @property
    def accession(self) -> str | None:
        """The filing."""


class Given(Protocol):
    """An answer."""

    @property
    def status(self) -> str:
        """``answered`` or ``abstained``."""

    @property
    def answer(self) -> str:
        """Its text."""

    @property
    def value(self) -> float | None:
        """The number, in single units."""

    @property
    def unit(self) -> str | None:
        """Its unit."""

    @property
    def citations(self) -> Sequence[Cited]:
        """Its sources."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence lies in [``low``, ``high``): how many, how sure on average, and how often right."""

    low: float
    high: float
    answers: int
    confidence: float | None
    right: float | None


def read(text: str) -> list[Asked]:
    """Return the questions of a file's text. Raises DataError, naming the line, for one that has not the form."""
    asked = [_asked(line, at) for at, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not asked:
        raise DataError("the file holds no question", "Write one JSON object a line.")
    return asked


def _asked(line: str, at: int) -> Asked:
    try:
        asked = _shaped(json.loads(line), at)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"line {at} is no question with a right answer", _REMEDY) from error
    if asked.value is None and not (asked.pages or asked.says or asked.abstain):
        raise DataError(f"line {at} does not say what a right answer is", _REMEDY)
    return asked


def _shaped(row: dict[str, Any], at: int) -> Asked:
    value, unit = row.get("value"), row.get("unit")
    if not row["question"] or (value is None) != (unit is None):
        raise ValueError
    return Asked(
        name=str(row.get("financebench_id") or row.get("id") or at),
        text=str(row["question"]),
        value=None if value is None else _single(float(value), str(unit)),
        unit=None if unit is None else _unit(str(unit)),
        pages=frozenset(
            (str(each["doc_name"]), int(each["page"]) + 1) for each in row.get("evidence", ()) if "page" in each
        ),
        abstain=bool(row.get("abstain", False)),
        says=_several(row.get("says", ())),
        accessions=frozenset(_several(row.get("accession", ()))),
    )


def _several(words: str | Sequence[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(map(str, words))


def _single(value: float, unit: str) -> float:
    return value * _SCALES.get(unit, _FRACTIONS.get(unit, 1.0))


def _unit(unit: str) -> str:
    if unit in _FRACTIONS:
        return "ratio"
    return "USD" if unit in _SCALES else unit


def verdict(asked: Asked, given: Given) -> Verdict:
    """Return whether an answer is right.

    Where no number may be given one is wrong; text in its place is an abstention from the number.
    """
    if asked.abstain:
        return "wrong" if given.status == "answered" and given.value is not None else "right"
    if given.status == "abstained" or (asked.value is not None and given.value is None):
        return "abstained"
    return "right" if _is_right(asked, given) else "wrong"


def _is_right(asked: Asked, given: Given) -> bool:
    return (
        (asked.value is None or _is_value(asked, given))
        and all(word.casefold() in given.answer.casefold() for word in asked.says)
        and (asked.value is not None or not asked.pages or any(_is_on(each, asked) for each in given.citations))
        and (not asked.accessions or any(each.accession in asked.accessions for each in given.citations))
    )


def _is_value(asked: Asked, given: Given) -> bool:
    if given.value is None or asked.value is None or given.unit != asked.unit:
        return False
    return math.isclose(given.value, asked.value, rel_tol=TOLERANCE, abs_tol=1e-12)


def _is_on(cited: Cited, asked: Asked) -> bool:
    if cited.document is None or cited.page is None:
        return False
    return (cited.document.rsplit(".", 1)[0], cited.page) in asked.pages


def reliability(judged: Iterable[tuple[float, bool]]) -> list[Bin]:
    """Return how often answers of like confidence are right, in equal bins from 0 to 1 (Guo et al. 2017)."""
    answers = list(judged)
    return [_bin(at / BINS, (at + 1) / BINS, answers) for at in range(BINS)]


def _bin(low: float, high: float, answers: Sequence[tuple[float, bool]]) -> Bin:
    inside = [each for each in answers if low <= each[0] < high or (high == 1.0 and each[0] == 1.0)]
    if not inside:
        return Bin(low, high, 0, None, None)
    count = len(inside)
    return Bin(low, high, count, sum(sure for sure, _ in inside) / count, sum(right for _, right in inside) / count)


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Return the expected calibration error: the mean distance of confidence and accuracy, weighted by answers."""
    total = sum(each.answers for each in bins)
    if not total:
        return None
    return (
        sum(
            each.answers * abs(each.confidence - each.right)
            for each in bins
            if each.confidence is not None and each.right is not None
        )
        / total
    )
