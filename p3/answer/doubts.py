"""What speaks for a quoted answer, each a factor from 0 to 1: their product orders such answers by how often they are
right.
"""

from collections.abc import Mapping, Sequence

from p3.answer.quotes import Quote
from p3.answer.result import Passage
from p3.retrieval.understand import Query

_WORDS_ALONE = 0.6  # words in common tell less than nearness in meaning
_STATEMENT = 0.75  # figures of a statement were asked for and not computed: sentences seldom hold them
_ROW = 0.6  # a row of figures without its table's heads
_CLOSE_SECOND = 0.8  # the passage found best and the next fit the question alike
_CLEAR = 0.25  # points of the search's score from which on the best passage stands alone


def signals(query: Query, quotes: Sequence[Quote], passages: Sequence[Passage]) -> Mapping[str, float]:
    """Return the signals of an answer made of ``quotes``, at least one, from ``passages``, best first."""
    found = {"meaning": _meaning(quotes)}
    if query.statements:
        found["statement_asked_for"] = _STATEMENT
    else:
        found["retrieval_margin"] = _CLOSE_SECOND + (1 - _CLOSE_SECOND) * _clearness(passages)
    if max(quotes, key=lambda quote: quote.score).is_row:
        found["row_of_figures"] = _ROW
    return {name: round(value, 4) for name, value in found.items()}


def _meaning(quotes: Sequence[Quote]) -> float:
    """Return the cosine to the question of the nearest quote, or what its words tell where cosines are unknown."""
    return max(
        max(0.0, min(1.0, quote.nearness)) if quote.nearness is not None else _WORDS_ALONE * quote.coverage
        for quote in quotes
    )


def _clearness(passages: Sequence[Passage]) -> float:
    if len(passages) < 2:
        return 1.0
    return min(1.0, max(0.0, passages[0].score - passages[1].score) / _CLEAR)
