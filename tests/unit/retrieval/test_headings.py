import pytest

from p3.retrieval.headings import above, headings


@pytest.mark.parametrize(
    "line",
    ["NOTE 7. PROPERTY AND EQUIPMENT", "Liquidity and Capital Resources", "Note 2 – Goodwill and Acquired Intangibles"],
)
def test_titles_are_headings(line):
    assert headings(f"It grew.\n{line}\nIt fell.") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Table of Contents",
        "The increase was due to higher sales",
        "Total Current Assets | 1,000 | 900",
        "Sales 2022 2021 2020",
        "We Sell Things.",
        "12",
        "",
        "A",
    ],
)
def test_sentences_rows_and_page_furniture_are_not(line):
    assert headings(line) == []


def test_a_passage_stands_under_the_last_heading_before_it_and_those_within_it():
    assert list(above(["Legal Matters\nWe are sued.", "More of it.", "Income Taxes\nThe rate fell."])) == [
        "Legal Matters",
        "Legal Matters",
        "Legal Matters / Income Taxes",
    ]
