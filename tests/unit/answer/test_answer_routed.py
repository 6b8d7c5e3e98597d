"""Answers worded by tiers of models: what is printed has passed the gate, and the record tells how it came about."""

import pytest
from answer_case import Found, context
from loopback_model import model_server
from tier_case import QUESTION, TEXT, config, tiered

from p3.answer.answer import answer
from p3.answer.models.protocol import LanguageModel
from p3.answer.result import Answer

PASSAGES = (Found(1, TEXT), Found(2, "NVIDIA's revenue depends on data centers.", start=7000))


def asked(model: LanguageModel | None, question: str = QUESTION) -> Answer:
    return answer(question, context(*PASSAGES, model=model))


def test_what_a_model_says_is_cited_and_its_making_recorded():
    with model_server() as server, tiered(config(), q2=server.address) as model:
        got = asked(model)
    assert (got.status, got.route, got.tier) == ("answered", "passages", "q2")
    assert got.answer.startswith(f"{TEXT} [1]")
    assert got.citations[0].quote == TEXT
    assert got.worded["gate"] == {"passed": 2}
    assert got.worded["attempts"][-1]["completion_tokens"] > 0


@pytest.mark.parametrize("mode", ["fabricates", "broken-json", "cut", "dies", "500", "401"])
def test_where_no_model_answers_text_is_quoted_as_without_one_and_the_reason_kept(mode: str):
    with model_server(mode) as server, tiered(config(), q2=server.address) as model:
        got = asked(model)
    plain = asked(None)
    assert (got.answer, got.citations, got.confidence) == (plain.answer, plain.citations, plain.confidence)
    assert (got.tier, got.worded["tier"]) == ("rules", None)
    assert got.worded["attempts"][0]["failure"] in " ".join(got.steps)
    assert "987.6" not in got.answer


def test_a_model_that_says_nothing_makes_an_abstention():
    with model_server("silent") as server, tiered(config(), q2=server.address) as model:
        got = asked(model)
    assert (got.status, got.tier, got.citations) == ("abstained", "q2", ())


def test_no_model_is_asked_for_a_number():
    with model_server("fabricates") as server, tiered(config(), q2=server.address) as model:
        got = asked(model, "What was NVIDIA's revenue in FY2024?")
    assert (got.value, got.tier, got.worded, server.asked) == (60_922_000_000.0, "rules", {}, [])
