"""Scores of candidate passages for a question, from the candidates alone: rows that the as-of hides can weigh nothing.

1. Words: BM25 (Robertson & Zaragoza 2009, "The probabilistic relevance framework"), k1 1.2, b 0.75, terms weighted.
2. Meaning: the greatest cosine between a passage and the question or one of its rephrasings.
3. Both as z-scores over the candidates, weighted and added; then the priors (``priors``).
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from p3.retrieval import terms as word_forms
from p3.retrieval.priors import priors
from p3.retrieval.understand import Query

K1, B = 1.2, 0.75
WORDS_WEIGHT, MEANING_WEIGHT = 0.5, 0.5
HEADING_WEIGHT = 0.3
KNEE = 1.5  # standard deviations

Scores = NDArray[np.float64]


def rank(query: Query, candidates: pl.DataFrame, questions: NDArray[np.float32] | None) -> pl.DataFrame:
    """Return ``candidates`` with the columns words, meaning, reasons and score, in their own order.

    ``questions`` holds the unit vectors of the query's meanings, one a row; None ranks by words alone. ``words``
    and ``meaning`` are z-scores, ``score`` = weighted sum + priors, ``reasons`` a struct of these.
    """
    lexical = bm25(candidates["text"], query.terms) + HEADING_WEIGHT * bm25(candidates["heading"], query.terms)
    words = squashed(zscores(lexical))
    if questions is None:
        meaning, fused = np.zeros(candidates.height), words
    else:
        meaning = zscores(cosine(candidates["vector"], questions))
        fused = WORDS_WEIGHT * words + MEANING_WEIGHT * meaning
    added = priors(query, candidates)
    return candidates.with_columns(
        pl.Series("words", words),
        pl.Series("meaning", meaning),
        pl.DataFrame(added).to_struct("reasons"),
        pl.Series("score", fused + sum(added.values())),
    )


def bm25(texts: pl.Series, weights: dict[str, float]) -> Scores:
    """Return the BM25 score of each text for weighted stems, document frequencies taken over ``texts``."""
    scores = np.zeros(len(texts))
    if not weights or not len(texts):
        return scores
    lengths = texts.str.len_chars().to_numpy().astype(np.float64)
    norm = K1 * (1 - B + B * lengths / max(1.0, lengths.mean()))
    stems = sorted(weights)
    for stem, counts in zip(stems, _counts(texts, stems), strict=True):
        present = np.count_nonzero(counts)
        idf = np.log(1 + (len(texts) - present + 0.5) / (present + 0.5))
        scores += weights[stem] * idf * counts * (K1 + 1) / (counts + norm)
    return scores


def _counts(texts: pl.Series, stems: list[str]) -> NDArray[np.int64]:
    """Return how often each stem occurs in each text, of shape (stems, texts)."""
    found = texts.str.to_lowercase().str.extract_all(word_forms.pattern(stems))
    words = found.explode(empty_as_null=False, keep_nulls=False)
    places = {stem: place for place, stem in enumerate(stems)}
    forms = words.unique().to_list()
    of_forms = np.array([places.get(form, places.get(word_forms.stem(form), len(stems))) for form in forms], np.int64)
    of_words = of_forms[words.cast(pl.Enum(forms)).to_physical().to_numpy()]
    cells = of_words * len(texts) + np.repeat(np.arange(len(texts)), found.list.len().fill_null(0).to_numpy())
    tallied = np.bincount(cells, minlength=(len(stems) + 1) * len(texts)).reshape(len(stems) + 1, len(texts))
    return tallied[:-1]  # the last are forms of none


def cosine(vectors: pl.Series, questions: NDArray[np.float32]) -> Scores:
    """Return each unit vector's greatest cosine with one of the ``questions``."""
    matrix = vectors.to_numpy().reshape(len(vectors), questions.shape[1])
    # Not by @: for so few numbers BLAS's threads cost more in waiting for each other than they save.
    cosines = np.max([np.vecdot(matrix, question) for question in questions], axis=0)
    return np.asarray(cosines, dtype=np.float64)


def zscores(values: Scores) -> Scores:
    """Return ``values`` in standard deviations from their mean; zeros where they do not vary."""
    if not len(values) or (deviation := values.std()) < 1e-12:
        return np.zeros(len(values))
    return np.asarray((values - values.mean()) / deviation)


def squashed(scores: Scores) -> Scores:
    """Return z-scores whose part above KNEE grows with its logarithm: one rare word must not outweigh all else."""
    over = np.maximum(scores - KNEE, 0.0)
    return np.asarray(np.minimum(scores, KNEE) + np.log1p(over))
