from datetime import date

import pytest
from retrieval_cases import BALANCE, CASH_FLOW, INCOME, Section, meta, moment
from shared_data import shared

from p3.retrieval import passages
from p3.retrieval.statements import classify

ABOUT = meta(1, "10-K", date(2024, 6, 30), moment(2024, 7, 30), "a")


def test_offsets_are_exact_and_nothing_but_blanks_is_lost():
    text = "  First line.\n\nSecond\u00a0line — with “quotes”.\n" + "long " * 700 + "\n𝔘nicode beyond the plane\n"
    frame = passages.split(text, [], None, ABOUT)
    assert all(text[row["start"] : row["end"]] == row["text"] for row in frame.iter_rows(named=True))
    kept = "".join(frame["text"])
    assert "".join(kept.split()) == "".join(text.split())
    assert frame["text"].str.len_chars().max() <= passages.LIMIT
    assert frame["passage_id"].is_unique().all()


def test_two_companies_that_file_the_same_bytes_keep_their_own_passages():
    other = meta(2, "10-K", date(2024, 6, 30), moment(2024, 7, 30), "a")
    mine, theirs = (passages.split("Joint filing.", [], None, about) for about in (ABOUT, other))
    assert ABOUT.document_sha == other.document_sha
    assert mine["passage_id"][0] != theirs["passage_id"][0]


def test_no_passage_crosses_a_page_or_a_section():
    text = "Page one.\nStill one.\nPage two.\nRisks are many.\n"
    second, risks = text.index("Page two"), text.index("Risks")
    sections = [Section("Item 1", 0, risks), Section("Item 1A", risks, len(text))]
    frame = passages.split(text, sections, [0, second], ABOUT)
    assert frame.select("page", "section", "text").rows() == [
        (1, "Item 1", "Page one.\nStill one."),
        (2, "Item 1", "Page two."),
        (2, "Item 1A", "Risks are many."),
    ]


def test_a_document_without_pages_has_none_and_text_outside_sections_has_no_name():
    frame = passages.split("Cover.", [], None, ABOUT)
    assert frame.select("page", "section").rows() == [(None, "")]


def test_empty_text_has_no_passages_and_keeps_the_schema():
    frame = passages.split(" \n\n", [], None, ABOUT)
    assert frame.is_empty()
    assert frame.schema == passages.SCHEMA


def test_a_word_longer_than_a_passage_is_cut_without_loss():
    text = "x" * (2 * passages.LIMIT + 7)
    assert passages.split(text, [], None, ABOUT)["text"].str.len_chars().to_list() == [1000, 1000, 7]


def test_a_statement_stays_whole_and_is_named():
    prose = "We sell software and services to customers in many countries.\n" * 30
    frame = passages.split(prose + INCOME + prose + BALANCE + CASH_FLOW + prose, [], None, ABOUT)
    found = frame.drop_nulls("statement")
    assert found["statement"].to_list() == ["income", "balance", "cash_flow"]
    assert found["text"].to_list() == [INCOME.strip(), BALANCE.strip(), CASH_FLOW.strip()]


def test_a_table_of_contents_and_prose_that_mention_statements_are_not_statements():
    contents = (
        "INDEX TO FINANCIAL STATEMENTS\nConsolidated Statements of Income | 50\nConsolidated Balance Sheets | 52\n"
    )
    prose = "The accompanying consolidated balance sheets were audited.\n" * 5
    assert classify([contents, prose, INCOME]) == [None, None, "income"]


def test_a_title_with_no_break_spaces_is_found():
    assert classify([BALANCE.replace(" ", "\u00a0")]) == ["balance"]


@pytest.mark.parametrize(
    ("folder", "document", "expected"),
    [
        ("789019/000095017024087835", "msft-ex99_1.htm", {"income", "balance", "cash_flow"}),
        ("1045810/000104581025000209", "nvda-20250727.htm", {"income", "balance", "cash_flow"}),
    ],
)
def test_the_statements_of_real_filings_are_found_once_each(folder, document, expected):
    from p3.sec.documents.reading import to_text

    path = shared("edgar-mirror", "www.sec.gov", "Archives", "edgar", "data", *folder.split("/"), document)
    found = to_text(path.read_bytes(), document)
    frame = passages.split(found.text, found.sections, found.pages, ABOUT).drop_nulls("statement")
    assert sorted(frame["statement"]) == sorted(expected)
