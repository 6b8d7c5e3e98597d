"""Which sentences are quoted, and how they are cut from a page."""

from datetime import UTC, datetime

import pytest
from answer_case import COMPANIES, Found, overlap

from p3.answer import forms
from p3.answer.quotes import best_quotes
from p3.answer.sentences import sentences
from p3.retrieval.understand import parse

QUESTION = "Why did NVIDIA's gaming demand decline?"
REASON = "Gaming demand declined because channel partners reduced their inventory."


def quoted(question: str, *passages: Found) -> list[str]:
    query = parse(question, COMPANIES)
    return [each.sentence.text for each in best_quotes(query, passages, lambda texts: overlap(question, texts))]


def cut(text: str) -> list[str]:
    return [each.text for each in sentences([Found(1, text)])]


def test_a_sentence_goes_on_over_the_lines_of_a_page():
    page = (
        "Our principal executive offices are in a building that we own\nin Manhattan. The lease of Mr. A. Smith ended."
    )
    assert cut(page) == [
        "Our principal executive offices are in a building that we own\nin Manhattan.",
        "The lease of Mr. A. Smith ended.",
    ]


def test_figures_below_a_label_are_its_row_and_headings_stand_alone():
    assert cut("ASSETS\nGoodwill\n$\n14,378.5\n14,062.4\nOther assets\n1,228.1") == [
        "ASSETS",
        "Goodwill\n$\n14,378.5\n14,062.4",
        "Other assets\n1,228.1",
    ]


def test_items_of_a_list_and_cells_of_a_table_do_not_flow_together():
    assert cut("We sell these:\n• chips for games that many people play at home\n• boards\nSales | 5\nCosts | 3") == [
        "We sell these:",
        "• chips for games that many people play at home",
        "• boards",
        "Sales | 5",
        "Costs | 3",
    ]


def test_a_sentence_that_announces_a_list_is_quoted_with_it():
    text = (
        "Gaming demand declined due to the following:\n• partners reduced stock\n• prices rose\nNothing else happened."
    )
    assert quoted(QUESTION, Found(1, text)) == [text[: text.index("\nNothing")]]


def test_of_sentences_that_differ_in_figures_alone_the_newest_filing_is_quoted():
    old = Found(1, "Gaming demand declined by 5% in 2022.", accession="old", accepted=datetime(2023, 2, 1, tzinfo=UTC))
    new = Found(1, "Gaming demand declined by 9% in 2023.", accession="new", accepted=datetime(2024, 2, 1, tzinfo=UTC))
    assert quoted(QUESTION, old, new) == [new.text]


def test_quotes_of_one_passage_stand_in_the_order_of_its_text():
    text = f"Demand for gaming has a decline each spring. {REASON}"
    assert quoted(QUESTION, Found(1, text)) == text.replace(". ", ".|").split("|")


@pytest.mark.parametrize(
    "lesser",
    [
        "Gaming demand decline",
        "See Note 8 for the decline of gaming demand.",
        "Forward-looking statements on the decline of gaming demand differ materially.",
        "and the decline of gaming demand went on.",
        "The following table shows the decline of gaming demand",
    ],
    ids=["heading", "reference", "caution", "cut off before", "cut off behind"],
)
def test_what_says_little_is_worth_less_than_a_sentence(lesser: str):
    assert forms.worth(QUESTION, lesser) < forms.worth("What of it?", REASON) < forms.worth(QUESTION, REASON)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("We operate 43 plants.", True),
        ("We operate three plants.", True),
        ("Sales were $5 in 2022.", True),
        ("In 2022 sales grew.", False),
        ("See Note 8 on sales.", False),
        ("On December 31 sales closed.", False),
    ],
)
def test_a_year_a_date_or_a_note_is_no_amount(text: str, held: bool):
    assert forms.holds_amount(text) is held
