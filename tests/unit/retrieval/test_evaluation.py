import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from shared_data import shared

from p3.errors import DataError
from p3.retrieval import evaluation
from p3.retrieval.evaluation import Place, Question

OWN = Path(__file__).parents[2] / "retrieval_questions.jsonl"


@dataclass(frozen=True)
class Hit:
    document: str
    page: int | None
    section: str = "Item 7"
    start: int = 0


def asked(**evidence) -> Question:
    line = json.dumps({"id": "q", "question": "why?", "evidence": [{"doc_name": "ACME_2022_10K", **evidence}]})
    return evaluation.read(line)[0]


def test_pages_of_the_file_count_from_0_and_those_of_hits_from_1():
    assert asked(page=6).places == (Place("ACME_2022_10K", 7, None),)
    assert evaluation.rank(asked(page=6), [Hit("acme_2022_10k.txt", 6), Hit("acme_2022_10k.txt", 7)]) == 2


def test_passages_of_one_page_count_once():
    hits = [Hit("other.htm", 1), Hit("other.htm", 1, start=9), Hit("ACME_2022_10K.txt", 7)]
    assert evaluation.rank(asked(page=6), hits) == 2


def test_passages_without_pages_count_one_by_one_and_are_right_by_section():
    hits = [Hit("ACME_2022_10K.htm", None, "Item 1"), Hit("ACME_2022_10K.htm", None, "Item 1A", 5)]
    assert evaluation.rank(asked(section="Item 1A"), hits) == 2
    assert evaluation.rank(asked(section="Item 9"), hits) is None


def test_scores_worked_by_hand():
    found = evaluation.scores([1, 4, None, 20])
    assert found.recall == {1: 0.25, 5: 0.5, 10: 0.5}
    assert found.mrr == pytest.approx((1 + 1 / 4 + 1 / 20) / 4)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "[" * 100_000,
        '{"question": "q"}',
        '{"question": "q", "evidence": []}',
        '{"question": 5, "evidence": [{"doc_name": "d", "page": 1}]}',
        '{"question": "q", "evidence": [{"doc_name": "d"}]}',
        '{"question": "q", "evidence": [{"doc_name": "d", "page": "x"}]}',
    ],
)
def test_a_line_that_is_no_question_is_named(line):
    good = '{"question": "q", "evidence": [{"doc_name": "d", "page": 1}]}'
    with pytest.raises(DataError, match="line 2 is no question"):
        evaluation.read(f"{good}\n{line}")


def test_a_file_without_questions_is_refused():
    with pytest.raises(DataError, match="no question"):
        evaluation.read("\n\n")


def test_our_own_questions_name_pages_that_there_are():
    questions = evaluation.read(OWN.read_text(encoding="utf-8"))
    kinds = [json.loads(line)["kind"] for line in OWN.read_text(encoding="utf-8").splitlines()]
    assert len(questions) >= 80 and kinds.count("prose") * 2 >= len(kinds)
    pages = {
        path.stem: sum(1 for _ in path.open(encoding="utf-8"))
        for path in shared("financebench-dev", "pages").glob("*.jsonl")
    }
    places = [place for question in questions for place in question.places if place.page is not None]
    assert all(1 <= place.page <= pages[place.document] for place in places)
