"""Documents to text: small ones whose text is known, and the real filings."""

from pathlib import Path

import pytest
from shared_data import shared

from p3.errors import DataError
from p3.sec.documents import reading
from p3.sec.documents.reading import Document


def text(body: str, name: str = "a.htm") -> str:
    return reading.to_text(body.encode(), name).text


def test_blocks_are_paragraphs_and_white_space_means_nothing() -> None:
    assert text("<div>One\n two&#160;&nbsp; three</div><p>Fo<b>ur</b></p>") == "One two three\n\nFour"


def test_line_breaks_stay() -> None:
    assert text("<p>One<br/>two<br>  three</p>") == "One\ntwo\nthree"


def test_table_rows_are_lines_of_cells() -> None:
    table = (
        "<p>Income</p><table><tr><td></td><td colspan=3>2024</td><td></td><td>2023</td></tr>"
        "<tr><td>Net sales</td><td>$</td><td>391,035</td><td></td><td>$</td><td>383,285</td></tr>"
        "<tr><td>Other income/<br>(expense), net</td><td>269</td><td>(</td><td>565</td><td>)</td></tr>"
        "<tr><td>Margin</td><td>46.2</td><td>%</td><td>(4.1</td><td>)%</td></tr>"
        "<tr><td>Dividends</td><td>$</td><td>—</td></tr><tr><td> </td></tr></table><p>After</p>"
    )
    assert text(table) == (
        "Income\n\n| 2024 | 2023\nNet sales | $391,035 | $383,285\nOther income/ (expense), net | 269 | (565)\n"
        "Margin | 46.2% | (4.1)%\nDividends | $—\n\nAfter"
    )


def test_a_table_used_for_layout_keeps_its_paragraphs() -> None:
    assert text("<table><tr><td><p>One.</p><p>Two.</p></td></tr></table>") == "One.\nTwo."
    assert (
        text("<table><tr><td>A</td><td><table><tr><td>x</td><td>1</td></tr></table></td></tr></table>") == "A | x | 1"
    )


@pytest.mark.parametrize(
    "markup", ["<p>•</p><p>Sales rose.</p>", "<table><tr><td>•</td><td>Sales rose.</td></tr></table>"]
)
def test_a_bullet_belongs_to_its_words(markup: str) -> None:
    assert text(markup) == "• Sales rose."


def test_what_a_browser_hides_is_left_out() -> None:
    hidden = (
        "<html><head><title>t</title><style>p {}</style></head><body><script>x()</script><!-- no -->"
        '<div style="display:none"><ix:header><ix:hidden>0000320193</ix:hidden></ix:header></div>'
        '<ix:header>no</ix:header><p>Seen<span style="DISPLAY : none">no</span> '
        '<ix:nonFraction scale="6">12</ix:nonFraction>'
        "</p> tail</body></html>"
    )
    assert text(hidden) == "Seen 12\n\ntail"


def test_text_after_the_end_of_html_is_seen() -> None:
    assert text("<html><head></head></html><div>Form TA-1</div>") == "Form TA-1"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"<p>It&#146;s &#150; &ldquo;ok&rdquo; &amp; &#8364;5</p>", "It’s – “ok” & €5"),
        ("<p>naïve — €</p>".encode(), "naïve — €"),
        ("<p>naïve — €</p>".encode("cp1252"), "naïve — €"),
        (b"<?xml version='1.0' encoding='ASCII'?><html><body><p>caf\xc3\xa9</p></body></html>", "café"),
        (b"<p>soft&#173;hy\xe2\x80\x8bphen\x00</p>", "softhyphen"),
    ],
)
def test_characters_are_the_ones_meant(content: bytes, expected: str) -> None:
    assert reading.to_text(content, "a.htm").text == expected


def test_preformatted_columns_stay() -> None:
    assert text("<pre>\nSales      10\nCosts       7\n</pre>") == "Sales      10\nCosts       7"


