from datetime import date

import numpy as np
import polars as pl
import pytest
from retrieval_cases import DIMENSION, INCOME, LetterEmbedder, meta, moment, passages

from p3.data.index import PassageIndex
from p3.errors import DataError, InputMissingError

ALL = "cik > 0"
ABOUT = meta(1, "10-K", date(2024, 6, 30), moment(2024, 7, 30), "a")
ROWS = passages("Revenue grew.\n" + INCOME + "O'Brien was elected.", ABOUT)
OTHERS = passages("Chips sold well.", meta(2, "10-Q", date(2024, 4, 28), moment(2024, 5, 29), "b"))


@pytest.fixture
def index(tmp_path) -> PassageIndex:
    return PassageIndex(tmp_path / "db")


def test_rows_come_back_as_they_went_in(index):
    assert index.version() is None
    assert index.replace(1, ROWS, "letters") == ROWS.height
    assert index.passages(ALL).equals(ROWS.sort("document_sha", "start"))
    assert index.model() == "letters"
    assert index.version() is not None


def test_replacing_leaves_no_row_of_before_and_no_other_company_touched(index):
    index.replace(1, ROWS, "letters")
    index.replace(2, OTHERS, "letters")
    again = passages("Only this.", ABOUT)
    index.replace(1, again, "letters")
    assert sorted(index.passages(None)["text"]) == sorted(["Only this.", "Chips sold well."])
    index.replace(1, again.head(0), "letters")
    assert index.passages(None)["cik"].to_list() == [2]


def test_the_same_rows_twice_are_kept_once(index):
    index.replace(1, pl.concat([ROWS, ROWS]), "letters")
    index.replace(1, ROWS, "letters")
    assert index.passages(ALL).height == ROWS.height


def test_a_reader_opened_before_a_commit_sees_it(index, tmp_path):
    index.replace(1, ROWS, "letters")
    reader = PassageIndex(tmp_path / "db")
    assert reader.passages("cik = 2").is_empty()
    index.replace(2, OTHERS, "letters")
    assert reader.passages("cik = 2").height == 1


def test_vector_search_is_the_cosine_order_and_the_condition_comes_first(index):
    index.replace(1, ROWS, "letters")
    index.replace(2, OTHERS, "letters")
    question = LetterEmbedder().encode(["grew revenue"])[0]
    expected = ROWS.with_columns(cosine=pl.Series(ROWS["vector"].to_numpy() @ question)).sort(
        "cosine", descending=True
    )["passage_id"]
    assert index.vector_search(question, 10, "cik = 1")["passage_id"].to_list() == expected.to_list()
    assert index.vector_search(question, 1, "cik = 2")["text"].to_list() == ["Chips sold well."]


@pytest.mark.parametrize("compacted", [False, True])
def test_text_search_finds_words_their_forms_and_survives_any_punctuation(index, compacted):
    index.replace(1, ROWS, "letters")
    index.replace(2, OTHERS, "letters")
    if compacted:
        index.compact()
    assert index.text_search("chip", 5, ALL)["cik"].to_list() == [2]
    assert index.text_search("chip", 5, "cik = 1").is_empty()
    for awkward in ('"', "a AND (", "O'Brien", "'; DROP TABLE", "日本", ""):
        index.text_search(awkward, 5, ALL)


def test_documents(index):
    index.replace(1, ROWS, "letters")
    index.replace(2, OTHERS, "letters")
    found = index.documents(ALL)
    assert found.select("cik", "form", "passages").rows() == [(2, "10-Q", 1), (1, "10-K", ROWS.height)]


def test_kept_vectors_are_those_of_the_same_model(index):
    assert index.kept(1, "letters").columns == ["passage_id", "text", "vector"]
    index.replace(1, ROWS, "letters")
    assert index.kept(1, "letters").height == ROWS.height
    assert index.kept(1, "other").is_empty()
    assert index.kept(2, "letters").is_empty()


def vectors(values: np.ndarray) -> pl.Series:
    return pl.Series("vector", values.astype(np.float32), dtype=pl.Array(pl.Float32, values.shape[1]))


@pytest.mark.parametrize(
    "broken",
    [
        ROWS.with_columns(vector=pl.lit(None, dtype=ROWS.schema["vector"])),
        ROWS.with_columns(vectors(np.zeros((ROWS.height, DIMENSION)))),
        ROWS.with_columns(vectors(np.full((ROWS.height, DIMENSION), np.nan))),
        ROWS.with_columns(pl.col("vector").arr.to_list()),
        ROWS.with_columns(text=pl.lit(None, dtype=pl.String)),
        ROWS.with_columns(passage_id=pl.lit(None, dtype=pl.String)),
        ROWS.drop("accepted"),
        ROWS.with_columns(cik=pl.lit(2, dtype=pl.Int64)),
    ],
    ids=[
        "null vector",
        "zero vector",
        "nan vector",
        "lists",
        "null text",
        "null key",
        "missing column",
        "other company",
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_broken_rows_are_refused_and_nothing_is_written(index, broken, first):
    if not first:
        index.replace(1, ROWS, "letters")
    before = index.version()
    with pytest.raises(DataError):
        index.replace(1, broken, "letters")
    assert index.version() == before


def test_another_model_or_dimension_is_refused_until_cleared(index):
    index.replace(1, ROWS, "letters")
    shorter = ROWS.with_columns(vectors(np.eye(8)[[0] * ROWS.height]))
    with pytest.raises(DataError, match="letters"):
        index.replace(1, ROWS, "other")
    with pytest.raises(DataError, match="8"):
        index.replace(1, shorter, "letters")
    with pytest.raises(DataError, match="16"):
        index.vector_search(np.ones(8, dtype=np.float32), 1, ALL)
    index.clear()
    assert index.version() is None
    assert index.replace(1, shorter, "other") == ROWS.height


def test_before_any_commit_every_read_names_the_command(index):
    vector = np.ones(DIMENSION, dtype=np.float32)
    for read in (
        lambda: index.passages(ALL),
        lambda: index.documents(ALL),
        lambda: index.text_search("x", 1, ALL),
        lambda: index.vector_search(vector, 1, ALL),
        index.model,
    ):
        with pytest.raises(InputMissingError) as caught:
            read()
        assert "p3 embed" in caught.value.remedy


def test_a_malformed_condition_is_an_error_of_ours(index):
    index.replace(1, ROWS, "letters")
    with pytest.raises(DataError):
        index.passages("cik = 'open")


def test_leftovers_of_a_killed_writer_are_removed_and_nothing_else(index, tmp_path):
    assert index.clean_after_kill() == 0
    index.replace(1, ROWS, "letters")
    (tmp_path / "db" / "passages.lance" / "data" / ".tmp123").write_bytes(b"half")
    assert index.clean_after_kill() == 1
    assert index.passages(ALL).height == ROWS.height
