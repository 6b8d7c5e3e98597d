from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
import pytest
from retrieval_cases import DIMENSION, LetterEmbedder, meta, moment, passages

from p3.retrieval.corpus import with_vectors
from p3.retrieval.remembering import Remembering

NONE = pl.DataFrame(schema={"passage_id": pl.String, "text": pl.String, "vector": pl.Null})
FIRST, SECOND, THIRD = "Revenue rose by a tenth.", "The board elected Ann.", "A strike would stop both plants."


class Counting(LetterEmbedder):
    """Keeps what it was given to embed."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.given += texts
        return super().encode(texts)


def paged(*texts: str, name: str = "a", cik: int = 1) -> pl.DataFrame:
    """Return passages with vectors, each text a page of its own."""
    about = meta(cik, "10-K", date(2024, 6, 30), moment(2024, 8, 1), name)
    starts = [sum(len(each) + 1 for each in texts[:at]) for at in range(len(texts))]
    return passages("\n".join(texts), about, pages=starts)


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop("vector")


def assert_right(made: pl.DataFrame, of: pl.DataFrame) -> None:
    assert plain(made).equals(plain(of))
    assert made.schema["vector"] == pl.Array(pl.Float32, DIMENSION)
    assert np.array_equal(made["vector"].to_numpy(), LetterEmbedder().encode(of["text"].to_list()))


@pytest.fixture
def embedder() -> Counting:
    return Counting()


def test_a_text_of_two_documents_is_embedded_once_and_stands_in_both(embedder):
    both = pl.concat([paged(FIRST, SECOND, FIRST), paged(THIRD, FIRST, name="b")])
    assert_right(with_vectors(plain(both), NONE, embedder), both)
    assert embedder.given == [FIRST, SECOND, THIRD]


def test_a_text_that_is_kept_is_not_embedded_again_wherever_it_stands_now(embedder):
    kept = paged(FIRST, SECOND).select("passage_id", "text", "vector")
    moved = paged(THIRD, SECOND, FIRST, name="b")
    assert_right(with_vectors(plain(moved), kept, embedder), moved)
    assert embedder.given == [THIRD]
    assert_right(with_vectors(plain(paged(FIRST)), kept, embedder), paged(FIRST))
    assert embedder.given == [THIRD]


def test_what_is_kept_without_a_vector_is_embedded(embedder):
    kept = paged(FIRST).select("passage_id", "text", pl.lit(None, pl.Array(pl.Float32, DIMENSION)).alias("vector"))
    assert_right(with_vectors(plain(paged(FIRST)), kept, embedder), paged(FIRST))
    assert embedder.given == [FIRST]


def test_companies_of_one_run_share_the_vectors_of_what_they_both_say(embedder):
    remembering = Remembering(embedder)
    for cik in (1, 2):
        own = paged(FIRST, SECOND, name=str(cik), cik=cik)
        assert_right(with_vectors(plain(own), NONE, remembering), own)
    assert embedder.given == [FIRST, SECOND]
    assert (remembering.name, remembering.dimension) == (embedder.name, embedder.dimension)


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first(embedder):
    remembering, texts = Remembering(embedder, texts=2), [FIRST, SECOND, THIRD]
    for given in (texts[:2], texts[2:], texts, []):
        assert np.array_equal(remembering.encode(given), LetterEmbedder().encode(given))
    assert embedder.given == [FIRST, SECOND, THIRD, FIRST]