def test_page_breaks_give_page_offsets() -> None:
    document = reading.to_text(
        b'<p>One</p><hr style="page-break-after:always"/><p>Two</p>'
        b'<div style="page-break-before: always"><p>Three</p></div><p>more</p>',
        "a.htm",
    )
    assert document.text == "One\n\nTwo\n\nThree\n\nmore"
    assert document.pages == [0, 5, 10]


def test_a_document_without_page_breaks_has_no_pages() -> None:
    assert reading.to_text(b"<p>One</p>", "a.htm").pages is None


def test_plain_text_keeps_its_columns_and_pages() -> None:
    body = "<PAGE>\n   ACME CORP\n\n\n\n<TABLE>\n<CAPTION>\n<S>        <C>\nSales      10\n</TABLE>\n<PAGE>   2\nMore."
    document = reading.to_text(body.encode(), "a.txt")
    assert document.text == "   ACME CORP\n\nSales      10\n\nMore."
    assert document.pages == [0, document.text.index("More.")]


def test_the_first_document_of_a_full_submission_is_the_filing() -> None:
    body = (
        "<SEC-DOCUMENT>x.txt\n<SEC-HEADER>ACCESSION NUMBER: 1\n</SEC-HEADER>\n"
        "<DOCUMENT>\n<TYPE>10-K\n<TEXT>\n<p>The report</p>\n"
        "</TEXT>\n</DOCUMENT>\n<DOCUMENT>\n<TYPE>EX-1\n<TEXT>\nAn exhibit\n</TEXT>\n</DOCUMENT>"
    )
    assert text(body, "x.txt") == "The report"


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"<p> &nbsp; </p>", b"\x00\x00", b"<!-- only -->"])
def test_a_document_without_text_is_a_data_error(content: bytes) -> None:
    with pytest.raises(DataError, match=r"holds no (text|readable HTML)"):
        reading.to_text(content, "a.htm")


def test_deep_nesting_is_read_whole_or_not_at_all() -> None:
    assert text("<div>" * 2_000 + "deep") == "deep"
    with pytest.raises(DataError, match="nested"):
        text("<p>seen</p>" + "<div>" * 20_000 + "deep")


def report(*lines: str) -> Document:
    return reading.to_text("".join(f"<p>{line}</p>" for line in lines).encode(), "a.htm")


def named(document: Document) -> dict[str, str]:
    return {section.name: document.text[section.start : section.end] for section in document.sections}


def test_items_of_an_annual_report() -> None:
    body = "Words. " * 200
    contents = ["Item 1. Business 3", "Item 1A. Risk Factors", "Item 7. MD&A"]
    document = report(
        *("FORM 10-K", *contents, "PART I", "Item 1. Business", body, "ITEM 1A — RISK FACTORS", body),
        *("Item 7A of this report has more.", "PART II", "Item 7.", "Management’s Discussion", body),
        *("Item 1A, Risk Factors, says more.", body, "SIGNATURES", "Signed"),
    )
    assert [(section.name, section.title) for section in document.sections] == [
        ("Item 1", "Business"),
        ("Item 1A", "RISK FACTORS"),
        ("Item 7", "Management’s Discussion"),
    ]
    assert named(document)["Item 1"].endswith("Words.")
    assert "PART II" not in named(document)["Item 1A"]
    assert "says more" in named(document)["Item 7"]
    assert "Signed" not in named(document)["Item 7"]


def test_items_of_a_quarterly_report_carry_their_part() -> None:
    body = "Words. " * 40
    document = report(
        *("FORM 10-Q", "PART I", "Item 1. Financial Statements", body, "Item 2. Management’s Discussion", body),
        *("PART II", "Item 1. Legal Proceedings", body, "Item 1A. Risk Factors", body),
    )
    assert list(named(document)) == ["Part I Item 1", "Part I Item 2", "Part II Item 1", "Part II Item 1A"]


