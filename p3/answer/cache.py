"""When an answer given before may be given again.

An answer belongs to data (table versions, companies, model, code) and holds from its as-of until the next thing
becomes known. Within that, the same request has the same answer. A request that was understood whole is the same where
its parts are; free text is the same where it is worded alike up to case, spaces and punctuation, or where it lies so
near in meaning that only the wording can differ: then no number, negation or direction may stand in one question alone,
for these turn an answer round and move an embedding little.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from p3.answer.reading import Request

NEAR = 0.95  # cosine of two questions of one meaning

_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*%?|%")
_FIGURE = re.compile(r"\d")
_TURNING = frozenset(
    """no not never without except excluding other than least most more less fewer greater smaller higher lower highest
    lowest increase increased increases decrease decreased decreases rise rose fall fell grow grew decline declined gain
    gains loss losses profit before after prior previous last next first second third fourth above below up down buy
    sell bought sold assets liabilities debt equity income expense expenses cost costs short long gross net current
    domestic foreign international quarter year annual quarterly why how who when where which""".split()  # noqa: SIM905
)


def data_key(versions: Mapping[str, int], ciks: Sequence[int], model: str, code: str) -> str:
    """Return what tells apart the data, and the way of answering, that an answer stands on."""
    return _hash([sorted(versions.items()), sorted(ciks), model, code])


def request_key(question: str, request: Request | None) -> str:
    """Return what a question asks for: the request read from it, or else its words."""
    return _hash(["words", *_words(question)] if request is None else ["request", repr(request)])


def same_meaning(question: str, other: str, vector: NDArray[np.float32], of_other: NDArray[np.float32]) -> bool:
    """Say whether two questions, with their unit vectors, differ in wording alone."""
    return bool(float(vector @ of_other) >= NEAR) and _fixed(question) == _fixed(other)


def _fixed(question: str) -> set[str]:
    return {word for word in _words(question) if word in _TURNING or _FIGURE.search(word) or word.endswith("n't")}


def _words(question: str) -> list[str]:
    return _WORD.findall(question.lower().replace("’", "'"))


def _hash(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
