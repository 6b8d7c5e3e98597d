"""`p3 ask` with model servers: drafts go to stderr alone, and the ledger keeps why one server followed another."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flow.command import Ran, p3
from flow.trees import SampleTree
from loopback_model import ModelServer, model_server

pytestmark = pytest.mark.slow
QUESTION = "What does NVIDIA say about the supply of its data center products?"
INVENTED = "987.6"


@pytest.fixture
def tree(sample: SampleTree, tmp_path: Path) -> Path:
    return sample.copy(tmp_path / "build_data")


@contextmanager
def tiers(home: Path, *modes: str) -> Iterator[tuple[dict[str, str], list[ModelServer]]]:
    """Serve one model a tier, from q2 up; yields the settings that name them, and the servers."""
    with model_server(modes[0]) as first, model_server(modes[1]) as second:
        listed = [("q2", first.address), ("q3", second.address)]
        text = "".join(f'[[backends]]\ntier = "{tier}"\nplace = "{place}"\n' for tier, place in listed)
        (home / "config" / "p3").mkdir(parents=True)
        (home / "config" / "p3" / "models.toml").write_text(text)
        yield {"XDG_CONFIG_HOME": str(home / "config")}, [first, second]


def chain(tree: Path, ran: Ran) -> dict:
    with closing(sqlite3.connect(tree / "ledger" / "ledger.sqlite")) as ledger:
        rows = ledger.execute("SELECT steps FROM chains WHERE reasoning_id = ?", [ran.json["reasoning_id"]])
        return json.loads(rows.fetchone()[0])


def test_a_draft_goes_to_stderr_and_what_passed_the_gate_to_stdout(tree: Path, tmp_path: Path) -> None:
    with tiers(tmp_path, "fabricates", "honest") as (settings, _servers):
        ran = p3(tree, "ask", QUESTION, "--stream", settings=settings)
    assert (ran.json["status"], ran.json["tier"]) == ("answered", "q3")
    assert INVENTED in ran.stderr
    assert INVENTED not in ran.stdout
    record = chain(tree, ran)["model"]
    assert [each["tier"] for each in record["attempts"]] == ["q2", "q3"]
    assert "withheld" in record["attempts"][0]["failure"]
    assert record["template"].startswith("worded.v1 sha256:")


def test_where_every_model_fails_the_answer_is_that_without_a_model_and_says_so(tree: Path, tmp_path: Path) -> None:
    with tiers(tmp_path, "fabricates", "dies") as (settings, _servers):
        ran = p3(tree, "ask", QUESTION, settings=settings)
    plain = p3(tree, "ask", QUESTION)
    for name in ("answer", "citations", "confidence", "tier"):
        assert ran.json[name] == plain.json[name]
    assert "No language model gave an answer" in ran.stderr
    assert INVENTED not in ran.stdout + ran.stderr
    assert [each["tier"] for each in chain(tree, ran)["model"]["attempts"]] == ["q2", "q3", "q4"]


def test_a_number_is_computed_whatever_the_models_are(tree: Path, tmp_path: Path) -> None:
    with tiers(tmp_path, "fabricates", "honest") as (settings, servers):
        ran = p3(tree, "ask", "What was NVIDIA's revenue in fiscal 2024?", settings=settings)
    assert (ran.json["value"], ran.json["tier"]) == (60_922_000_000.0, "rules")
    assert [server.asked for server in servers] == [[], []]


def test_prompt_templates_are_compared_on_the_same_questions(tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps({"question": QUESTION, "abstain": True}) + "\n")
    with tiers(tmp_path, "honest", "honest") as (settings, servers):
        ran = p3(tree, "eval", "ask", str(file), "--compare", "worded.v1", "worded.v1", settings=settings)
    (answers,) = ran.json["templates"].values()
    assert (answers["right"], answers["questions"][0]["verdict"]) == (1, "right")
    assert sum(len(server.asked) for server in servers) == 1
