"""The sentences that answer a question, quoted verbatim and cited: the route without a model.

A sentence counts by the question's words in it, rare ones more (their idf over the sentences found), by its nearness in
meaning, by its form (`forms`), by how well its passage was found, and less where a newer filing of the same form was
found too and no year was asked for.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from p3.answer import forms
from p3.answer.result import Citation, Passage
from p3.answer.sentences import MAX_CHARACTERS, Sentence, is_bullet, is_closed, sentences
from p3.retrieval import terms
from p3.retrieval.understand import Query

MAX_QUOTES = 4  # a list counts as one
MIN_COVERAGE = 0.5  # share of the question's words, by weight, that the best sentence must hold
MIN_NEARNESS = 0.3  # its cosine to the question: below it, MiniLM's sentences are of another matter
_NEAR_BEST = 0.6  # score of a further quotation, of the best one's
_WEIGHED = 60  # sentences that are compared by meaning, those with most of the question's words first
_FOUND_WORTH = 0.7  # a point of the search's score less halves what a sentence counts
_OLD = 0.85  # of a sentence from an earlier year's filing
_YEAR_APART = timedelta(days=200)
_ALIKE = 0.7  # of two sentences' words: one says the same as the other
_HOW_MANY = re.compile(r"\bhow\s+(?:many|much)\b", re.IGNORECASE)
_WHAT = re.compile(r"\W*what\s+(?:is|was|are|were)\b", re.IGNORECASE)


Nearness = Callable[[Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence as an answer: the share of the question's words that it holds, in [0, 1], and how near its meaning is,
    if known; ``worth`` is the factor for its form and age, ``found`` how far its passage lies behind the best found.
    """

    sentence: Sentence
    coverage: float
    worth: float
    found: float
    nearness: float | None = None

    @property
    def fit(self) -> float:
        """How well it answers, in [0, 1]: words alone, or the mean of words and meaning."""
        told = self.coverage if self.nearness is None else (self.coverage + self.nearness) / 2
        return min(1.0, max(0.0, told * self.worth))

    @property
    def is_row(self) -> bool:
        """Whether it is a row of figures."""
        return forms.is_row(self.sentence.text)

    @property
    def score(self) -> float:
        """What it is ordered by."""
        return self.fit * math.exp(_FOUND_WORTH * self.found)

    @property
    def fits(self) -> bool:
        """Whether it answers at all."""
        if self.nearness is None:
            return self.coverage >= MIN_COVERAGE
        return self.coverage > 0 and self.nearness >= MIN_NEARNESS


def best_quotes(query: Query, passages: Sequence[Passage], nearness: Nearness | None = None) -> list[Quote]:
    """Return up to four sentences, those of the best one's passage first, a passage's in their order; none where no
    sentence is about what is asked.

    ``nearness`` gives each text's cosine to the question; without it words alone count.
    A question for an amount is answered by sentences and table rows with figures alone. Of sentences that say the same
    only the best is quoted.
    """
    found = list(sentences(passages))
    quotes = sorted(_candidates(query, found), key=_order)[:_WEIGHED]
    answering = sorted((quote for quote in _weighed(quotes, nearness) if quote.fits), key=_order)
    if not answering:
        return []
    listed = [replace(quote, sentence=_with_list(quote.sentence, found)) for quote in _chosen(answering)]
    return [
        quote for quote in _arranged(listed) if not any(_within(quote.sentence, other.sentence) for other in listed)
    ]


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


def _candidates(query: Query, found: Sequence[Sentence]) -> list[Quote]:
    """Return the sentences that may answer, weighed by their words, form and place."""
    words = [_stems(sentence.text) for sentence in found]
    weights = _weights(query, words)
    if not weights:
        return []
    best = max(sentence.passage.score for sentence in found)
    newest = _newest(found)
    amount = asks_amount(query)
    quotes = []
    for sentence, held in zip(found, words, strict=True):
        worth = forms.worth(query.text, sentence.text)
        if amount:
            worth = max(worth, forms.ROW) if forms.holds_amount(sentence.text) else 0.0
        if worth == 0:
            continue
        if not query.fiscal_years and _is_old(sentence.passage, newest):
            worth *= _OLD
        covered = sum(weight for stem, weight in weights.items() if stem in held) / sum(weights.values())
        quotes.append(Quote(sentence, covered, worth, sentence.passage.score - best))
    return quotes


