"""Own questions on the real filings of seven companies: answers read off them by eye, each with its accession."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from flow.command import p3
from loopback_edgar import serve
from shared_data import shared

pytestmark = pytest.mark.slow

QUESTIONS = Path(__file__).parents[1] / "m7_questions.jsonl"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Mapping[str, Any]]:
    """Ask every question in one process of a tree that holds what the mirror of EDGAR has, without prices or index."""
    tree = tmp_path_factory.mktemp("m7-questions") / "build_data"
    with serve(shared("edgar-mirror")) as edgar:
        settings = {
            "P3_SEC__IDENTITY": "Ann Example ann@example.com",
            "P3_SEC__DATA_URL": edgar.data_url,
            "P3_SEC__WWW_URL": edgar.www_url,
        }
        assert p3(tree, "fetch-sec", "m7", settings=settings).code == 1  # the mirror lacks some documents
    assert p3(tree, "facts", "m7").code == 0
    judged: Sequence[Mapping[str, Any]] = p3(tree, "eval", "ask", str(QUESTIONS)).json["questions"]
    return judged


def test_every_question_is_answered_right(asked: Sequence[Mapping[str, Any]]) -> None:
    assert [(each["id"], each["verdict"], each["answer"]) for each in asked if each["verdict"] != "right"] == []


def test_the_questions_ask_for_numbers_with_their_filings_and_for_what_is_none() -> None:
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    answerable = [row for row in rows if "abstain" not in row]
    assert len(answerable) >= 40
    assert len(rows) - len(answerable) >= 8
    assert all(row["accession"] for row in answerable)
