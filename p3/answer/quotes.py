"""The sentences that answer a question, quoted verbatim and cited: the route without a model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from p3.answer.result import Citation, Passage
from p3.answer.sentences import Sentence, sentences
from p3.retrieval import terms
from p3.retrieval.understand import Query

MAX_QUOTES = 3
MIN_COVERAGE = 0.5  # share of the question's words, by weight, that the best sentence must hold
_NEAR_BEST = 0.75  # what a second quotation must hold, of what the best holds
_RANK_WORTH = 0.15  # of a sentence in the first passage, falling with the rank
_FIGURES = re.compile(r"\d[\d,.]*")
_HOW_MANY = re.compile(r"\bhow\s+(?:many|much)\b", re.IGNORECASE)
_WHAT = re.compile(r"\W*what\s+(?:is|was|are|were)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence with the share of the question's words that it holds, in [0, 1]."""

    sentence: Sentence
    coverage: float


def best_quotes(query: Query, passages: Sequence[Passage]) -> list[Quote]:
    """Return up to three sentences in order of fitness; none where no sentence holds half of what is asked.

    A question for an amount is answered by sentences and table rows with figures alone. Equal sentences count once.
    """
    weights = {stem: weight for stem, weight in query.terms.items() if weight >= 1.0}
    if not weights:
        return []
    fits = _holds_figures if asks_amount(query) else _is_prose
    quotes = [_score(sentence, weights) for sentence in sentences(passages) if fits(sentence.text)]
    distinct: dict[str, Quote] = {}
    for quote in sorted(quotes, key=_order):
        distinct.setdefault(quote.sentence.text, quote)
    best = max((quote.coverage for quote in distinct.values()), default=0.0)
    floor = max(MIN_COVERAGE, best * _NEAR_BEST)
    return [quote for quote in distinct.values() if quote.coverage >= floor][:MAX_QUOTES]


def asks_amount(query: Query) -> bool:
    """Whether figures are asked for: "how many", "how much", or "what was" with a line of the statements."""
    return bool(_HOW_MANY.search(query.text) or (query.statements and _WHAT.match(query.text)))


def cite(n: int, sentence: Sentence) -> Citation:
    """Return citation ``n``: the sentence as it stands in its document."""
    passage = sentence.passage
    return Citation(
        n,
        accession=passage.accession,
        document=passage.document,
        section=passage.section,
        page=passage.page,
        start=sentence.start,
        end=sentence.end,
        quote=sentence.text,
    )


def _score(sentence: Sentence, weights: dict[str, float]) -> Quote:
    held = {terms.stem(word) for word in terms.words(sentence.text)}
    covered = sum(weight for stem, weight in weights.items() if stem in held)
    return Quote(sentence, covered / sum(weights.values()))


def _order(quote: Quote) -> tuple[float, int, int]:
    passage = quote.sentence.passage
    return -(quote.coverage + _RANK_WORTH / passage.rank), passage.rank, quote.sentence.start


def _is_prose(text: str) -> bool:
    """Whether the text says something: a heading of two words, or a row of figures alone, does not."""
    return len(terms.words(_FIGURES.sub(" ", text))) >= 4


def _holds_figures(text: str) -> bool:
    return bool(_FIGURES.search(text)) and bool(terms.content(_FIGURES.sub(" ", text)))
