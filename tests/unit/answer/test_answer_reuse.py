"""When two questions are the same, and when they only look alike."""

import numpy as np
import pytest

from p3.answer.cache import data_key, request_key, same_meaning

NEAR = np.array([1.0, 0.0], dtype=np.float32)
FAR = np.array([0.0, 1.0], dtype=np.float32)


def test_case_spaces_and_punctuation_do_not_count() -> None:
    assert request_key("Who are  Nvidia's competitors?", None) == request_key("who are nvidia’s competitors", None)


def test_other_words_are_another_request() -> None:
    assert request_key("Who are Nvidia's competitors?", None) != request_key("Who are Nvidia's customers?", None)


def test_scripts_other_than_latin_are_words_too() -> None:
    keys = {
        request_key(text, None)
        for text in ("Какая выручка?", "Какая прибыль?", "什么是收入", "增加", "减少", "😀", "🚀")
    }
    assert len(keys) == 7


def test_any_part_of_the_data_tells_answers_apart() -> None:
    same = data_key({"facts": 3}, [1, 2], "model", "code")
    assert same == data_key({"facts": 3}, [2, 1], "model", "code")
    others = [
        data_key({"facts": 4}, [1, 2], "model", "code"),
        data_key({"facts": 3}, [1], "model", "code"),
        data_key({"facts": 3}, [1, 2], "another", "code"),
        data_key({"facts": 3}, [1, 2], "model", "later"),
    ]
    assert same not in others


def test_wording_may_differ_where_the_meaning_is_near() -> None:
    assert same_meaning("Which risks does the firm face?", "What are the risks that the firm faces?", NEAR, NEAR)
    assert not same_meaning("Which risks does the firm face?", "What are the risks that the firm faces?", NEAR, FAR)


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("What drove growth in 2022?", "What drove growth in 2023?"),
        ("Which customers are above 10%?", "Which customers are above 20%?"),
        ("Why did margins increase?", "Why did margins decrease?"),
        ("Is the firm exposed to rates?", "Isn't the firm not exposed to rates?"),
        ("What was sold in the first quarter?", "What was sold in the second quarter?"),
        (
            "Which subcontractors make wafers, which foundries assemble?",
            "Which foundries make wafers, which subcontractors assemble?",
        ),
        ("Did Microsoft sue Google?", "Did Google sue Microsoft?"),
        ("What rights has class A stock?", "What rights has class B stock?"),
        ("Does it allow dividends?", "Does it prohibit dividends?"),
        ("What are its current liabilities made of?", "What are its current assets made of?"),
    ],
)
def test_a_number_a_negation_or_a_direction_is_never_overlooked(question: str, other: str) -> None:
    assert not same_meaning(question, other, NEAR, NEAR)
