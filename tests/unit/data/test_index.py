from datetime import date

import numpy as np
import polars as pl
import pytest
from retrieval_cases import DIMENSION, INCOME, LetterEmbedder, meta, moment, passages

import p3.data.index as indexing
from p3.data.index import PassageIndex
from p3.data.lance_passages import LancePassages
from p3.data.snapshot import Snapshot
from p3.errors import DataError, InputMissingError
from p3.retrieval.terms import Term

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


def filled(index: PassageIndex, kind: type) -> Snapshot | LancePassages:
    """Return a reader, of the kind asked for, of two companies' passages."""
    index.replace(1, ROWS, "letters")
    index.replace(2, OTHERS, "letters")
    if kind is Snapshot:
        index.maintain()
    reader = index.reader()
    assert isinstance(reader, kind)
    return reader


@pytest.mark.parametrize("kind", [LancePassages, Snapshot])
def test_vector_search_is_the_cosine_order_and_the_condition_comes_first(index, kind):
    reader = filled(index, kind)
    question = LetterEmbedder().encode(["grew revenue"])[0]
    expected = ROWS.with_columns(cosine=pl.Series(ROWS["vector"].to_numpy() @ question)).sort(
        "cosine", descending=True
    )["passage_id"]
    assert reader.vector_search(question, 10, "cik = 1")["passage_id"].to_list() == expected.to_list()
    assert reader.vector_search(question, 1, "cik = 2")["text"].to_list() == ["Chips sold well."]


@pytest.mark.parametrize("kind", [LancePassages, Snapshot])
@pytest.mark.parametrize("compacted", [False, True])
def test_text_search_finds_words_their_forms_and_survives_any_punctuation(index, kind, compacted):
    if compacted:
        index.replace(1, ROWS, "letters")
        index.compact()
    reader = filled(index, kind)
    assert reader.text_search([Term("chip", 1.0)], 5, ALL)["cik"].to_list() == [2]
    assert reader.text_search([Term("chip", 1.0)], 5, "cik = 1").is_empty()
    for awkward in ('"', "a AND (", "O'Brien", "'; DROP TABLE", "日本", ""):
        reader.text_search([Term(awkward, 1.0)], 5, ALL)


@pytest.mark.parametrize("kind", [LancePassages, Snapshot])
def test_documents(index, kind):
    found = filled(index, kind).documents(ALL)
    assert found.select("cik", "form", "passages").rows() == [(2, "10-Q", 1), (1, "10-K", ROWS.height)]


def test_a_snapshot_reads_what_the_table_reads(index):
    table = filled(index, LancePassages)
    snapshot = filled(index, Snapshot)
    late = f"accepted <= timestamp '{ABOUT.accepted.isoformat(sep=' ', timespec='microseconds')}'"
    for where in (ALL, late, f"{late} AND cik IN (2)", f"document_sha IN ('{ABOUT.document_sha}')", "section = 'x'"):
        assert snapshot.passages(where).equals(table.passages(where)), where
        assert snapshot.documents(where).equals(table.documents(where)), where
    assert snapshot.columns() == table.columns()
    assert (snapshot.model(), snapshot.dimension) == (table.model(), table.dimension)


@pytest.mark.parametrize("kind", [LancePassages, Snapshot])
def test_a_reader_keeps_to_its_commit_and_the_next_one_sees_the_newest(index, kind):
    reader = filled(index, kind)
    before = reader.passages(ALL)
    index.replace(2, OTHERS.head(0), "letters")
    index.maintain()
    assert reader.passages(ALL).equals(before)
    assert index.reader().passages(ALL)["cik"].unique().to_list() == [1]


def test_a_table_made_anew_is_not_read_from_the_snapshot_of_the_old_one(index):
    filled(index, Snapshot)
    index.clear()
    with pytest.raises(InputMissingError):
        index.reader()
    index.replace(2, OTHERS, "letters")
    assert index.reader().passages(ALL)["cik"].to_list() == [2]


def test_one_snapshot_is_kept_and_drafts_of_killed_writers_go(index, tmp_path):
    filled(index, Snapshot)
    snapshots = tmp_path / "db" / "snapshots"
    (snapshots / ".tmp-killed").mkdir()
    index.replace(2, OTHERS.head(0), "letters")
    index.maintain()
    assert len(list(snapshots.iterdir())) == 1
    assert isinstance(index.reader(), Snapshot)


def test_no_snapshot_is_made_of_a_table_that_is_empty_or_too_large(index, monkeypatch):
    index.maintain()
    index.replace(1, ROWS.head(0), "letters")
    index.maintain()
    assert isinstance(index.reader(), LancePassages)
    monkeypatch.setattr(indexing, "SNAPSHOT_ROWS", ROWS.height)
    filled(index, LancePassages)
    index.maintain()
    assert isinstance(index.reader(), LancePassages)


def test_a_damaged_snapshot_is_an_error_that_names_it(index, tmp_path):
    filled(index, Snapshot)
    (folder,) = (tmp_path / "db" / "snapshots").iterdir()
    (folder / "runs.arrow").write_bytes(b"nothing")
    with pytest.raises(DataError) as caught:
        PassageIndex(tmp_path / "db").reader()
    assert folder.name in caught.value.message
    assert "p3 doctor --repair" in caught.value.remedy


def test_a_condition_on_what_differs_within_a_section_is_refused_by_a_snapshot(index):
    with pytest.raises(DataError):
        filled(index, Snapshot).passages("text = 'x'")


@pytest.mark.parametrize(("exact", "kind"), [(1_000_000, "IvfFlat"), (1, "IvfSq")])
def test_large_tables_get_a_vector_index_and_few_files(index, monkeypatch, exact, kind):
    monkeypatch.setattr(indexing, "BRUTE_FORCE_ROWS", 1)
    monkeypatch.setattr(indexing, "EXACT_INDEX_ROWS", exact)
    monkeypatch.setattr(indexing, "_FRAGMENTS", 2)
    for _ in range(3):
        filled(index, LancePassages)
    before = index._table().stats()["fragment_stats"]["num_fragments"]
    index.maintain()
    table = index._table()  # what LanceDB itself says of its files
    assert {each.name: each.index_type for each in table.list_indices()}["vector_idx"] == kind
    assert table.stats()["fragment_stats"]["num_fragments"] < before
    assert all(table.index_stats(each.name).num_unindexed_rows == 0 for each in table.list_indices())


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
        index.reader().vector_search(np.ones(8, dtype=np.float32), 1, ALL)
    before, held = index.version(), index.reader()
    index.clear()
    assert index.is_empty()
    assert index.replace(1, shorter, "other") == ROWS.height
    assert index.version() > before, "a version that came again would be taken for the old one"
    assert (held.model(), held.passages(ALL).height) == ("letters", ROWS.height)


def test_before_any_commit_every_read_names_the_command(index):
    for read in (
        lambda: index.passages(ALL),
        lambda: index.documents(ALL),
        index.reader,
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
