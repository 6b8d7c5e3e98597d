"""PDFs as text: pages under their own numbers, rows of tables as lines, and what is refused."""

import random

import pytest
from document_files import pdf, pdf_of_columns, pdf_of_content, pdf_of_objects

from p3.errors import DataError
from p3.sec.documents import reading
from p3.sec.documents.pdf import to_text


def test_lines_stay_lines_and_pages_keep_their_numbers() -> None:
    text, pages = to_text(pdf([["First page", "Net sales 1,234 (500)"], [], ["Third page"]]))
    assert text == "First page\nNet sales 1,234 (500)\n\nThird page"
    assert len(pages) == 3
    assert text[pages[0] :].startswith("First")
    assert text[pages[2] :] == "Third page"


def test_a_document_of_one_page_has_a_page() -> None:
    assert reading.to_text(pdf([["Only"]]), "a.pdf").pages == [0]


def test_a_table_drawn_column_by_column_is_read_row_by_row() -> None:
    labels, first, second = (
        ["", "Net sales", "Costs", "Total"],
        ["2022", "1,234", "(500)", "734"],
        ["2021", "1", "-", "$ 9"],
    )
    text, _ = to_text(pdf_of_columns([labels, first, second]))
    assert text.split("\n") == ["2022 2021", "Net sales 1,234 1", "Costs (500) -", "Total 734 $ 9"]


def test_columns_of_prose_are_not_mixed() -> None:
    text, _ = to_text(pdf_of_columns([["Sales rose", "in 2022."], ["Costs fell", "in 2021."]]))
    assert text.split("\n") == ["Sales rose", "in 2022.", "Costs fell", "in 2021."]


def test_text_that_runs_upwards_is_not_cut_or_joined() -> None:
    upwards = b"BT /F1 12 Tf 0 1 -1 0 100 100 Tm (Net sales) Tj ET BT /F1 12 Tf 0 1 -1 0 130 100 Tm (2022) Tj ET"
    assert to_text(pdf_of_content(upwards))[0].split("\n") == ["Net sales", "2022"]


def test_blanks_that_mean_nothing_are_left_out() -> None:
    text, _ = to_text(pdf([["A  line\u00a0with", " ", "blanks "]]))
    assert text == "A line with\nblanks"


def test_items_become_sections() -> None:
    body = ["Words of the report."] * 20
    pages = [["FORM 10-K"], ["Item 1. Business", *body], ["Item 7. Discussion", *body]]
    document = reading.to_text(pdf(pages), "a.pdf")
    assert [(section.name, document.text[section.start :].split("\n")[0]) for section in document.sections] == [
        ("Item 1", "Item 1. Business"),
        ("Item 7", "Item 7. Discussion"),
    ]


def test_an_encrypted_pdf_is_refused_and_one_that_opens_without_a_password_is_not() -> None:
    with pytest.raises(DataError, match="encrypted"):
        to_text(pdf([["Secret"]], password="pass"))
    assert to_text(pdf([["Open"]], password=""))[0] == "Open"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.9, 0.97, 0.99])
def test_a_pdf_that_is_cut_off_is_refused(share: float) -> None:
    whole = pdf([[f"Line {line} of page {page}" for line in range(30)] for page in range(10)])
    with pytest.raises(DataError, match="cut off or damaged"):
        to_text(whole[: int(len(whole) * share)])


def test_a_pdf_whose_table_of_objects_is_wrong_is_refused() -> None:
    whole = pdf([["Page"]] * 5)
    with pytest.raises(DataError, match="cut off or damaged"):
        to_text(whole.replace(b"endstream", b"endstrea", 1))


def linearized(length: int) -> bytes:
    return pdf_of_objects(
        [
            b"<</Linearized 1/L %010d/H[0 0]/O 4/E 0/N 1/T 0>>" % length,
            b"<</Type/Catalog/Pages 3 0 R>>",
            b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
            b"<</Type/Page/Parent 3 0 R/MediaBox[0 0 9 9]/Resources<</Font<</F1 5 0 R>>>>/Contents 6 0 R>>",
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Length 26>>stream\nBT /F1 2 Tf (Hello) Tj ET \nendstream",
        ],
        root=2,
    )


def test_a_linearized_pdf_that_lacks_its_end_is_refused() -> None:
    length = len(linearized(0))
    assert to_text(linearized(length))[0] == "Hello"
    with pytest.raises(DataError, match="cut off or damaged"):
        to_text(linearized(length + 5_000))


def test_a_scan_says_so() -> None:
    with pytest.raises(DataError, match="scan"):
        to_text(pdf([[], []]))


def test_a_pdf_without_pages_is_refused() -> None:
    with pytest.raises(DataError):
        to_text(pdf_of_objects([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]))


@pytest.mark.slow
def test_a_page_that_inflates_without_end_is_one_error() -> None:
    with pytest.raises(DataError, match=r"memory|seconds"):
        to_text(pdf_of_content(b"BT /F1 12 Tf " + b"(Hello) Tj " * 30_000_000 + b"ET"))


def test_damage_anywhere_is_text_or_a_data_error() -> None:
    whole, chance = bytearray(pdf([["A page"], ["Another"]])), random.Random(1)
    for _ in range(15):
        broken = bytearray(whole)
        for _ in range(20):
            broken[chance.randrange(9, len(broken))] = chance.randrange(256)
        try:
            assert to_text(bytes(broken))[0].strip()
        except DataError as error:
            assert error.remedy