def _stems(text: str) -> frozenset[str]:
    return frozenset(terms.stem(word) for word in terms.words(text))


def _weights(query: Query, found: Sequence[frozenset[str]]) -> dict[str, float]:
    """Return the question's own words, each weighed by its inverse frequency among the sentences found."""
    own = [stem for stem, weight in query.terms.items() if weight >= 1.0]
    return {stem: math.log(1 + len(found) / (1 + sum(stem in held for held in found))) for stem in own if found}


def _newest(found: Sequence[Sentence]) -> dict[tuple[str, str], datetime]:
    """Return when the newest filing found of each company and form was accepted."""
    newest: dict[tuple[str, str], datetime] = {}
    for sentence in found:
        kind = (sentence.passage.ticker, sentence.passage.form)
        newest[kind] = max(sentence.passage.accepted, newest.get(kind, sentence.passage.accepted))
    return newest


def _is_old(passage: Passage, newest: dict[tuple[str, str], datetime]) -> bool:
    return newest[passage.ticker, passage.form] - passage.accepted > _YEAR_APART


def _weighed(quotes: Sequence[Quote], nearness: Nearness | None) -> list[Quote]:
    if nearness is None or not quotes:
        return list(quotes)
    near = nearness([" ".join(quote.sentence.text.split()) for quote in quotes])
    return [replace(quote, nearness=float(value)) for quote, value in zip(quotes, near, strict=True)]


def _order(quote: Quote) -> tuple[float, int, int]:
    passage = quote.sentence.passage
    return -quote.score, passage.rank, quote.sentence.start


def _chosen(answering: Sequence[Quote]) -> list[Quote]:
    """Return the best quote and those that add to it, best first."""
    best = answering[0]
    chosen: list[Quote] = []
    for quote in answering:
        comes_near = quote.score >= best.score * _NEAR_BEST
        if comes_near and not any(_alike(quote.sentence.text, other.sentence.text) for other in chosen):
            chosen.append(quote)
    return chosen[:MAX_QUOTES]


def _alike(one: str, other: str) -> bool:
    """Whether one holds the words of the other, figures apart, or nearly so."""
    first, second = (frozenset(word for word in terms.words(text) if word.isalpha()) for text in (one, other))
    return len(first & second) >= _ALIKE * max(1, min(len(first), len(second)))


def _arranged(chosen: Sequence[Quote]) -> list[Quote]:
    """Return the passages in the order of their best quote, and each one's quotes in the order of its text."""
    first = {id(quote.sentence.passage): at for at, quote in reversed(list(enumerate(chosen)))}
    return sorted(chosen, key=lambda quote: (first[id(quote.sentence.passage)], quote.sentence.start))


def _with_list(sentence: Sentence, found: Sequence[Sentence]) -> Sentence:
    """Return a sentence that announces a list together with as much of the list as stands right behind it."""
    if not sentence.text.endswith(":"):
        return sentence
    following = [each for each in found if each.passage is sentence.passage and each.start >= sentence.start]
    end = sentence.end
    for this, after in pairwise(following):
        if not _follows(this, after) or after.end - sentence.start > MAX_CHARACTERS:
            break
        end = after.end
    base = sentence.passage.start
    return Sentence(sentence.passage, sentence.start, end, sentence.passage.text[sentence.start - base : end - base])


def _within(one: Sentence, other: Sentence) -> bool:
    """Whether ``one`` is a part of ``other``."""
    return one.passage is other.passage and other.start < one.start and one.end <= other.end


def _follows(one: Sentence, after: Sentence) -> bool:
    """Whether ``after`` is the list's next item: nothing stands between, and it is no sentence of running text."""
    base = one.passage.start
    between = one.passage.text[one.end - base : after.start - base].strip()
    return not between and (is_bullet(after.text) or not is_closed(after.text))
