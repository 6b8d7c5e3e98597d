"""`p3 eval retrieval`: a user's own questions are measured, and a file that cannot be is refused with what to do."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flow.trees import link_models
from other_process import Ended, command, environment

P3 = Callable[..., Any]

PAGES = (
    "Widget Co makes widgets of steel in two plants in Ohio.",
    "Risk factors. A strike of the steel workers would stop both plants.",
    "Legal proceedings. Gadget Inc sued Widget Co over the patent of the folding widget.",
)
QUESTIONS = (
    {
        "id": "strike",
        "question": "Which risk does a strike of the steel workers bring to the plants?",
        "evidence": [{"doc_name": "W_10K", "page": 1}],
    },
    {"id": "suit", "question": "Who sued Widget Co?", "evidence": [{"doc_name": "w_10k", "page": 2}]},
    {"id": "other", "question": "Who sued Widget Co?", "evidence": [{"doc_name": "ABSENT", "page": 2}]},
)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in QUESTIONS), encoding="utf-8")
    return file


def run(home: Path, *arguments: object) -> Ended:
    """Run p3 without the fixture's limit of a minute: the first embedding exports its model."""
    done = subprocess.run(
        command(*arguments), cwd=home, env=environment(home), capture_output=True, text=True, timeout=600, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with one document and no passages; only the slow test writes to it, a copy."""
    home = tmp_path_factory.mktemp("ingested")
    report = home / "W_10K.txt"
    report.write_text("\f".join(PAGES), encoding="utf-8")
    named = ("-t", "WDGT", "--company", "Widget Co", "--form", "10-K", "--period", "2022")
    (home / "tree").mkdir()
    done = run(home, "ingest", report, *named, "--data-dir", home / "tree")
    assert done.code == 0, done.err
    return home / "tree"


@pytest.mark.slow
def test_questions_are_measured_over_the_whole_store_or_in_their_documents_alone(
    p3: P3, questions: Path, ingested: Path, tmp_path: Path, models: Path
):
    tree = link_models(tmp_path / "tree", models)
    shutil.copytree(ingested, tree, dirs_exist_ok=True)
    embedded = run(tmp_path, "embed", "-t", "WDGT", "--data-dir", tree)
    assert embedded.code == 0, embedded.err
    for options in ((), ("--named",)):
        done = p3("eval", "retrieval", questions, "--json", "--data-dir", tree, *options)
        found = json.loads(done.out)
        assert (done.code, found["named"]) == (0, bool(options)), done.err
        assert [each["rank"] for each in found["questions"]] == [1, 1, None]
        assert found["recall_at_10"] == pytest.approx(2 / 3)
        assert found["mrr"] == pytest.approx(2 / 3)
        assert "Not indexed, so not found: ABSENT." in done.err
    shown = p3("eval", "retrieval", questions, "--data-dir", tree)
    assert "0.667" in shown.out and "not found" in shown.out and "Who sued Widget Co?" in shown.out
    hits = json.loads(p3("search", "Who sued Widget Co?", "-k", "3", "--json", "--data-dir", tree).out)["passages"]
    assert hits[0]["page"] == 3
    assert any(reason.startswith("words") for reason in hits[0]["why"])
    absent = tmp_path / "absent.jsonl"
    absent.write_text(json.dumps(QUESTIONS[2]), encoding="utf-8")
    refused = p3("eval", "retrieval", absent, "--data-dir", tree)
    assert refused.code == 4 and "p3 ingest" in refused.err


def test_a_store_without_passages_names_the_command_to_run(p3: P3, questions: Path, ingested: Path):
    for arguments in (("eval", "retrieval", questions), ("search", "steel")):
        done = p3(*arguments, "--data-dir", ingested)
        assert (done.code, done.out) == (4, "")
        assert "p3 embed" in done.err


@pytest.mark.parametrize(
    ("content", "code", "wrong"),
    [
        (b"", 7, "no question"),
        (b'{"question": "q"}', 7, "line 1 is no question"),
        (b"\xff\xfe", 2, "cannot be read"),
        (None, 2, "cannot be read"),
    ],
)
def test_a_file_of_questions_that_makes_no_sense_is_refused(
    p3: P3, tmp_path: Path, ingested: Path, content: bytes | None, code: int, wrong: str
):
    file = tmp_path / "given.jsonl"
    if content is not None:
        file.write_bytes(content)
    done = p3("eval", "retrieval", file, "--data-dir", ingested)
    assert (done.code, done.out) == (code, "")
    assert wrong in done.err and len(done.err.splitlines()) == 2


ASKED = (
    {"question": "What was NVIDIA's revenue in fiscal 2024?", "value": 60922, "unit": "USD_millions"},
    {"question": "What was Microsoft's revenue in fiscal 2024?", "value": 60922, "unit": "USD_millions"},
    {"question": "What was NVIDIA's gross margin in fiscal 2024?", "value": 72.7, "unit": "percent"},
    {"question": "What was NVIDIA's revenue in fiscal 2024 without data centers?", "abstain": True},
)


def test_answers_are_judged_and_so_is_their_confidence(p3: P3, tree: Path, tmp_path: Path):
    file = tmp_path / "asked.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in ASKED), encoding="utf-8")
    done = p3("eval", "ask", file, "--json", "--data-dir", tree)
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert [each["verdict"] for each in found["questions"]] == ["right", "wrong", "right", "right"]
    assert (found["right"], found["wrong"], found["abstained"]) == (3, 1, 0)
    (only,) = [each for each in found["reliability"] if each["answers"]]
    assert (only["answers"], only["right"]) == (3, pytest.approx(2 / 3))
    shown = p3("eval", "ask", file, "--data-dir", tree).out
    assert "Not right: 1" in shown and "What was Microsoft's revenue" in shown
    refused = p3("eval", "ask", file, "--compare", "worded.v1", "worded.v9", "--data-dir", tree)
    assert refused.code == 2 and "no prompt template 'worded.v9'" in refused.err
    unprompted = p3("eval", "ask", file, "--compare", "worded.v1", "worded.v1", "--data-dir", tree)
    assert unprompted.code == 3 and "no language model is configured" in unprompted.err


@pytest.mark.parametrize("question", ["", "?!", "😀", "word " * 10_000])
def test_a_question_without_words_or_with_too_many_is_refused(p3: P3, ingested: Path, question: str):
    done = p3("search", question, "--data-dir", ingested)
    assert (done.code, done.out) == (2, "")
    assert "the question" in done.err and len(done.err.splitlines()) == 2