def test_items_of_a_current_report() -> None:
    document = report("FORM 8-K", "Item 2.02 Results of Operations", "Sales rose.", "Item 9.01. Exhibits", "99.1")
    assert list(named(document)) == ["Item 2.02", "Item 9.01"]


def test_page_headers_do_not_cut_an_item_in_pieces() -> None:
    body = "Words. " * 40
    document = report(
        *("FORM 10-K", "Item 1. Business", body, "PART II", "Item 7", body, "PART II", "Item 7", body),
        *("PART II", "Item 8", body),
    )
    assert list(named(document)) == ["Item 1", "Item 7", "Item 8"]
    assert named(document)["Item 7"].count("Words.") == 80


def test_a_text_without_items_has_no_sections() -> None:
    assert report("Apple reports fourth quarter results").sections == []


ANNUAL = {
    "320193/000032019324000123/aapl-20240928.htm": ("Item 8", "Total net sales | 391,035 | 383,285 | 394,328"),
    "320193/000032019323000106/aapl-20230930.htm": ("Item 8", "Net income | $96,995 | $99,803 | $94,680"),
    "1018724/000101872425000004/amzn-20241231.htm": ("Item 8", "Net income (loss) | $(2,722) | $30,425 | $59,248"),
    "1045810/000104581025000023/nvda-20250126.htm": ("Item 15", "Net income | $72,880 | $29,760 | $4,368"),
    "1318605/000162828025003063/tsla-20241231.htm": ("Item 8", "Total revenues | 97,690 | 96,773 | 81,462"),
    "1326801/000132680125000017/meta-20241231.htm": ("Item 8", "Total assets | $276,054 | $229,623"),
    "1652044/000165204425000014/goog-20241231.htm": ("Item 8", "Total assets | $402,392 | $450,256"),
    "320187/000032018725000047/nke-20250531.htm": ("Item 8", "TOTAL ASSETS | $36,579 | $38,110"),
}


@pytest.mark.parametrize("path", ANNUAL)
def test_real_annual_reports_have_their_items_and_statements(path: str) -> None:
    file = shared("edgar-mirror", "www.sec.gov", "Archives", "edgar", "data", path)
    document = reading.to_text(file.read_bytes(), file.name)
    items = named(document)
    place, row = ANNUAL[path]
    assert row in items[place].split("\n")
    for item, least in {"Item 1": 10_000, "Item 1A": 50_000, "Item 7": 10_000, "Item 7A": 1_000}.items():
        assert len(items[item]) > least, item
    assert list(items) == [section.name for section in document.sections]  # each Item once
    assert {"Item 1B", "Item 2", "Item 3", "Item 5", "Item 9A", "Item 10", "Item 15"} <= items.keys()
    assert document.pages is not None
    assert len(document.pages) > 50
    assert "xbrli" not in document.text
    assert not any("\x80" <= character <= "\x9f" for character in document.text)


def edge(name: str) -> Document:
    file: Path = shared("edgar-edge-cases", "documents", name)
    return reading.to_text(file.read_bytes(), file.name)


def test_a_plain_text_filing_of_2000() -> None:
    document = edge("0000912057-00-023442.txt")
    assert list(named(document)) == [
        *("Part I Item 1", "Part I Item 2", "Part I Item 3"),
        *("Part II Item 1", "Part II Item 4", "Part II Item 6"),
    ]
    assert "    Total inventories                                  $  10          $  20" in document.text
    assert "EX-27" not in document.text


def test_an_upper_case_filing_of_1999() -> None:
    items = named(edge("0000950153-99-001234.html"))
    assert len(items["Item 1"]) > 50_000
    assert {"Item 7", "Item 7A", "Item 8", "Item 14"} <= items.keys()


def test_an_annual_report_without_financial_statements() -> None:
    assert "Item 9B" in named(edge("0001779026-23-000027.txt"))


def test_a_page_without_a_body() -> None:
    assert "Jacksonville" in edge("HtmlWithNoBody.html").text
