import subprocess
import sys
from datetime import date

import polars as pl
import pytest
from retrieval_cases import BALANCE, COMPANIES, INCOME, LetterEmbedder, meta, moment, passages

from p3.data.index import PassageIndex
from p3.errors import DataError, InputMissingError, UsageError
from p3.retrieval import search as searching
from p3.retrieval.filters import Filters
from p3.retrieval.search import search

AS_OF = moment(2024, 9, 1)
PROSE = "Our cloud business grew because customers moved work to the cloud.\n\n" + "Competition is intense.\n" * 60
MSFT_24 = passages(PROSE + INCOME + BALANCE, meta(1, "10-K", date(2024, 6, 30), moment(2024, 7, 30), "m24"))
MSFT_23 = passages(PROSE + INCOME, meta(1, "10-K", date(2023, 6, 30), moment(2023, 7, 27), "m23"))
NVDA_24 = passages(
    "Gaming demand and the cloud.\n" + INCOME, meta(2, "10-K", date(2024, 1, 28), moment(2024, 2, 21), "n24")
)
EMBEDDER = LetterEmbedder()


@pytest.fixture(params=["table", "snapshot"])
def index(tmp_path, request) -> PassageIndex:
    made = PassageIndex(tmp_path / "index")
    made.replace(1, pl.concat([MSFT_24, MSFT_23]), EMBEDDER.name)
    made.replace(2, NVDA_24, EMBEDDER.name)
    if request.param == "snapshot":
        made.maintain()
    return made


def ask(index, question, k=5, embedder=EMBEDDER, filters=None):
    return search(question, k, index, embedder, COMPANIES, filters or Filters(AS_OF))


def test_the_statement_of_the_right_company_and_year_comes_first(index):
    hits = ask(index, "What was Microsoft's operating income in FY2023?")
    assert (hits[0].document, hits[0].statement, hits[0].rank) == ("m23.htm", "income", 1)
    assert "income statement" in hits[0].why
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))


def test_where_the_best_documents_are_short_the_next_tier_follows(index):
    hits = ask(index, "Microsoft revenue in FY2023", k=MSFT_24.height + MSFT_23.height + 10)
    assert len(hits) == MSFT_24.height + MSFT_23.height
    assert {hit.document for hit in hits[: MSFT_23.height]} == {"m23.htm"}


def test_each_page_comes_once_before_any_comes_twice(tmp_path):
    text = "Cloud growth and cloud margins. " * 90 + "\fCloud. " + "Other matters of the year. " * 60
    starts = [0, text.index("\f") + 1]
    frame = passages(text, meta(1, "10-K", date(2024, 6, 30), moment(2024, 7, 30), "paged"), pages=starts)
    paged = PassageIndex(tmp_path / "paged")
    paged.replace(1, frame, EMBEDDER.name)
    hits = ask(paged, "cloud growth", k=4)
    assert sorted(hit.page for hit in hits[:2]) == [1, 2]
    assert len({hit.passage_id for hit in hits}) == 4


def test_words_alone_find_without_an_embedder(index):
    hits = ask(index, "Nvidia gaming demand", embedder=None)
    assert hits[0].text.startswith("Gaming demand")
    assert "meaning +0.0" in hits[0].why


def test_a_company_without_known_passages_does_not_empty_the_search(index):
    assert ask(index, "American Express cloud")


def test_filters_are_hard(index):
    hits = ask(index, "Microsoft revenue", filters=Filters(AS_OF, ciks=(2,)))
    assert {hit.cik for hit in hits} == {2}
    assert ask(index, "revenue", filters=Filters(AS_OF, forms=("8-K",))) == []


@pytest.mark.parametrize("exhaustive", [20_000, 0])
@pytest.mark.parametrize("question", ["Microsoft revenue in FY2024", "what grew in the cloud", "net income", "gaming"])
def test_what_is_known_after_the_as_of_changes_nothing(index, question, exhaustive, monkeypatch):
    monkeypatch.setattr(searching, "EXHAUSTIVE", exhaustive)
    before = ask(index, question, k=100)
    absurd = "Microsoft Nvidia revenue cloud gaming net income 2024 grew.\n" * 400
    poison = passages(absurd, meta(3, "10-K", date(2024, 6, 30), moment(2024, 9, 2), "poison"))
    own = passages(absurd + INCOME, meta(1, "10-K/A", date(2024, 6, 30), moment(2024, 9, 2), "poison-own"))
    index.replace(3, poison, EMBEDDER.name)
    index.replace(1, pl.concat([MSFT_24, MSFT_23, own]), EMBEDDER.name)
    index.compact()
    assert ask(index, question, k=100) == before
    assert any(
        hit.document.startswith("poison") for hit in ask(index, question, k=500, filters=Filters(moment(2024, 9, 3)))
    )


def test_a_filing_is_known_from_the_moment_of_acceptance(index):
    accepted = moment(2024, 7, 30)
    assert {hit.document for hit in ask(index, "Microsoft", k=200, filters=Filters(accepted))} >= {"m24.htm"}
    earlier = accepted.replace(microsecond=0, minute=29, second=59)
    assert "m24.htm" not in {hit.document for hit in ask(index, "Microsoft", k=200, filters=Filters(earlier))}


def test_candidates_of_the_store_give_the_same_first_hits_as_all_passages(index, monkeypatch):
    everything = ask(index, "what grew in the cloud", k=3)
    monkeypatch.setattr(searching, "EXHAUSTIVE", 0)
    assert [hit.passage_id for hit in ask(index, "what grew in the cloud", k=3)] == [
        hit.passage_id for hit in everything
    ]


def test_the_order_of_writing_changes_nothing(index, tmp_path):
    other = PassageIndex(tmp_path / "other")
    other.replace(2, NVDA_24.reverse(), EMBEDDER.name)
    other.replace(1, pl.concat([MSFT_23, MSFT_24]).sample(fraction=1, shuffle=True, seed=1), EMBEDDER.name)
    other.compact()
    assert ask(other, "cloud revenue", k=50) == ask(index, "cloud revenue", k=50)


@pytest.mark.parametrize(("question", "k"), [(" ", 5), ("cloud", 0)])
def test_a_question_that_makes_no_sense_is_refused(index, question, k):
    with pytest.raises(UsageError):
        ask(index, question, k)


def test_vectors_of_another_model_are_refused(index):
    class Other(LetterEmbedder):
        name = "other"

    with pytest.raises(DataError, match="letters"):
        ask(index, "cloud", embedder=Other())


def test_before_any_passage_the_error_names_the_command(tmp_path):
    with pytest.raises(InputMissingError) as caught:
        ask(PassageIndex(tmp_path), "cloud")
    assert "p3 embed" in caught.value.remedy


def test_a_search_by_words_imports_no_model_library():
    heavy = ("torch", "sentence_transformers", "lancedb", "pandas")
    code = f"import sys, p3.retrieval.search, p3.data.index; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
