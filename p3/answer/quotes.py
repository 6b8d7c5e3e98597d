"""The sentences that answer a question, quoted verbatim and cited: the route without a model."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from p3.answer.result import Citation, Passage
from p3.answer.sentences import Sentence, sentences
from p3.retrieval import terms
from p3.retrieval.understand import Query

MAX_QUOTES = 3
MIN_COVERAGE = 0.5  # share of the question's words, by weight, that the best sentence must hold
MIN_NEARNESS = 0.35  # its cosine to the question: below it, MiniLM's sentences are of another matter
_NEAR_BEST = 0.75  # how well a second quotation must fit, of how well the best fits
_WEIGHED = 60  # sentences that are compared by meaning, those with most of the question's words first
_RANK_WORTH = 0.15  # of a sentence in the first passage, falling with the rank
_FIGURES = re.compile(r"\d[\d,.]*")
_HOW_MANY = re.compile(r"\bhow\s+(?:many|much)\b", re.IGNORECASE)
_WHAT = re.compile(r"\W*what\s+(?:is|was|are|were)\b", re.IGNORECASE)


Nearness = Callable[[Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence, the share of the question's words that it holds, in [0, 1], and how near its meaning is, if known."""

    sentence: Sentence
    coverage: float
    nearness: float | None = None

    @property
    def fit(self) -> float:
        """How well it answers, in [0, 1]: words alone, or the mean of words and meaning."""
        return self.coverage if self.nearness is None else max(0.0, (self.coverage + self.nearness) / 2)

    @property
    def fits(self) -> bool:
        """Whether it answers at all."""
        if self.nearness is None:
            return self.coverage >= MIN_COVERAGE
        return self.coverage > 0 and self.nearness >= MIN_NEARNESS


def best_quotes(query: Query, passages: Sequence[Passage], nearness: Nearness | None = None) -> list[Quote]:
    """Return up to three sentences in order of fitness; none where no sentence is about what is asked.

    ``nearness`` gives each text's cosine to the question; without it words alone count.
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
    weighed = sorted(_weighed(query, list(distinct.values())[:_WEIGHED], nearness), key=_order)
    answering = [quote for quote in weighed if quote.fits]
    best = max((quote.fit for quote in answering), default=0.0)
    return [quote for quote in answering if quote.fit >= best * _NEAR_BEST][:MAX_QUOTES]


def _weighed(query: Query, quotes: list[Quote], nearness: Nearness | None) -> list[Quote]:
    """Return the quotes with their nearness in meaning; an amount's rows of figures have none to speak of."""
    if nearness is None or not quotes or asks_amount(query):
        return quotes
    near = nearness([quote.sentence.text for quote in quotes])
    return [replace(quote, nearness=float(value)) for quote, value in zip(quotes, near, strict=True)]


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
    return -(quote.fit + _RANK_WORTH / passage.rank), passage.rank, quote.sentence.start


def _is_prose(text: str) -> bool:
    """Whether the text says something: a heading of two words, or a row of figures alone, does not."""
    return len(terms.words(_FIGURES.sub(" ", text))) >= 4


def _holds_figures(text: str) -> bool:
    return bool(_FIGURES.search(text)) and bool(terms.content(_FIGURES.sub(" ", text)))
