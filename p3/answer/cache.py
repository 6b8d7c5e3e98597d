"""When an answer given before may be given again.

An answer belongs to data (table versions, companies, model, code) and holds from its as-of until the next thing
becomes known. Within that, the same request has the same answer. A request that was understood whole is the same where
its parts are; free text is the same where it is worded alike up to case, spaces and punctuation, or where it lies near
in meaning and holds the same words in the same order, in whatever form and whatever little words stand between. Meaning
alone would not do: an embedding moves little where two names change places, or one letter or direction is another.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from p3.answer.reading import Request
from p3.retrieval.terms import stem

NEAR = 0.9  # cosine of two questions of one meaning

_WORD = re.compile(r"\w+(?:['.,]\w+)*|[%$€£¥+]")
_LITTLE = frozenset(
    """a an the of for in on at do does did is are was were be been has have had what which please tell give show me us
    about its their this that these those there company's""".split()  # noqa: SIM905
)


def data_key(versions: Mapping[str, int], ciks: Sequence[int], model: str, code: str) -> str:
    """Return what tells apart the data, and the way of answering, that an answer stands on."""
    return _hash([sorted(versions.items()), sorted(ciks), model, code])


def request_key(question: str, request: Request | None) -> str:
    """Return what a question asks for: the request read from it, or else its words."""
    return _hash(["words", *_words(question)] if request is None else ["request", repr(request)])


def same_meaning(question: str, other: str, vector: NDArray[np.float32], of_other: NDArray[np.float32]) -> bool:
    """Say whether two questions, with their unit vectors, differ in little words and their words' forms alone."""
    return bool(float(vector @ of_other) >= NEAR) and _content(question) == _content(other)


def _content(question: str) -> list[str]:
    return [stem(word) for word in _words(question) if word not in _LITTLE]


def _words(question: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", question).casefold().replace("’", "'")) or [question]


def _hash(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
